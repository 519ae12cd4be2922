"""Charts of scores: the drawing, the table under it and the sheet say the same; nothing is drawn without figures."""

from __future__ import annotations

import io
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessment.charts import distribution_chart, heat_chart, radar_chart, trend_chart, waterfall_chart
from assessment.models import RuleScore
from assessment.rules.terms import rounded
from assessment.selectors import scoreboard
from assessment.selectors.changes import branch_change, earlier_scored, mean_change
from assessment.selectors.table import Choice, overview_table
from assessment.selectors.trend import trend
from assessment.statement import statement
from core.periods import Month
from tests.factories.branches import Cast, TermFactory
from tests.factories.scores import scored

pytestmark = pytest.mark.django_db
JUNE, OCTOBER, NOVEMBER = Month(2026, 6), Month(2026, 10), Month(2026, 11)


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


@pytest.fixture
def year(cast: Cast) -> Cast:
    branches = [cast.branch, cast.other_branch, cast.far_branch]
    for branch in branches:
        TermFactory(branch=branch)
    scored(branches, months=[JUNE, OCTOBER, NOVEMBER])
    return cast


def charts_of(client, query: str = "", month: str = "2026-11") -> list:
    return client.get(f"/overview/{month}/charts/{query}").context["asked"].charts


def book_of(response) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def cells(sheet) -> list[tuple]:
    return list(sheet.iter_rows(values_only=True))


# -- contribution to change --------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["confirmed", "provisional"])
def test_parts_of_a_branch_add_up_to_the_change_of_its_statement(year: Cast, which: str) -> None:
    for branch in (year.branch, year.other_branch, year.far_branch):
        change = branch_change(year.root.pk, branch.pk, JUNE, OCTOBER, which=which)
        assert change is not None
        side = "figures" if which == "confirmed" else "provisional"
        before, after = (getattr(statement(year.viewer("officer"), branch.pk, m), side) for m in (JUNE, OCTOBER))
        assert sum((one.exact for one in change.lines), Fraction(0)) == after.score - before.score
        assert (change.before, change.after) == (before.shown, after.shown)
        assert sum((one.shown for one in change.lines), Decimal(0)) == change.total == after.shown - before.shown
        assert change.moved


def test_only_the_item_that_moved_is_named(year: Cast) -> None:
    """Take a month, and in a copy of it one rule's earned points away: that item alone explains the change."""
    rows = list(RuleScore.objects.filter(branch=year.branch, month=OCTOBER.key).select_related("rule__item"))
    rule = next(row for row in rows if row.earned_confirmed > 1_000_000)
    for row in rows:
        RuleScore.objects.filter(branch=year.branch, month=NOVEMBER.key, rule=row.rule).update(
            earned_confirmed=row.earned_confirmed - (1_000_000 if row == rule else 0),
            available_confirmed=row.available_confirmed,
            ceiling_confirmed=row.ceiling_confirmed,
        )
    change = branch_change(year.root.pk, year.branch.pk, OCTOBER, NOVEMBER)
    assert change is not None
    assert [one.code for one in change.moved] == [rule.rule.item.code]
    assert change.moved[0].exact < 0


def test_mean_change_is_that_of_the_branches_with_both_months(year: Cast) -> None:
    ids = [year.branch.pk, year.other_branch.pk, year.far_branch.pk]
    RuleScore.objects.filter(branch=year.far_branch, month=JUNE.key).delete()
    change = mean_change(year.root.pk, ids, JUNE, OCTOBER)
    assert change is not None and change.count == 2
    single = [branch_change(year.root.pk, pk, JUNE, OCTOBER) for pk in ids[:2]]
    exact = sum((one.exact for each in single if each for one in each.lines), Fraction(0)) / 2
    assert sum((one.exact for one in change.lines), Fraction(0)) == exact
    assert sum((one.shown for one in change.lines), Decimal(0)) == change.total


