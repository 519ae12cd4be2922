"""Vetoes: propose, reply, decide, drop."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from appraisal import services
from appraisal.views._year import back, begun_year, day_of
from core.errors import InvalidInput
from core.http import whole


@require_POST
def propose(request: HttpRequest, year: int) -> HttpResponse:
    """Raise one item against one branch."""
    year_end = begun_year(request, year)
    branch_id = whole(request.POST.get("branch", ""))
    if branch_id is None:
        raise InvalidInput("请选择支部。", fields={"branch": ["请选择支部。"]})
    case = services.propose_veto(
        actor=request.viewer,
        year_end_id=year_end.pk,
        branch_id=branch_id,
        item_code=request.POST.get("item_code", ""),
        ground=request.POST.get("ground", ""),
        now=timezone.now(),
    )
    messages.success(request, f"已提出，支部可在{case.reply_until:%Y-%m-%d}前申辩。")
    return back(year, 3)


@require_POST
def propose_by_system(request: HttpRequest, year: int) -> HttpResponse:
    """V06 and V07 from the records."""
    year_end = begun_year(request, year)
    count = services.propose_system_vetoes(actor=request.viewer, year_end_id=year_end.pk, now=timezone.now())
    messages.success(request, f"系统新提出{count}件。" if count else "没有新的系统提出事项。")
    return back(year, 3)


@require_POST
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Enter the body's decision with its document number."""
    case = services.decide_veto(
        actor=request.viewer,
        case_id=case_id,
        document_no=request.POST.get("document_no", ""),
        decided_on=day_of(request.POST.get("decided_on", "")),
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    return back(case.year_end.year, 3)


@require_POST
def drop(request: HttpRequest, case_id: int) -> HttpResponse:
    """Close a case without effect."""
    case = services.drop_veto(
        actor=request.viewer, case_id=case_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    return back(case.year_end.year, 3)


@require_POST
def reply(request: HttpRequest, case_id: int) -> HttpResponse:
    """The branch's reply."""
    services.reply_veto(actor=request.viewer, case_id=case_id, text=request.POST.get("text", ""), now=timezone.now())
    messages.success(request, "申辩已提交。")
    return redirect("appraisal:results")
