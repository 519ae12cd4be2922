"""Pages of one branch's inspection: looking item by item, drawn records, findings, the sheet to sign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appraisal import services
from appraisal.forms.rounds import DAYS_TO_MEND, FindingForm, item_looks, record_looks
from appraisal.models import Finding, Inspection, InspectionState, RoundState
from appraisal.selectors.rounds import inspection_detail, round_frame, with_items
from appraisal.views.rounds import put_faults
from assessment.selectors import scoreboard
from branches.permissions import SYSTEM, Viewer, can, visible
from core.errors import InvalidInput
from core.periods import Month
from core.submits import once


@require_GET
def show(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """One branch in one round: its items with their figures, the drawn records, the findings."""
    found = inspection_or_404(request.viewer, inspection_id)
    return render(request, "appraisal/inspection.html", _context(request, found))


@require_GET
def sheet(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """The sheet to print and sign."""
    found = inspection_or_404(request.viewer, inspection_id)
    return render(request, "appraisal/inspection_print.html", _context(request, found))


@require_POST
def items(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """Save the grid of items."""
    found = inspection_or_404(request.viewer, inspection_id)
    looks = item_looks(request.POST)
    count = services.check_items(actor=request.viewer, inspection_id=found.pk, looks=looks, now=timezone.now())
    messages.success(request, f"保存了{count}处。" if count else "没有改动。")
    return redirect(f"{_url(found.pk)}#items")


@require_POST
def records(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """Save the grid of drawn records."""
    found = inspection_or_404(request.viewer, inspection_id)
    looks = record_looks(request.POST)
    count = services.check_records(actor=request.viewer, inspection_id=found.pk, looks=looks, now=timezone.now())
    messages.success(request, f"保存了{count}处。" if count else "没有改动。")
    return redirect(f"{_url(found.pk)}#records")


@require_POST
def finding(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """Register one fault; with faults in the form the page comes back with what was typed."""
    found = inspection_or_404(request.viewer, inspection_id)
    services.check_items(actor=request.viewer, inspection_id=found.pk, looks={}, now=timezone.now())  # may they at all
    context = _context(request, found, data=request.POST)
    form = context["form"]
    if form.is_valid():
        try:
            with once(request.POST.get("_token"), request.viewer) as submit:
                if not submit.replayed:
                    services.add_finding(
                        actor=request.viewer, inspection_id=found.pk, given=form.finding_input, now=timezone.now()
                    )
                    submit.result_url = f"{_url(found.pk)}#findings"
            return redirect(submit.result_url)
        except InvalidInput as error:
            put_faults(form, error)
    return render(request, "appraisal/inspection.html", context, status=422)


@require_POST
def withdraw(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Take a fault back."""
    row = visible(Finding.objects.all(), request.viewer).filter(pk=finding_id).first()
    if row is None:
        raise Http404
    services.withdraw_finding(
        actor=request.viewer, finding_id=row.pk, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    return redirect(f"{_url(row.inspection_id)}#findings")


@require_POST
def finish(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """Finish the inspection: the branch sees it, corrections begin."""
    text = request.POST.get("conclusion", "")
    return _take(request, inspection_id, services.finish_inspection, "检查完成。", conclusion=text, now=timezone.now())


@require_POST
def resume(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """Take the inspection up again."""
    return _take(request, inspection_id, services.resume_inspection, "可以继续检查。")


def inspection_or_404(viewer: Viewer, inspection_id: int) -> Inspection:
    found = inspection_detail(viewer, inspection_id)
    if found is None:
        raise Http404
    return found


def _take(
    request: HttpRequest, inspection_id: int, step: Callable[..., Inspection], words: str, **arguments: Any
) -> HttpResponse:
    found = inspection_or_404(request.viewer, inspection_id)
    with once(request.POST.get("_token"), request.viewer) as submit:
        if not submit.replayed:
            step(actor=request.viewer, inspection_id=found.pk, **arguments)
            submit.result_url = _url(found.pk)
            messages.success(request, words)
    return redirect(submit.result_url)


def _url(inspection_id: int) -> str:
    return reverse("appraisal:inspection", args=[inspection_id])


def _context(request: HttpRequest, found: Inspection, data: Any = None) -> dict[str, Any]:
    viewer = request.viewer
    frame = round_frame(found.round)
    drawn = list(found.records.select_related("activity", "claim"))
    findings = with_items(viewer, found.findings.select_related("record", "found_by"))
    standing = [row for row in findings if row.withdrawn_at is None]
    is_open = found.round.state == RoundState.OPEN
    is_inspector = found.round.inspectors.filter(user_id=viewer.user_id).exists()
    inspects = is_open and is_inspector and can(viewer, "round.inspect", found.branch)
    due_on = viewer.today + timedelta(days=DAYS_TO_MEND)
    form = FindingForm(data, inspection=found, items=frame.items, records=drawn, initial={"due_on": due_on})
    return {
        "inspection": found,
        "round": found.round,
        "month": Month.from_key(found.round.last_month),
        "rows": _item_rows(found, frame, standing),
        "records": drawn,
        "findings": findings,
        "standing": standing,
        "form": form,
        "may_inspect": inspects and found.state != InspectionState.DONE,
        "may_resume": inspects and found.state == InspectionState.DONE,
        "oversees": can(viewer, "round.inspect", found.branch),
        "today": viewer.today,
    }


def _item_rows(found: Inspection, frame: Any, findings: list[Finding]) -> list[dict[str, Any]]:
    """Each item with its figure in the score, what was seen, and how many faults."""
    month = Month.from_key(found.round.last_month)
    board = scoreboard(SYSTEM, found.root_id, month).by_branch.get(found.branch_id)
    shares = board.confirmed.items if board else {}
    checks = {row.item_code: row for row in found.checks.all()}
    return [
        {
            "item": item,
            "share": shares.get(item.code),
            "check": checks.get(item.code),
            "count": sum(row.item_code == item.code for row in findings),
        }
        for item in frame.items
    ]
