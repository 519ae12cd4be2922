"""Entries of the year end: the mark grid that saves as typed, rules left out, decided grades."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from appraisal import services
from appraisal.forms import mark_entries
from appraisal.models import YearResult
from appraisal.views._year import back, begun_year
from branches.permissions import visible
from core.errors import InvalidInput
from core.http import is_fragment


@require_POST
def marks(request: HttpRequest, year: int) -> HttpResponse:
    """Save the cells that were sent: one row as typed (htmx), or the whole grid."""
    year_end = begun_year(request, year)
    entries = mark_entries(request.POST)
    try:
        count = services.enter_marks(actor=request.viewer, year_end_id=year_end.pk, entries=entries, now=timezone.now())
    except InvalidInput as fault:
        if not is_fragment(request):
            raise
        words = "；".join(text for texts in fault.fields.values() for text in texts) or fault.message
        return render(request, "appraisal/_mark_state.html", {"words": words, "is_bad": True})
    if is_fragment(request):
        return render(request, "appraisal/_mark_state.html", {"words": "已保存" if count else ""})
    messages.success(request, f"保存了{count}处。" if count else "没有改动。")
    return back(year, 2)


@require_POST
def leave_out(request: HttpRequest, year: int) -> HttpResponse:
    """Leave a reviewer rule out of the year, or take it back."""
    year_end = begun_year(request, year)
    code = request.POST.get("rule_code", "")
    if request.POST.get("undo"):
        services.take_rule_back(actor=request.viewer, year_end_id=year_end.pk, rule_code=code)
    else:
        services.leave_out_rule(
            actor=request.viewer,
            year_end_id=year_end.pk,
            rule_code=code,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    return back(year, 1)


@require_POST
def grade(request: HttpRequest, result_id: int) -> HttpResponse:
    """The committee's grade for one branch."""
    results = visible(YearResult.objects.select_related("year_end"), request.viewer)
    result = get_object_or_404(results, pk=result_id)
    services.decide_grade(
        actor=request.viewer,
        result_id=result.pk,
        grade=request.POST.get("grade", ""),
        reason=request.POST.get("reason", ""),
        document_no=request.POST.get("document_no", ""),
        is_over_quota=bool(request.POST.get("over_quota")),
    )
    messages.success(request, "等次已审定。" if request.POST.get("grade") else "已恢复为系统建议。")
    return back(result.year_end.year, 4)