def test_nothing_to_compare_gives_no_chart(year: Cast) -> None:
    assert branch_change(year.root.pk, year.branch.pk, Month(2026, 5), OCTOBER) is None
    assert mean_change(year.root.pk, [], JUNE, OCTOBER) is None
    assert waterfall_chart(None) is None
    assert earlier_scored(Month(2026, 1)) == []


def test_waterfall_ends_at_the_later_score(year: Cast) -> None:
    change = branch_change(year.root.pk, year.branch.pk, JUNE, OCTOBER)
    chart = waterfall_chart(change)
    assert change and chart
    bottoms, bars = (series["data"] for series in chart.option["series"])
    assert len(bottoms) == len(bars) == len(change.moved) + 2
    assert (bars[0]["value"], bars[-1]["value"]) == (float(change.before), float(change.after))
    at = change.before
    for one, bottom, bar in zip(change.moved, bottoms[1:-1], bars[1:-1], strict=True):
        after = at + one.shown
        assert (bottom, bar["value"]) == (float(min(at, after)), float(abs(one.shown)))
        at = after
    assert at == change.after
    assert sum((row[-1] for row in chart.rows), Decimal(0)) == chart.totals[4] == change.total
    assert chart.option["xAxis"]["min"] <= min(bottoms[1:-1])


# -- chart = table = sheet -----------------------------------------------------------------------------------


def test_drawings_and_tables_hold_the_same_figures(year: Cast) -> None:
    board = scoreboard(year.viewer("officer"), year.root.pk, OCTOBER)
    table = overview_table(board, Choice())
    rows = [one.row for one in table.rows]
    heat = heat_chart(board, table, "confirmed")
    assert heat is not None and len(heat.rows) == 3 and len(heat.headings) == 19
    drawn = {(x, y): value for x, y, value in (one["value"] for one in heat.option["series"][0]["data"])}
    rate = overview_table(board, Choice(show="rate"))
    for y, (row, shown) in enumerate(zip(heat.rows, rate.rows, strict=True)):
        for x, (value, cell) in enumerate(zip(row[1:], shown.cells, strict=True)):
            assert cell.value == (None if value == "—" else value)
            assert drawn.get((x, y)) == (None if value == "—" else value)
    spread = distribution_chart(rows, "confirmed")
    assert spread is not None and spread.totals == {1: 3}
    assert sum(spread.option["series"][0]["data"]) == sum(count for _, count in spread.rows) == 3
    radar = radar_chart(board.frame, rows, "confirmed")
    assert radar is not None
    values = radar.option["series"][0]["data"][0]["value"]
    assert values == [float(rate or 0) for _, rate in radar.rows]
    assert [value for _, value in radar.rows] == [
        rounded(sum(r.confirmed.categories[one.code].rate for r in rows) / 3 * 100, 1) for one in board.frame.categories
    ]


def test_trend_ends_at_the_mean_of_the_table(year: Cast) -> None:
    board = scoreboard(year.viewer("officer"), year.root.pk, OCTOBER)
    table = overview_table(board, Choice(query="港航"))
    ids = [one.row.branch_id for one in table.rows]
    chart = trend_chart(trend(year.root.pk, OCTOBER, ids))
    assert chart is not None and len(ids) == 1
    assert chart.rows[-1] == ("2026年10月", table.mean_score)
    assert chart.option["series"][0]["data"][-1]["value"] == float(table.mean_score or 0)
    assert chart.option["series"][0]["data"][0] is None


def test_no_chart_without_figures(year: Cast, client_as) -> None:
    assert trend_chart([(OCTOBER, None)]) is None
    assert distribution_chart([], "confirmed") is None
    answer = client_as("officer").get("/overview/2026-11/charts/?q=没有这个支部")
    assert answer.context["asked"].charts == []
    text = answer.content.decode()
    assert "没有可画的数" in text and "data-chart" not in text and "导出数据" not in text


