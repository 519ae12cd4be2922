"""Entries of the year end: the mark grid that saves as typed, rules left out, decided grades."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from appraisal import services
from appraisal.forms import mark_entries
from appraisal.models import PartCode, YearEnd, YearResult
from appraisal.selectors import mark_rows, years_of
from appraisal.selectors.steps import STEPS, step_context
from appraisal.services import MarkEntry
from appraisal.views._year import back, begun_year, committee_of
from branches.permissions import visible
from core.errors import InvalidInput, PortalError
from core.http import is_fragment


@require_POST
def marks(request: HttpRequest, year: int) -> HttpResponse:
    """Save the cells that were sent: one row as typed (htmx), or the whole grid."""
    year_end = begun_year(request, year)
    entries = mark_entries(request.POST)
    try:
        count = services.enter_marks(actor=request.viewer, year_end_id=year_end.pk, entries=entries, now=timezone.now())
    except (InvalidInput, services.StaleMarks) as fault:
        return (
            _unsaved_cell(request, year, fault) if is_fragment(request) else _unsaved(request, year_end, entries, fault)
        )
    if is_fragment(request):
        return render(request, "appraisal/_mark_state.html", _saved_cell(request, year_end, entries, count))
    messages.success(request, f"保存了{count}处。" if count else "没有改动。")
    return back(year, 2)


def _saved_cell(request: HttpRequest, year_end: YearEnd, entries: list[MarkEntry], count: int) -> dict[str, Any]:
    """That it was saved, and the versions that the next change will be compared with."""
    rows = {row.branch_id: row for row in mark_rows(request.viewer, year_end)}
    versions = [
        (one.part, one.branch_id, rows[one.branch_id].marks[one.part].version)
        for one in entries
        if one.branch_id in rows and one.part in rows[one.branch_id].marks
    ]
    return {"words": "已保存" if count else "", "versions": versions}


def _unsaved_cell(request: HttpRequest, year: int, fault: PortalError) -> HttpResponse:
    """Why the cell was not saved; where somebody else was first, both versions and a way to keep one's own."""
    if isinstance(fault, services.StaleMarks):
        cells = list(fault.cells.values())
        versions = [(cell.part, cell.branch_id, cell.version) for cell in cells]
        context = {"stale": cells[0], "versions": versions, "year": year}
        return render(request, "appraisal/_mark_state.html", context)
    words = "；".join(text for texts in fault.fields.values() for text in texts) or fault.message
    return render(request, "appraisal/_mark_state.html", {"words": words, "is_bad": True})


def _unsaved(request: HttpRequest, year_end: YearEnd, entries: list[MarkEntry], fault: PortalError) -> HttpResponse:
    """The grid with everything as it was typed, and beside each cell why it was not saved."""
    typed: dict[int, dict[str, MarkEntry]] = {}
    for one in entries:
        typed.setdefault(one.branch_id, {})[one.part] = one
    root = committee_of(request)
    context = {"year": year_end.year, "years": years_of(root), "year_end": year_end, "steps": STEPS, "root": root}
    context.update(step="2", fault=fault, **step_context(request.viewer, year_end, "2"))
    context["rows"] = [
        replace(row, typed=typed.get(row.branch_id, {}), faults=_faults(row.branch_id, fault))
        for row in context["rows"]
    ]
    return render(request, "appraisal/year_step2.html", context, status=fault.status)


def _faults(branch_id: int, fault: PortalError) -> dict[str, Any]:
    if isinstance(fault, services.StaleMarks):
        return {part: cell for (pk, part), cell in fault.cells.items() if pk == branch_id}
    return {part: "；".join(fault.fields.get(f"{part}-{branch_id}", [])) for part in PartCode.values}


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
