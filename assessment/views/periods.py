"""Frozen quarters, halves and years: list, one period, verify; and every restatement in one list."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessment import periods
from assessment import verify as verification
from assessment.exports import workbook
from assessment.exports_periods import period_sheet, restatement_sheet
from assessment.forms import RestatementFilter
from assessment.models import ClosedScore
from assessment.selectors import root_of
from assessment.selectors.periods import (
    changed_items,
    period_lines,
    period_states,
    period_years,
    require,
    restated_branches,
    restatement_rows,
    snapshots_of,
)
from branches.permissions import can, check
from core.http import download, page_of
from core.periods import Period

KEY = ("-restated_at", "-id")
EXPORT_CAP = 100_000


@require_GET
def latest(request: HttpRequest) -> HttpResponse:
    """The newest year with a closed month."""
    years = period_years(request.viewer, root_of(request.viewer))
    return redirect("assessment:periods_year", year=years[0] if years else request.viewer.today.year)


@require_GET
def listing(request: HttpRequest, year: int) -> HttpResponse:
    """The seven periods of a year."""
    root = root_of(request.viewer)
    context = {
        "year": year,
        "years": period_years(request.viewer, root),
        "rows": period_states(request.viewer, root, year),
        "can_freeze": can(request.viewer, "month.close", root),
    }
    return render(request, "assessment/period_list.html", context)


@require_GET
def detail(request: HttpRequest, period: Period) -> HttpResponse:
    """One period with every branch, beside the revision before where it was frozen anew."""
    root = root_of(request.viewer)
    snapshots = snapshots_of(request.viewer, root, period)
    older = snapshots[1] if len(snapshots) > 1 else None
    context = {
        "period": period,
        "snapshot": snapshots[0],
        "snapshots": snapshots,
        "older": older,
        "lines": period_lines(request.viewer, snapshots[0], older),
        "can_export": can(request.viewer, "export", root),
    }
    return render(request, "assessment/period_detail.html", context)


@require_GET
def export(request: HttpRequest, period: Period) -> HttpResponseBase:
    """The page's rows as a sheet."""
    root = root_of(request.viewer)
    snapshots = snapshots_of(request.viewer, root, period)
    if not can(request.viewer, "export"):
        raise Http404
    lines = period_lines(request.viewer, snapshots[0], snapshots[1] if len(snapshots) > 1 else None)
    sheet = period_sheet(root, snapshots[0], lines, on=request.viewer.today)
    return download(workbook(sheet), f"{period.label}考核得分_{request.viewer.today:%Y%m%d}.xlsx")


@require_POST
def freeze(request: HttpRequest, period: Period) -> HttpResponse:
    """Freeze a period by hand: months closed before this was built, or frozen anew."""
    root = root_of(request.viewer)
    require(request.viewer)
    periods.freeze_period(actor=request.viewer, root_id=root.pk, period=period, now=timezone.now())
    messages.success(request, f"{period.label}已定格。")
    return redirect("assessment:period", period=period)


@require_POST
def verify(request: HttpRequest, period: Period) -> HttpResponse:
    """Make a period again from its months, and these from their facts."""
    require(request.viewer)
    result = verification.verify_period(root_of(request.viewer).pk, period)
    return render(request, "assessment/_verify_period.html", {"results": [result]})


@require_POST
def verify_year(request: HttpRequest, year: int) -> HttpResponse:
    """Verify all that is frozen of a year."""
    require(request.viewer)
    found = verification.verify_year(root_of(request.viewer).pk, year)
    return render(request, "assessment/_verify_period.html", {"results": found.results})


@require_GET
def restatements(request: HttpRequest) -> HttpResponse:
    """Old and new figures side by side, with reason, person and time."""
    form = RestatementFilter(request.GET, branches=restated_branches(request.viewer))
    page = page_of(restatement_rows(request.viewer, request.GET), request, key=KEY, count=True)
    ids = {pk for row in page for pk in (row.old_closing_id, row.new_closing_id)}
    frozen = ClosedScore.objects.filter(closing_id__in=ids, branch_id__in={row.branch_id for row in page})
    scores = {(closing, branch): items for closing, branch, items in frozen.values_list("closing", "branch", "items")}
    for row in page:
        row.items = changed_items(row, scores)
    context = {"page": page, "form": form, "can_export": can(request.viewer, "export")}
    return render(request, "assessment/restatement_list.html", context)


@require_GET
def restatements_export(request: HttpRequest) -> HttpResponseBase:
    """The list as asked for."""
    root = root_of(request.viewer)
    check(request.viewer, "export", None)
    rows = restatement_rows(request.viewer, request.GET).order_by(*KEY)[:EXPORT_CAP]
    return download(workbook(restatement_sheet(root, rows, on=request.viewer.today)), "更正一览.xlsx")
