"""The overview of a committee: heat table, charts, export."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from assessment.exports import summary_sheet, workbook
from assessment.forms import OverviewForm
from assessment.selectors import root_of, scoreboard
from assessment.selectors.scoreboard import Scoreboard
from assessment.selectors.table import Choice, overview_table
from assessment.selectors.trend import latest_month
from branches.permissions import can, check
from branches.rules import READ, Role
from core.http import download
from core.periods import Month


@require_GET
def latest(request: HttpRequest) -> HttpResponse:
    """The overview of the last month that was computed."""
    _require_reader(request)
    month = latest_month(request.viewer.root_id or 0)
    if month is None:
        return render(request, "assessment/overview_empty.html")
    return redirect("assessment:overview_month", month=month)


@require_GET
def show(request: HttpRequest, month: Month) -> HttpResponse:
    """Branches × items as a heat table; every cell opens its statement."""
    board, choice, form = _asked(request, month)
    return render(
        request,
        "assessment/overview.html",
        {
            "board": board,
            "choice": choice,
            "form": form,
            "table": overview_table(board, choice),
            "can_export": can(request.viewer, "export"),
            "columns": _columns(board),
            "has_next": month < Month.of(request.viewer.today),
        },
    )


@require_GET
def export(request: HttpRequest, month: Month) -> HttpResponseBase:
    """支部考核得分汇总表 of exactly what the page shows."""
    root = root_of(request.viewer)
    board, choice, _ = _asked(request, month)
    if not can(request.viewer, "export"):
        check(request.viewer, "export", root)
    sheet = summary_sheet(board, choice, root, on=request.viewer.today)
    return download(workbook(sheet), f"支部考核得分汇总表_{board.title}_{request.viewer.today:%Y%m%d}.xlsx")


def _asked(request: HttpRequest, month: Month) -> tuple[Scoreboard, Choice, OverviewForm]:
    _require_reader(request)
    viewer = request.viewer
    view = request.GET.get("view", "month")
    board = scoreboard(
        viewer, viewer.root_id, month, view=view if view in ("month", "quarter", "half", "year") else "month"
    )
    form = OverviewForm(request.GET, rows=board.rows, leaders=board.leaders if board.shows_ranks else {})
    return board, Choice.of(request.GET), form


def _columns(board: Scoreboard) -> list[dict]:
    """The two heads of the table: categories over items."""
    return [{"category": one, "span": len(one.items), "items": one.items} for one in board.frame.categories]


def _require_reader(request: HttpRequest) -> None:
    """404 for who has no overview (a branch's own page is the statement)."""
    readers: tuple[Role, ...] = tuple(READ["overview"])
    if not request.viewer.is_a(*readers):
        raise Http404
