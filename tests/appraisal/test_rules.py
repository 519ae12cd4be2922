"""Year-end rules: worked example 14, rescaled brackets, quota by largest remainder, ties, vetoes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules import (
    Candidate,
    GradeStep,
    Shares,
    compose,
    grade_all,
    grade_for,
    mark_mean,
    mark_value,
    poll_value,
    quota_seats,
    reply_until,
    system_vetoes,
)
from appraisal.rules.grading import ranks_of, shown
from core.errors import InvalidInput

SHARES = Shares.from_parameters(
    {
        "half_year_weight": 0.3,
        "year_weight": 0.7,
        "year_parts": [
            {"code": "daily", "name": "日常", "weight": 0.70},
            {"code": "committee", "name": "党委评", "weight": 0.15},
            {"code": "members", "name": "测评", "weight": 0.10, "min_response_rate": 0.7},
            {"code": "peers", "name": "互评", "weight": 0.05},
        ],
    }
)
STEPS = (
    GradeStep("excellent", "优秀", Decimal(90), Fraction(3, 10)),
    GradeStep("good", "良好", Decimal(80)),
    GradeStep("pass", "合格", Decimal(60)),
    GradeStep("fail", "不合格", Decimal(0)),
)


def _example_14(half):
    parts = {"daily": "91.35", "committee": 88, "members": None, "peers": 90}
    return compose(SHARES, half=half, parts=parts, bonus="1.5")


def test_compose_worked_example_14():
    made = _example_14("89.44")
    assert made.inner.weight == Fraction(9, 10)
    assert made.inner.value == Fraction("81.645") / Fraction("0.9")
    assert shown(made.total) == Decimal("91.83")


def test_compose_without_half_year_rescales_the_outer_bracket():
    made = _example_14(None)
    assert shown(made.total) == Decimal("92.22")
    assert [part.code for part in made.outer.left_out] == ["half"]


def test_compose_only_daily_collected_is_daily_alone():
    made = compose(SHARES, half=None, parts={"daily": 80})
    assert made.total == 80


def test_compose_without_december_base_has_no_total():
    assert compose(SHARES, half=90, parts={"committee": 88}).total is None


@pytest.mark.parametrize(("bonus", "penalty", "total"), [(5, 0, 105), (9, 0, 105), (0, 10, 90), (0, 999, 0)])
def test_compose_clamps_as_the_score_is(bonus, penalty, total):
    parts = dict.fromkeys(("daily", "committee", "members", "peers"), 100)
    assert compose(SHARES, half=100, parts=parts, bonus=bonus, penalty=penalty).total == total


def test_mark_value_words_and_numbers():
    assert [mark_value(text) for text in ("好", "较好", "一般", "差", "88.5")] == [100, 80, 60, 0, Fraction("88.5")]


@pytest.mark.parametrize("text", ["", "优", "-1", "100.01", "88.555", "NaN", "1e2x", "Infinity"])
def test_mark_value_refuses_what_is_no_mark(text):
    with pytest.raises(InvalidInput):
        mark_value(text)


def test_mark_mean_of_counted_ballots():
    assert mark_mean({"好": 12, "较好": 3, "一般": 1, "差": 0}) == Fraction(1500, 16)
    assert mark_mean({}) is None


@pytest.mark.parametrize(("returned", "value"), [(7, 90), (6, None), (0, None)])
def test_poll_value_needs_the_minimum_response(returned, value):
    assert poll_value(90, returned=returned, handed_out=10, minimum=Fraction(7, 10)) == value


def test_grade_for_uses_the_total_as_shown():
    assert grade_for(shown(Fraction("89.995")), STEPS) == "excellent"
    assert grade_for(shown(Fraction("89.9949")), STEPS) == "good"


def test_quota_seats_largest_remainder():
    # floor(0.3 × 29) = 8; shares 2.21 1.93 1.66 1.38 0.83 -> 2 1 1 1 0, three left to .93 .83 .66
    sizes = {"机关": 8, "执法": 7, "建设": 6, "养护": 5, "离退休": 3}
    assert quota_seats(Fraction(3, 10), sizes) == {"机关": 2, "执法": 2, "建设": 2, "养护": 1, "离退休": 1}


def test_quota_seats_equal_remainders_go_to_the_larger_then_the_first():
    assert quota_seats(Fraction(1, 2), {"a": 1, "b": 1}) == {"a": 1, "b": 0}
    assert quota_seats(Fraction(3, 10), {}) == {}


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_quota_seats_always_sum_to_the_floor(sizes):
    shares = quota_seats(Fraction(3, 10), {str(n): size for n, size in enumerate(sizes)})
    assert sum(shares.values()) == sum(sizes) * 3 // 10


def test_ranks_by_unrounded_total_then_tie_break_then_equal():
    rows = [
        Candidate(1, "", Fraction("90.001"), (Fraction(1),)),
        Candidate(2, "", Fraction("90.002"), (Fraction(0),)),
        Candidate(3, "", Fraction("90.001"), (Fraction(2),)),
        Candidate(4, "", Fraction("90.001"), (Fraction(1),)),
        Candidate(5, "", Fraction(80)),
    ]
    assert ranks_of(rows) == {2: 1, 3: 2, 1: 3, 4: 3, 5: 5}


def _ten(*totals, **extra):
    return [Candidate(n, "", Fraction(total), **extra) for n, total in enumerate(totals)]


def test_grade_all_quota_leaves_the_rest_good():
    standings = grade_all(_ten(99, 98, 97, 96, 95, 85, 70, 60, 59, 50), STEPS)
    assert [standings[n].grade for n in range(10)] == [
        *["excellent"] * 3,
        *["good"] * 3,
        "pass",
        "pass",
        "fail",
        "fail",
    ]
    assert standings[3].by_threshold == "excellent"


def test_grade_all_tie_across_the_border_proposes_none_of_them():
    standings = grade_all(_ten(99, 98, 97, 97, 95, 85, 70, 60, 59, 50), STEPS)
    assert [standings[n].grade for n in range(5)] == ["excellent", "excellent", "good", "good", "good"]
    assert [n for n in range(10) if standings[n].at_quota_border] == [2, 3]
    assert [standings[n].rank for n in range(5)] == [1, 2, 3, 3, 5]


def test_grade_all_tie_inside_the_quota_is_no_border():
    standings = grade_all(_ten(99, 97, 97, 96, 95, 85, 70, 60, 59, 50), STEPS)
    assert [standings[n].grade for n in range(4)] == ["excellent"] * 3 + ["good"]
    assert not any(one.at_quota_border for one in standings.values())


def test_grade_all_veto_caps_the_grade_and_frees_the_place():
    rows = _ten(99, 98, 97, 96, 95, 85, 70, 60, 59, 50)
    rows[0] = Candidate(0, "", Fraction(99), cap="pass")
    standings = grade_all(rows, STEPS)
    assert (standings[0].shown, standings[0].rank, standings[0].grade) == (Decimal("99.00"), 1, "pass")
    assert standings[3].grade == "excellent"


def test_grade_all_veto_never_lifts_a_grade():
    rows = [Candidate(0, "", Fraction(50), cap="pass")]
    assert grade_all(rows, STEPS)[0].grade == "fail"


def test_grade_all_measured_too_short_is_graded_not_ranked():
    rows = [*_ten(99, 98, 97, 96), Candidate(9, "", Fraction(100), months=2)]
    standings = grade_all(rows, STEPS)
    assert (standings[9].rank, standings[9].grade) == (None, "good")
    assert [standings[n].grade for n in range(4)] == ["excellent", "good", "good", "good"]  # floor(0.3 × 4) = 1


def test_grade_all_without_total_has_no_grade():
    assert grade_all([Candidate(1, "", None)], STEPS)[1].grade == ""


def test_reply_until_counts_working_days():
    assert reply_until(date(2026, 11, 20), lambda day, n: date(2026, 11, 20 + n + 2)) == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("due", "day", "is_over"),
    [
        (date(2025, 3, 31), date(2026, 3, 30), False),
        (date(2025, 3, 31), date(2026, 3, 31), True),
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
    ],
)
def test_a_term_is_overdue_a_year_on_the_same_day_of_the_next(due, day, is_over):
    found = system_vetoes(overdue_since=due, on=day, org_life_held=True, appraisal_closed=True)
    assert bool(found) is is_over


def test_system_vetoes_overdue_a_year_and_missing_meetings():
    found = system_vetoes(
        overdue_since=date(2025, 6, 30), on=date(2026, 12, 31), org_life_held=True, appraisal_closed=False
    )
    assert [code for code, _ in found] == ["V06", "V07"]
    assert (
        system_vetoes(overdue_since=date(2026, 6, 30), on=date(2026, 12, 31), org_life_held=True, appraisal_closed=True)
        == []
    )
