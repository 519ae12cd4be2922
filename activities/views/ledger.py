"""Pages of the ledger (三会一课台账) and the yearly statistics, each with the export of exactly what is shown."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.exports import ledger_line, ledger_workbook, office_unit_line, statistics_workbook
from activities.forms.ledger import LedgerForm
from activities.models import ActivityType, Duty
from activities.selectors.ledger import (
    LEDGER_KINDS,
    LedgerFilter,
    StatisticsRow,
    absences_of,
    ledger_rows,
    ledger_sums,
    statistics,
    with_sums,
    years_to_show,
)
from activities.views.asking import branch_choices, number
from branches.permissions import Viewer, can
from branches.rules import Role
from branches.selectors import branches_and
from core import audit
from core.errors import Refused
from core.http import download, page_of, sorted_by

SORTS = {
    "date": "held_on",
    "branch": "branch__sort_key",
    "kind": "activity__kind__sort_order",
    "expected": "expected",
    "present": "present",
}
READERS = (Role.SECRETARY, Role.BRANCH_COMMITTEE, Role.OFFICER, Role.LEADER)


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """What was held: search, filter, sort, pages, sums."""
    viewer = request.viewer
    _demand_reader(viewer)
    form = _form(request)
    rows = ledger_rows(viewer, _filter_of(form, viewer))
    sort, key = sorted_by(request, SORTS, default="-date")
    page = page_of(with_sums(rows), request, key=key)
    away = absences_of(page.items)
    lines = [(share, ledger_line(share, away.get(share.pk, ""), n)) for n, share in enumerate(page, start=1)]
    sums = ledger_sums(rows, page.items)
    page.count = sums["rows"]
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "sums": sums,
        "sort": sort,
        "may_export": can(viewer, "export"),
    }
    return render(request, "activities/ledger.html", context)


@require_safe
def ledger_export(request: HttpRequest) -> HttpResponseBase:
    """The rows of the page, all pages, in the order shown."""
    viewer = request.viewer
    _demand_reader(viewer)
    _demand_export(viewer)
    rows = ledger_rows(viewer, _filter_of(_form(request), viewer))
    _, key = sorted_by(request, SORTS, default="-date")
    book = ledger_workbook(
        rows.order_by(*key).iterator(chunk_size=500), title="三会一课台账", unit_line=office_unit_line(viewer.today)
    )
    _note_export(viewer, "三会一课台账")
    return download(book, f"三会一课台账_{viewer.today:%Y%m%d}.xlsx")


@require_safe
def statistics_page(request: HttpRequest, year: int) -> HttpResponse:
    """Branch × type × 12 months."""
    viewer = request.viewer
    _demand_reader(viewer)
    rows = _statistics(request, year)
    context = {
        "year": year,
        "years": years_to_show(viewer),
        "rows": rows,
        "numbers": range(1, 13),
        "branches": branch_choices(viewer, "activity"),
        "duties": Duty.objects.filter(code__in=LEDGER_KINDS).order_by("sort_order"),
        "missing": sum(row.missing for row in rows),
        "may_export": can(viewer, "export"),
    }
    return render(request, "activities/statistics.html", context)


@require_safe
def statistics_export(request: HttpRequest, year: int) -> HttpResponseBase:
    """The same table as a workbook."""
    viewer = request.viewer
    _demand_reader(viewer)
    _demand_export(viewer)
    book = statistics_workbook(_statistics(request, year), year=year, unit_line=office_unit_line(viewer.today))
    _note_export(viewer, f"{year}年度三会一课统计")
    return download(book, f"{year}年度三会一课统计_{viewer.today:%Y%m%d}.xlsx")


def _statistics(request: HttpRequest, year: int) -> list[StatisticsRow]:
    viewer = request.viewer
    return statistics(
        viewer,
        year,
        today=viewer.today,
        branch_id=number(request, "branch"),
        duty=request.GET.get("duty", "")[:40],
        short_only=request.GET.get("short") == "1",
    )


def _form(request: HttpRequest) -> LedgerForm:
    kinds = ActivityType.objects.filter(code__in=LEDGER_KINDS)
    branches, choices = branches_and(request.viewer, "activity", kinds)
    return LedgerForm(request.GET or None, branches=branches, kinds=choices)


def _filter_of(form: LedgerForm, viewer: Viewer) -> LedgerFilter:
    """What was asked; this year where nothing was."""
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    year = date(viewer.today.year, 1, 1)
    branch = data.get("branch") or ""
    return LedgerFilter(
        branch_id=int(branch) if branch else None,
        kind=data.get("kind", ""),
        state=data.get("state", ""),
        first=data.get("first") or (None if form.is_bound and data else year),
        last=data.get("last"),
        q=data.get("q", ""),
    )


def _note_export(viewer: Viewer, name: str) -> None:
    if viewer.user is not None:
        audit.record(actor=viewer, action="export", target=viewer.user, summary=f"导出{name}")


def _demand_reader(viewer: Viewer) -> None:
    if not viewer.is_a(*READERS):
        raise Refused("台账由支部书记、支部委员和机关党委查看。", remedy="如需了解支部工作，请联系本支部书记。")


def _demand_export(viewer: Viewer) -> None:
    if not can(viewer, "export"):
        raise Refused("您的账号不能导出。", remedy="请由支部书记或机关党委导出。")
