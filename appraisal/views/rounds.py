"""Pages of rounds: the list, making one, its progress, freezing, verifying, the workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal import services
from appraisal.exports_rounds import round_workbook
from appraisal.forms.rounds import RoundForm
from appraisal.models import InspectionRound
from appraisal.selectors.round_rows import verify_round
from appraisal.selectors.rounds import (
    candidate_inspectors,
    findings_of,
    inspections_of,
    own_inspections,
    progress_of,
    rounds_of,
)
from assessment.selectors import root_of
from branches.permissions import Viewer, can, check
from core import audit
from core.errors import InvalidInput, PortalError, Refused
from core.http import download, page_of, whole
from core.submits import once


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """For those who oversee: every round and how far it is; for a branch: what was found in it."""
    viewer = request.viewer
    oversees = can(viewer, "round.inspect")
    if not oversees and not can(viewer, "worklist.report"):
        raise Refused("检查由机关党委组织。", remedy="如需了解，请问本支部书记。")
    context: dict[str, Any] = {"oversees": oversees, "can_begin": can(viewer, "round.manage")}
    if oversees:
        context["page"] = page_of(rounds_of(viewer), request, key=("-year", "-id"))
    context["own"] = list(own_inspections(viewer)[:50])
    return render(request, "appraisal/round_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a round; the draw happens on saving."""
    viewer = request.viewer
    if not can(viewer, "round.manage"):
        raise Http404
    root = root_of(viewer)
    people = candidate_inspectors(root, viewer.today)
    form = RoundForm(request.POST or None, people=people, initial=_proposal(viewer))
    if request.method == "POST" and form.is_valid() and (url := _started(request, form, root)):
        return redirect(url)
    return render(request, "appraisal/round_form.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def show(request: HttpRequest, round_id: int) -> HttpResponse:
    """One round: the draw, its branches, the findings and their corrections."""
    viewer = request.viewer
    found = round_or_404(viewer, round_id)
    inspections = inspections_of(viewer, found)
    findings = findings_of(viewer, found)
    context = {
        "round": found,
        "inspections": inspections,
        "findings": findings,
        "progress": progress_of(inspections, findings, viewer.today),
        "inspectors": list(found.inspectors.select_related("user")),
        "may_manage": can(viewer, "round.manage", found.root),
        "may_export": can(viewer, "export"),
        "verified": verify_round(found) if found.digest and request.GET.get("verify") else None,
        "severities": _counts(findings),
    }
    return render(request, "appraisal/round_detail.html", context)


@require_POST
def freeze(request: HttpRequest, round_id: int) -> HttpResponse:
    """Freeze the result."""
    found = round_or_404(request.viewer, round_id)
    services.freeze_round(actor=request.viewer, round_id=found.pk, now=timezone.now())
    messages.success(request, f"{found.title}的结果已封存。整改继续办理。")
    return redirect("appraisal:round", round_id=found.pk)


@require_POST
def cancel(request: HttpRequest, round_id: int) -> HttpResponse:
    """Take the round back."""
    found = round_or_404(request.viewer, round_id)
    reason = request.POST.get("reason", "")
    services.cancel_round(actor=request.viewer, round_id=found.pk, reason=reason, now=timezone.now())
    messages.success(request, f"{found.title}已取消。")
    return redirect("appraisal:round", round_id=found.pk)


@require_POST
def assign(request: HttpRequest, round_id: int) -> HttpResponse:
    """Give one branch to another inspector."""
    found = round_or_404(request.viewer, round_id)
    inspection_id, user_id = (whole(request.POST.get(name, "")) for name in ("inspection", "inspector"))
    row = next((one for one in inspections_of(request.viewer, found) if one.pk == inspection_id), None)
    if row is None or user_id is None:
        raise InvalidInput("请选择支部和检查人。")
    services.assign_inspector(actor=request.viewer, inspection_id=row.pk, user_id=user_id)
    messages.success(request, f"{row.branch.short_name}已改派。")
    return redirect("appraisal:round", round_id=found.pk)


@require_GET
def export(request: HttpRequest, round_id: int) -> HttpResponseBase:
    """检查发现问题及整改情况 of what the viewer may see."""
    viewer = request.viewer
    found = round_or_404(viewer, round_id)
    if not can(viewer, "export"):
        raise Refused("您的账号不能导出。", remedy="请由机关党委导出。")
    audit.record(actor=viewer, action="export", target=found, summary=f"导出{found.title}")
    book = round_workbook(found, inspections_of(viewer, found), findings_of(viewer, found), on=viewer.today)
    return download(book, f"{found.title}_{viewer.today:%Y%m%d}.xlsx")


def round_or_404(viewer: Viewer, round_id: int) -> InspectionRound:
    """A round of the viewer's committee."""
    rows = InspectionRound.objects.filter(root_id=viewer.root_id) if can(viewer, "round.inspect") else None
    found = rows.select_related("root", "frozen_by", "created_by").filter(pk=round_id).first() if rows else None
    if found is None:
        raise Http404
    return found


def _started(request: HttpRequest, form: RoundForm, root: Any) -> str:
    """Start the round; its page, or "" with the fault in the form."""
    try:
        with once(request.POST.get("_token"), request.viewer) as submit:
            if not submit.replayed:
                check(request.viewer, "round.manage", root)
                made = services.start_round(actor=request.viewer, root=root, given=form.round_input, now=timezone.now())
                submit.result_url = reverse("appraisal:round", args=[made.pk])
                messages.success(request, f"检查已开始，抽取种子：{made.seed}。")
        return submit.result_url
    except PortalError as error:
        put_faults(form, error)
        return ""


def put_faults(form: Any, error: PortalError) -> None:
    """A refusal of the service, under its field where it names one."""
    named = {name: faults for name, faults in error.fields.items() if name in form.fields}
    for name, faults in named.items():
        form.add_error(name, faults)
    if not named:
        form.add_error(None, f"{error.message}{error.remedy}")


def _proposal(viewer: Viewer) -> dict[str, Any]:
    """What is most likely wanted today: the half year in summer, else the year."""
    today = viewer.today
    is_half = 6 <= today.month <= 9
    year = today.year if is_half or today.month >= 10 else today.year - 1
    return {
        "kind": "half" if is_half else "year",
        "title": f"{year}年{'半年检查' if is_half else '年终考核检查'}",
        "first": f"{year}-01",
        "last": f"{year}-{'06' if is_half else '12'}",
        "cut_off": today,
    }


def _counts(findings: list[Any]) -> dict[str, int]:
    counts = {"一般": 0, "较重": 0, "严重": 0}
    for row in findings:
        counts[row.get_severity_display()] += 1
    return counts