def test_sheet_has_every_chart_of_the_page_with_its_figures(year: Cast, client_as) -> None:
    client = client_as("officer")
    charts = charts_of(client, "?since=2026-06")
    assert [chart.id for chart in charts] == [
        "chart-trend", "chart-radar", "chart-distribution", "chart-change", "chart-heat",
    ]  # fmt: skip
    book = book_of(client.get("/overview/2026-11/charts/export/?since=2026-06"))
    assert len(book.worksheets) == len(charts)
    for chart, sheet in zip(charts, book.worksheets, strict=True):
        rows = cells(sheet)
        head = next(n for n, row in enumerate(rows) if tuple(row[: len(chart.headings)]) == chart.headings)
        for wanted, row in zip(chart.rows, rows[head + 1 :], strict=False):
            for want, got in zip(wanted, row, strict=False):
                assert (float(want) if isinstance(want, Decimal) else want) == got
        if chart.totals:
            total = rows[head + 1 + len(chart.rows)]
            assert {place: total[place] for place in chart.totals} == {
                place: float(value) for place, value in chart.totals.items()
            }


def test_leader_sees_charts_of_the_patch(year: Cast, client_as) -> None:
    charts = {chart.id: chart for chart in charts_of(client_as("leader"))}
    assert [row[0] for row in charts["chart-heat"].rows] == ["公路党支部", "港航党支部"]
    assert charts["chart-distribution"].totals == {1: 2}
    assert client_as("secretary").get("/overview/2026-11/charts/").status_code == 404


def test_branch_sees_its_own_change_and_no_other(year: Cast, client_as) -> None:
    own, other = (f"/statements/{branch.pk}/2026-11/changes/" for branch in (year.branch, year.other_branch))
    answer = client_as("secretary").get(own + "?since=2026-06")
    assert [chart.id for chart in answer.context["charts"]] == ["chart-trend", "chart-change"]
    assert str(answer.context["since"]) == "2026-06"
    assert client_as("secretary").get(other).status_code == 404
    assert client_as("outsider").get(own).status_code == 404
    book = book_of(client_as("secretary").get(own + "export/?since=2026-06"))
    total = answer.context["charts"][1].totals[4]
    assert cells(book.worksheets[1])[3 + len(answer.context["charts"][1].rows)][4] == float(total)


def test_odd_months_fall_back_to_the_month_before(year: Cast, client_as) -> None:
    for odd in ("2026-12", "2025-10", "x", "2026-11"):
        answer = client_as("officer").get(f"/statements/{year.branch.pk}/2026-11/changes/?since={odd}")
        assert answer.context["since"] == OCTOBER
    january = client_as("officer").get(f"/statements/{year.branch.pk}/2026-01/changes/")
    assert january.context["since"] is None and january.status_code == 200


def test_queries_do_not_follow_the_branches(year: Cast, client_as) -> None:
    client = client_as("officer")
    client.get("/overview/2026-11/charts/")
    with CaptureQueriesContext(connection) as few:
        client.get("/overview/2026-11/charts/?q=公路")
    with CaptureQueriesContext(connection) as many:
        client.get("/overview/2026-11/charts/")
    assert len(few) == len(many)


@pytest.mark.browser
def test_drawing_is_saved_as_svg(year: Cast, live_server, chromium) -> None:
    from tests.factories.branches import PASSWORD

    page = chromium.new_context(accept_downloads=True).new_page()
    page.goto(f"{live_server.url}/login/?next=/overview/2026-11/charts/%3Fsince%3D2026-06")
    page.fill("[name=username]", "officer")
    page.fill("[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_selector("[data-chart-save=chart-change]:not([hidden])")
    with page.expect_download() as caught:
        page.click("[data-chart-save=chart-change]")
    saved = caught.value
    assert saved.suggested_filename.endswith(".svg")
    text = Path(saved.path()).read_text(encoding="utf-8")
    assert text.startswith("<svg") and "11月得分" in text
    page.context.close()
