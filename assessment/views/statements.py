"""The statement of a branch: page, print, sheet."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from assessment.exports import statement_sheet, window_words, workbook
from assessment.panels import panels_of
from assessment.selectors.months import branch_latest_month
from assessment.selectors.place import place_of
from assessment.statement import statement
from branches.permissions import can, check
from core.http import download
from core.periods import Month


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """The latest statement of the viewer's own branch."""
    branch_id = request.viewer.home_branch_id
    if branch_id is None:
        raise Http404
    month = branch_latest_month(request.viewer, branch_id)
    if month is None:
        return render(request, "assessment/statement_empty.html")
    return redirect("assessment:statement", branch_id=branch_id, month=month)


@require_GET
def show(request: HttpRequest, branch_id: int, month: Month) -> HttpResponse:
    """Every rule in words, what was counted, the arithmetic, and what would still raise it."""
    found = statement(request.viewer, branch_id, month)
    context = {
        "statement": found,
        "title": window_words(found),
        "place": place_of(request.viewer, found),
        "month": month,
        "may_export": can(request.viewer, "export", found.branch),
        "panels": panels_of(request.viewer, found),
    }
    return render(request, "assessment/statement.html", context)


@require_GET
def export(request: HttpRequest, branch_id: int, month: Month) -> HttpResponseBase:
    """支部考核评分表."""
    found = statement(request.viewer, branch_id, month, with_raises=False)
    check(request.viewer, "export", found.branch)
    added = [line for panel in panels_of(request.viewer, found) for line in panel.lines]
    sheet = statement_sheet(found, on=request.viewer.today)
    sheet = replace(sheet, notes=[*sheet.notes, *added])
    name = f"支部考核评分表_{found.branch.short_name}_{window_words(found)}_{request.viewer.today:%Y%m%d}.xlsx"
    return download(workbook(sheet), name)
