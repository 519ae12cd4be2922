"""Charts of a committee and the change of one branch's score, each with the sheet of the same figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessment.chart_exports import chart_sheets
from assessment.charts import Chart, heat_chart, overview_charts, trend_chart, waterfall_chart
from assessment.exports import workbook
from assessment.forms import OverviewForm, SinceForm
from assessment.selectors import root_of, scoreboard
from assessment.selectors.changes import branch_change, earlier_scored, mean_change
from assessment.selectors.scoreboard import Scoreboard
from assessment.selectors.table import Choice, OverviewTable, overview_table
from assessment.selectors.trend import trend
from branches.models import Organisation
from branches.permissions import can, check, visible_branches
from branches.rules import READ
from core.http import download
from core.periods import Month


@dataclass(frozen=True)
class Asked:
    """What of the charts was asked for."""

    board: Scoreboard
    table: OverviewTable
    choice: Choice
    since: Month | None
    charts: list[Chart]


@require_GET
def show(request: HttpRequest, month: Month) -> HttpResponse:
    """Trend, radar, distribution, heat map, and what moved the mean, of the branches the filter leaves."""
    asked = _asked(request, month)
    context = {
        "asked": asked,
        "board": asked.board,
        "form": _form(request, asked.board),
        "since_form": _since_form(request, month, asked.since),
        "has_next": month < Month.of(request.viewer.today),
        "can_export": can(request.viewer, "export"),
    }
    return render(request, "assessment/charts.html", context)


@require_GET
def export(request: HttpRequest, month: Month) -> HttpResponseBase:
    """The tables of all charts of the page, a sheet for each."""
    root = root_of(request.viewer)
    asked = _asked(request, month)
    if not can(request.viewer, "export"):
        check(request.viewer, "export", root)
    sheets = chart_sheets(asked.charts, title=f"{root.short_name}{asked.board.title}", on=request.viewer.today)
    return download(workbook(*sheets), f"考核图表数据_{asked.board.title}_{request.viewer.today:%Y%m%d}.xlsx")


@require_GET
def changes(request: HttpRequest, branch_id: int, month: Month) -> HttpResponse:
    """Which items moved the score of one branch between two months."""
    branch = _branch_or_404(request, branch_id)
    since = _since(request, month)
    context = {
        "branch": branch,
        "month": month,
        "since": since,
        "since_form": _since_form(request, month, since),
        "charts": _branch_charts(request, branch, since, month),
        "can_export": can(request.viewer, "export", branch),
    }
    return render(request, "assessment/changes.html", context)


@require_GET
def changes_export(request: HttpRequest, branch_id: int, month: Month) -> HttpResponseBase:
    """The tables of the page."""
    branch = _branch_or_404(request, branch_id)
    check(request.viewer, "export", branch)
    charts = _branch_charts(request, branch, _since(request, month), month)
    if not charts:
        raise Http404
    sheets = chart_sheets(charts, title=f"{branch.short_name}{month.label}", on=request.viewer.today)
    return download(workbook(*sheets), f"得分变化_{branch.short_name}_{month}_{request.viewer.today:%Y%m%d}.xlsx")


def _asked(request: HttpRequest, month: Month) -> Asked:
    viewer = request.viewer
    if not viewer.is_a(*READ["overview"]) or viewer.root_id is None:
        raise Http404
    board, choice, since = scoreboard(viewer, viewer.root_id, month), Choice.of(request.GET), _since(request, month)
    table = overview_table(board, choice)
    return Asked(board, table, choice, since, _charts(board, table, choice, since))


def _charts(board: Scoreboard, table: OverviewTable, choice: Choice, since: Month | None) -> list[Chart]:
    """Every chart that has something to show; nothing where no branch is left."""
    rows = [one.row for one in table.rows]
    if not rows:
        return []
    ids = [row.branch_id for row in rows]
    found = overview_charts(board.frame, rows, trend(board.root_id, board.month, ids), choice.which)
    change = mean_change(board.root_id, ids, since, board.month, which=choice.which) if since else None
    more = [waterfall_chart(change), heat_chart(board, table, choice.which)]
    return [*found, *(chart for chart in more if chart is not None)]


def _branch_charts(request: HttpRequest, branch: Organisation, since: Month | None, month: Month) -> list[Chart]:
    which = Choice.of(request.GET).which
    root_id = branch.root_id or 0
    found = [trend_chart(trend(root_id, month, [branch.pk]), "得分走势（已审核）")]
    if since:
        found.append(waterfall_chart(branch_change(root_id, branch.pk, since, month, which=which)))
    return [chart for chart in found if chart is not None]


def _branch_or_404(request: HttpRequest, branch_id: int) -> Organisation:
    branch = visible_branches(request.viewer, "score").select_related("root").filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    return branch


def _since(request: HttpRequest, month: Month) -> Month | None:
    """The earlier month asked for, else the one before; None in January, when the score begins anew."""
    months = earlier_scored(month)
    wanted = [one for one in months if str(one) == request.GET.get("since")]
    return (wanted or months or [None])[-1]


def _since_form(request: HttpRequest, month: Month, since: Month | None) -> SinceForm:
    data: dict[str, Any] = {**request.GET.dict(), "since": str(since) if since else ""}
    return SinceForm(data, months=earlier_scored(month))


def _form(request: HttpRequest, board: Scoreboard) -> OverviewForm:
    form = OverviewForm(request.GET, rows=board.rows, leaders=board.leaders if board.shows_ranks else {})
    for name in ("view", "show"):
        del form.fields[name]
    return form
