"""The scoreboard and its neighbours: exact figures, scope, constant queries, ranks, quartiles, heat."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.http import Http404

from assessment import ledger, schemes
from assessment.models import BranchMonth
from assessment.rules import rounded
from assessment.selectors import scoreboard
from assessment.selectors.figures import Share, base_of
from assessment.selectors.table import Choice, heat_of, overview_table
from assessment.selectors.trend import distribution, month_scores, quartiles_of, trend
from branches.models import Organisation
from core.periods import Month
from tests.factories.assessment import noon, spec, tell
from tests.factories.branches import TermFactory
from tests.factories.scores import roll, scored

pytestmark = pytest.mark.django_db
FEBRUARY, MARCH, JUNE = Month(2026, 2), Month(2026, 3), Month(2026, 6)
POINT = 1_000_000


@pytest.fixture
def board_cast(cast):
    schemes.load_default(2026)
    for branch in (cast.branch, cast.other_branch, cast.far_branch, cast.foreign_branch):
        TermFactory(branch=branch)
    return cast


def test_base_is_worked_example_13():
    parts = {"A": (9, 9, 12, 18), "B": ("11.4", "13.5", 16, 16), "C": (2, 2, 15, 15), "D": ("19.5", 21, 25, 25)}
    parts |= {"E": (8, 10, 16, 16), "F": ("1.5", "2.5", 10, 10)}
    shares = [Share(k * POINT, *(int(Decimal(one) * POINT) for one in (e, a, top))) for e, a, top, k in parts.values()]
    assert base_of(shares) == 100 * Fraction("55.9") / Fraction("62.5")


def test_category_score_is_worked_example_12():
    assert Share(18 * POINT, 9 * POINT, 9 * POINT, 12 * POINT).shown == Decimal("18.00")


def test_share_with_nothing_due_has_no_score():
    assert Share(4 * POINT, 0, 0, 4 * POINT).score is None
    assert base_of([Share(4 * POINT, 0, 0, 4 * POINT)]) is None


def test_scoreboard_shows_items_confirmed_and_provisional(board_cast):
    cast = board_cast
    tell(cast.branch, "theme_day.held", date(2026, 1, 9), date(2026, 3, 2))
    ledger.record_facts(
        [spec(cast.branch, "theme_day.held", date(2026, 2, 9), confirmed=False)], now=noon(date(2026, 2, 9))
    )
    roll(cast.root, FEBRUARY, MARCH)

    row = scoreboard(cast.viewer("officer"), cast.root.pk, MARCH).by_branch[cast.branch.pk]

    assert (row.confirmed.items["D4"].earned, row.provisional.items["D4"].earned) == (4 * POINT, 6 * POINT)
    assert row.confirmed.items["D4"].shown == Decimal("5.33")  # 8 × 4 / 6: D4.2 has nothing to measure yet
    assert row.change() == row.confirmed.shown - row.earlier[-1][1].shown


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("officer", ["branch", "other_branch", "far_branch"]),
        ("leader", ["branch", "other_branch"]),
        ("secretary", []),
        ("member", []),
        ("outsider", []),
        ("administrator", []),
    ],
)
def test_scoreboard_rows_are_the_viewers_own(board_cast, name, names):
    cast = board_cast
    roll(cast.root, MARCH)
    roll(cast.foreign_branch.root, MARCH)

    board = scoreboard(cast.viewer(name), cast.root.pk, MARCH)

    assert sorted(row.branch_id for row in board.rows) == sorted(getattr(cast, one).pk for one in names)
    assert board.shows_ranks is (name == "officer")


def test_scoreboard_of_a_year_without_a_scheme_is_404(board_cast):
    with pytest.raises(Http404):
        scoreboard(board_cast.viewer("officer"), board_cast.root.pk, Month(2019, 3))


def test_ranks_stand_within_the_group_and_need_three_months(board_cast):
    cast = board_cast
    Organisation.objects.filter(pk=cast.far_branch.pk).update(rank_group="执法")
    tell(cast.other_branch, "theme_day.held", date(2026, 1, 9), date(2026, 2, 2))
    roll(cast.root, FEBRUARY, MARCH)

    def ranks(month):
        return [
            (row.rank, row.group_size)
            for row in sorted(
                scoreboard(cast.viewer("officer"), cast.root.pk, month).rows, key=lambda one: one.branch_id
            )
        ]

    assert ranks(FEBRUARY) == [(None, 0)] * 3
    assert ranks(MARCH) == [(2, 2), (1, 2), (1, 1)]


def test_views_compare_with_the_period_before(board_cast):
    cast = board_cast
    months = scored([cast.branch, cast.other_branch], until=date(2026, 8, 31))
    assert months[-1] == Month(2026, 8)

    def periods(view):
        return [str(one) for one in scoreboard(cast.viewer("officer"), cast.root.pk, Month(2026, 8), view=view).periods]

    assert periods("month") == ["2026-07"]
    assert periods("quarter") == ["2026-03", "2026-06"]
    assert periods("half") == ["2026-06"]
    assert periods("year") == []


def test_table_means_and_sort_and_search(board_cast):
    cast = board_cast
    scored([cast.branch, cast.other_branch, cast.far_branch], until=date(2026, 3, 31))
    board = scoreboard(cast.viewer("officer"), cast.root.pk, MARCH)

    table = overview_table(board, Choice.of({"sort": "-score"}))
    scores = [one.score for one in table.rows]

    assert scores == sorted(scores, reverse=True)
    assert table.mean_score == rounded(sum(one.row.confirmed.score for one in table.rows) / 3)
    assert [one.row.name for one in overview_table(board, Choice.of({"q": "港航"})).rows] == ["港航党支部"]
    assert len(overview_table(board, Choice.of({"leader": str(cast.leader.pk)})).rows) == 2
    assert overview_table(board, Choice.of({"leader": "0"})).rows == ()


def test_trend_and_scoreboard_agree(board_cast):
    cast = board_cast
    months = scored([cast.branch, cast.other_branch, cast.far_branch], until=date(2026, 5, 31))
    for month in months:
        board = scoreboard(cast.viewer("officer"), cast.root.pk, month)
        expected = {row.branch_id: row.confirmed.score for row in board.rows if row.confirmed.score is not None}
        assert month_scores(cast.root.pk, [month])[month.key] == expected
    assert len(trend(cast.root.pk, months[-1], [cast.branch.pk])) == 5


def test_quartiles_need_four_branches():
    assert quartiles_of([Fraction(1), Fraction(2), Fraction(3)]) is None
    found = quartiles_of([Fraction(n) for n in (60, 70, 80, 90, 100)])
    assert (found.lower, found.median, found.upper) == (70, 80, 90)
    assert [found.quarter(Fraction(n)) for n in (95, 90, 85, 70, 65)] == [1, 1, 2, 3, 4]


def test_distribution_bands_go_by_the_score_as_shown():
    scores = [Fraction("89.995"), Fraction("89.9949"), Fraction(60), Fraction("12.5"), None]
    assert distribution(scores) == [("≥90", 1), ("80—90", 1), ("70—80", 0), ("60—70", 1), ("<60", 1)]


@pytest.mark.parametrize(
    ("rate", "heat"),
    [
        (None, "heat-na"),
        ("1", "heat-5"),
        ("0.97", "heat-5"),
        ("0.9", "heat-4"),
        ("0.8", "heat-3"),
        ("0.65", "heat-2"),
        ("0.6", "heat-1"),
    ],
)
def test_heat_of_a_rate(rate, heat):
    assert heat_of(None if rate is None else Fraction(rate)) == heat


def test_scoreboard_costs_the_same_for_one_and_three_branches(board_cast, django_assert_num_queries):
    cast = board_cast
    roll(cast.root, FEBRUARY, MARCH)
    officer = cast.viewer("officer")
    assert officer.roles
    scoreboard(officer, cast.root.pk, MARCH)
    with django_assert_num_queries(2):
        assert len(scoreboard(officer, cast.root.pk, MARCH).rows) == 3
    BranchMonth.objects.exclude(branch_id=cast.branch.pk).delete()
    with django_assert_num_queries(2):
        assert len(scoreboard(officer, cast.root.pk, MARCH).rows) == 1
