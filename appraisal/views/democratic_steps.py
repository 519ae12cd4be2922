"""Steps of the democratic appraisal: begun, self-appraised, proposed, decided, sent, returned, approved."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from appraisal.models import DemocraticAppraisal
from appraisal.services import democratic
from appraisal.services.democratic import GradeInput, SessionInput
from appraisal.views.accountability import day
from branches.models import Organisation
from branches.permissions import can, visible
from core.errors import InvalidInput
from core.http import whole


@require_POST
def begin(request: HttpRequest, year: int) -> HttpResponse:
    """Begin a branch's appraisal."""
    if not can(request.viewer, "democratic.run"):
        raise Http404
    branch_id = whole(request.POST.get("branch", ""))
    if branch_id is None:
        raise InvalidInput("请选择支部。", fields={"branch": ["请选择支部。"]})
    branch = get_object_or_404(visible(Organisation.objects.filter(tier="branch"), request.viewer), pk=branch_id)
    found = democratic.begin_appraisal(actor=request.viewer, branch=branch, year=year, now=timezone.now())
    return redirect("appraisal:democratic", appraisal_id=found.pk)


@require_POST
def appraise_self(request: HttpRequest, person_id: int) -> HttpResponse:
    """One's own words and grade."""
    democratic.appraise_self(
        actor=request.viewer,
        person_id=person_id,
        text=request.POST.get("text", ""),
        grade=request.POST.get("grade", ""),
        now=timezone.now(),
    )
    messages.success(request, "自我评价已保存。")
    return redirect("appraisal:democratic_own")


@require_POST
def people(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Bring the list to today's members."""
    appraisal = _seen(request, appraisal_id)
    added, gone = democratic.refresh_people(actor=request.viewer, appraisal_id=appraisal.pk, now=timezone.now())
    messages.success(request, f"增加{added}人，移出{gone}人。" if added or gone else "名单没有变动。")
    return _back(appraisal)


@require_POST
def ballot(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Set up the mutual ballots."""
    appraisal = _seen(request, appraisal_id)
    found = democratic.begin_ballot(actor=request.viewer, appraisal_id=appraisal.pk, now=timezone.now())
    return redirect("appraisal:poll", poll_id=found.poll_id)


@require_POST
def propose(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Save the branch committee's proposals."""
    appraisal = _seen(request, appraisal_id)
    given = _grades(request, "proposed-")
    count = democratic.propose_grades(actor=request.viewer, appraisal_id=appraisal.pk, grades=given)
    messages.success(request, f"保存建议等次{count}人。" if count else "没有改动。")
    return _back(appraisal)


@require_POST
def decide(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Save the session and what it decided."""
    appraisal = _seen(request, appraisal_id)
    session = SessionInput(
        held_on=day(request, "held_on"),
        place=request.POST.get("place", ""),
        chaired_by=request.POST.get("chaired_by", ""),
        attended=whole(request.POST.get("attended", "").strip()),
        decided_by=request.POST.get("decided_by", ""),
        decision=request.POST.get("decision", ""),
    )
    count = democratic.decide_grades(
        actor=request.viewer,
        appraisal_id=appraisal.pk,
        session=session,
        grades=_grades(request, "grade-"),
        now=timezone.now(),
    )
    messages.success(request, f"评议会和评定等次已保存，改动{count}人。")
    return _back(appraisal)


@require_POST
def send(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Send the result for approval."""
    appraisal = _seen(request, appraisal_id)
    democratic.send_appraisal(actor=request.viewer, appraisal_id=appraisal.pk, now=timezone.now())
    messages.success(request, "已报机关党委审批。")
    return _back(appraisal)


@require_POST
def send_back(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Return the result with the reason."""
    appraisal = _seen(request, appraisal_id)
    democratic.return_appraisal(
        actor=request.viewer, appraisal_id=appraisal.pk, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    return _back(appraisal)


@require_POST
def approve(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """Approve the result."""
    appraisal = _seen(request, appraisal_id)
    democratic.approve_appraisal(actor=request.viewer, appraisal_id=appraisal.pk, now=timezone.now())
    messages.success(request, "已审批，党员可以看到本人等次。")
    return _back(appraisal)


def _grades(request: HttpRequest, prefix: str) -> dict[int, GradeInput]:
    found = {}
    for name, value in request.POST.items():
        key = whole(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if key is not None:
            found[key] = GradeInput(str(value), request.POST.get(f"reason-{key}", ""))
    return found


def _seen(request: HttpRequest, appraisal_id: int) -> DemocraticAppraisal:
    return get_object_or_404(visible(DemocraticAppraisal.objects.all(), request.viewer), pk=appraisal_id)


def _back(appraisal: DemocraticAppraisal) -> HttpResponse:
    return redirect("appraisal:democratic", appraisal_id=appraisal.pk)
