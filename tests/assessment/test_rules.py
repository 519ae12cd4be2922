"""The worked examples of scoring.md, word by word, and the edges around them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from assessment.rules import (
    CategorySum,
    Event,
    Inputs,
    RuleKind,
    RuleTerms,
    Tier,
    Window,
    base,
    composed,
    first_month,
    is_measured,
    millionths,
    rounded,
    rule_score,
    thousandths,
)
from core.periods import Month


def p(points) -> int:
    return millionths(str(points))


def n(quantity) -> int:
    return thousandths(str(quantity))


def window(number: int, *, s: int = 1, today: date | None = None) -> Window:
    month = Month(2026, number)
    return Window.at(month, today or date(2027, 1, 31), s)


def monthly(points, **fields) -> RuleTerms:
    return RuleTerms(RuleKind.RATIO_FULL, p(points), per_months=1, target=n(1), cap_per_period=True, **fields)


def quarterly(points, **fields) -> RuleTerms:
    return RuleTerms(RuleKind.RATIO_FULL, p(points), per_months=3, target=n(1), cap_per_period=True, **fields)


def held(**months: int) -> Inputs:
    """held(m1=2) is two in January."""
    return Inputs(by_month={int(name[1:]): n(quantity) for name, quantity in months.items()})


def figures(result) -> tuple[Decimal, Decimal, Decimal]:
    return tuple(rounded(Fraction(value, 1_000_000)) for value in (result.earned, result.available, result.ceiling))


def shown(points) -> Decimal:
    return Decimal(points).quantize(Decimal("0.01"))


def parts(e, a, top) -> tuple[Decimal, Decimal, Decimal]:
    return shown(e), shown(a), shown(top)


ATTENDANCE = RuleTerms(
    RuleKind.TIER_RATE,
    p(2),
    tiers=(Tier(p("0.9"), p(2)), Tier(p("0.8"), p("1.5")), Tier(p("0.7"), p(1)), Tier(0, 0)),
)


# ---- the worked examples -------------------------------------------------------------------------------------------


def test_example_1_theme_day_with_and_without_the_cap():
    capped = monthly(6)
    uncapped = RuleTerms(RuleKind.RATIO_FULL, p(6), per_months=1, target=n(1), cap_per_period=False)

    assert figures(rule_score(capped, held(m1=1, m3=3), window(3))) == parts(4, 6, 6)
    assert figures(rule_score(uncapped, held(m1=1, m3=3), window(3))) == parts(6, 6, 6)


def test_example_2_running_quarter_counts_when_reached():
    both = rule_score(quarterly(4), held(m2=1, m4=1), window(5))
    first_only = rule_score(quarterly(4), held(m2=1), window(5))

    assert (figures(both), both.need) == (parts(4, 4, 4), n(2))
    assert (figures(first_only), first_only.need) == (parts(4, 4, 4), n(1))


def test_example_3_attendance_tier():
    result = rule_score(ATTENDANCE, Inputs(done=n(121), need=n(137)), window(6))

    assert figures(result) == parts("1.5", 2, 2)


def test_example_4_deduct():
    rule = RuleTerms(
        RuleKind.DEDUCT, p(3), events=(Event(p("0.3")), Event(p("0.1"), most=p(1)), Event(p("0.3")), Event(p(3)))
    )

    assert figures(rule_score(rule, Inputs(events=(n(2), n(1), n(3), 0)), window(6))) == parts("1.4", 3, 3)


def test_example_5_deduct_stops_at_nothing():
    rule = RuleTerms(RuleKind.DEDUCT, p(6), events=(Event(p(3), once=True), Event(p(2))))

    assert figures(rule_score(rule, Inputs(events=(n(1), n(2))), window(6))) == parts(0, 6, 6)


def test_example_6_joint_activities_in_december_and_in_june():
    rule = RuleTerms(RuleKind.ADD_CAP, p(2), events=(Event(p("0.5")),))

    assert figures(rule_score(rule, Inputs(events=(n(5),)), window(12))) == parts(2, 2, 2)
    assert figures(rule_score(rule, Inputs(events=(n(5),)), window(6))) == parts(1, 1, 2)


@pytest.mark.parametrize("number", [1, 2, 12])
def test_example_7_annual_plan_sent_late_or_in_time(number):
    plan = RuleTerms(RuleKind.YES_NO, p("1.5"), deadline_on=date(2026, 1, 31))

    # sent on 2 February, nothing is done by the deadline; sent on 30 January, one is
    assert figures(rule_score(plan, Inputs(done=0), window(number))) == parts(0, "1.5", "1.5")
    assert figures(rule_score(plan, Inputs(done=n(1)), window(number))) == parts("1.5", "1.5", "1.5")


def test_example_7_half_year_summary_before_its_deadline():
    summary = RuleTerms(RuleKind.YES_NO, p(1), deadline_on=date(2026, 7, 10))

    assert figures(rule_score(summary, Inputs(done=n(1)), window(6))) == parts(1, 1, 1)
    assert figures(rule_score(summary, Inputs(), window(6))) == parts(0, 0, 1)


def test_example_8_group_months():
    rule = RuleTerms(RuleKind.RATIO_FULL, p(4))

    assert figures(rule_score(rule, Inputs(done=n(4), need=n(5)), window(3))) == parts("3.2", 4, 4)


def test_example_9_committee_elected_in_august():
    months = Inputs(by_month={8: n(1), 9: n(1), 10: n(1)}, na_months=frozenset(range(1, 8)))

    result = rule_score(monthly(5), months, window(10))

    assert (figures(result), result.need) == (parts(5, 5, 5), n(3))


def test_example_10_branch_founded_in_april():
    s = first_month(2026, founded_on=date(2026, 4, 10))
    theme_days = held(m5=1, m6=1, m7=1, m8=1, m9=1, m10=1, m11=1)
    projects = RuleTerms(RuleKind.ADD_CAP, p(3), events=(Event(p(1)),))
    plan = RuleTerms(RuleKind.YES_NO, p("1.5"), deadline_on=date(2026, 1, 31))

    assert s == 5
    assert figures(rule_score(monthly(6), theme_days, window(12, s=s))) == parts("5.25", 6, 6)
    assert figures(rule_score(projects, Inputs(events=(n(2),)), window(12, s=s))) == parts(2, 2, 2)
    assert figures(rule_score(plan, Inputs(), window(12, s=s))) == parts(0, 0, 0)


def test_example_11_withdrawn_record_leaves_every_window():
    # the reversal carries the day of the record, so January holds 1 − 1
    assert figures(rule_score(monthly(6), held(m1=0, m3=2), window(3))) == parts(2, 6, 6)
    assert figures(rule_score(monthly(6), held(m1=0), window(1))) == parts(0, 6, 6)


def test_example_12_category_score():
    category = CategorySum(p(18), earned=p(9), available=p(9), ceiling=p(12))

    assert category.score is not None
    assert rounded(category.score) == shown(18)


JUNE = [
    CategorySum(p(k), p(e), p(a), p(top))
    for k, e, a, top in [
        (18, 9, 9, 12),
        (16, "11.4", "13.5", 16),
        (15, 2, 2, 15),
        (25, "19.5", 21, 25),
        (16, 8, 10, 16),
        (10, "1.5", "2.5", 10),
    ]
]


def test_example_13_base_in_june():
    result = base(JUNE)

    assert result == Fraction(5590, 625) * 10
    assert rounded(result) == shown("89.44")


def test_example_14_year_end():
    def w(text: str) -> Fraction:
        return Fraction(text)

    year = composed([(w("91.35"), w("0.70")), (w(88), w("0.15")), (None, w("0.10")), (w(90), w("0.05"))])
    total = composed([(w("89.44"), w("0.3")), (year, w("0.7"))])
    without_half = composed([(None, w("0.3")), (year, w("0.7"))])

    assert rounded(total + w("1.5")) == shown("91.83")
    assert rounded(without_half + w("1.5")) == shown("92.22")


# ---- the edges ------------------------------------------------------------------------------------------------------


def test_running_month_counts_once_its_target_is_reached():
    on_the_tenth = window(3, today=date(2026, 3, 10))

    assert rule_score(monthly(6), held(m1=1, m2=1), on_the_tenth).need == n(2)
    assert rule_score(monthly(6), held(m1=1, m2=1, m3=1), on_the_tenth).need == n(3)


def test_running_month_has_ended_on_its_last_day():
    assert rule_score(monthly(6), held(m1=1), window(2, today=date(2026, 2, 28))).need == n(2)


def test_running_january_asks_for_nothing_that_was_not_done():
    january = window(1, today=date(2026, 1, 5))
    room = RuleTerms(RuleKind.ADD_CAP, p(2), events=(Event(p("0.5")),))

    assert figures(rule_score(monthly(6), held(), january)) == parts(0, 0, 6)
    assert figures(rule_score(monthly(6), held(m1=1), january)) == parts(6, 6, 6)
    assert figures(rule_score(room, Inputs(events=(n(2),)), january)) == parts(0, 0, 2)


def test_quarter_that_begins_before_s_is_not_counted():
    result = rule_score(quarterly(3), held(m5=1, m8=1), window(9, s=5))

    assert (figures(result), result.done, result.need) == (parts(3, 3, 3), n(1), n(1))


def test_deadline_before_s_counts_only_if_met():
    review = RuleTerms(RuleKind.YES_NO, p(2), deadline_on=date(2026, 4, 30))

    assert figures(rule_score(review, Inputs(), window(8, s=5))) == parts(0, 0, 0)
    assert figures(rule_score(review, Inputs(done=n(1)), window(8, s=5))) == parts(2, 2, 2)
    assert figures(rule_score(review, Inputs(), window(8, s=4))) == parts(0, 2, 2)


def test_nothing_to_measure_is_not_due_in_november_and_not_applicable_in_december():
    for rule in (ATTENDANCE, RuleTerms(RuleKind.REVIEWER, p(2)), RuleTerms(RuleKind.RATIO_FULL, p(2))):
        assert figures(rule_score(rule, Inputs(), window(11))) == parts(0, 0, 2)
        assert figures(rule_score(rule, Inputs(), window(12))) == parts(0, 0, 0)


def test_year_period_of_a_branch_that_began_in_may_is_not_applicable():
    yearly = RuleTerms(RuleKind.RATIO_FULL, p(2), per_months=12, target=n(1), cap_per_period=True)

    assert figures(rule_score(yearly, held(m6=1), window(12, s=5))) == parts(0, 0, 0)


def test_from_month_is_left_out_unless_its_top_is_reached():
    rule = RuleTerms(
        RuleKind.TIER_RATE, p(4), from_month=12, tiers=(Tier(p(1), p(4)), Tier(p("0.7"), p(1)), Tier(0, 0))
    )

    assert figures(rule_score(rule, Inputs(done=n(8), need=n(10)), window(6))) == parts(0, 0, 4)
    assert figures(rule_score(rule, Inputs(done=n(10), need=n(10)), window(6))) == parts(4, 4, 4)
    assert figures(rule_score(rule, Inputs(done=n(8), need=n(10)), window(12))) == parts(1, 4, 4)


def test_branch_without_a_committee_all_the_time_is_not_asked_for_its_meetings():
    never = Inputs(na_months=frozenset(range(1, 13)))

    assert figures(rule_score(monthly(5), never, window(5))) == parts(0, 0, 0)
    assert figures(rule_score(monthly(5), never, window(1, today=date(2026, 1, 3)))) == parts(0, 0, 0)


def test_committee_dissolved_in_june_keeps_the_months_it_had():
    months = Inputs(by_month={1: n(1), 2: n(1)}, na_months=frozenset(range(6, 13)))

    result = rule_score(monthly(5), months, window(9))

    assert (figures(result), result.need) == (parts(2, 5, 5), n(5))


def test_reviewer_is_the_mean_of_the_factors_half_up():
    rule = RuleTerms(RuleKind.REVIEWER, 1)  # a millionth of a point shows the rounding

    assert rule_score(rule, Inputs(done=500_000, need=1_000_000), window(3)).earned == 1
    assert rule_score(rule, Inputs(done=499_999, need=1_000_000), window(3)).earned == 0


@pytest.mark.parametrize(
    ("founded", "go_live", "opening", "expected"),
    [
        (date(2020, 1, 1), None, None, 1),
        (date(2026, 1, 1), None, None, 2),
        (date(2026, 4, 10), None, None, 5),
        (date(2026, 12, 3), None, None, 13),
        (date(2025, 12, 3), None, None, 1),
        (date(2020, 1, 1), 202607, None, 7),
        (date(2026, 8, 1), 202607, None, 9),
        (date(2020, 1, 1), 202507, None, 1),
        (date(2020, 1, 1), 202701, None, 13),
        (date(2020, 1, 1), 202607, 202601, 1),
        (date(2020, 1, 1), 202607, 202603, 3),
    ],
)
def test_first_month_is_january_the_founding_or_the_go_live(founded, go_live, opening, expected):
    assert first_month(2026, founded_on=founded, go_live_month=go_live, opening_from=opening) == expected


def test_dissolved_branch_is_measured_to_the_month_before():
    assert is_measured(Month(2026, 6), 1, date(2026, 7, 1))
    assert not is_measured(Month(2026, 7), 1, date(2026, 7, 1))
    assert not is_measured(Month(2026, 7), 1, date(2026, 7, 31))


def test_score_is_rounded_once_and_half_up():
    assert rounded(Fraction(8994, 1000)) == shown("8.99")
    assert rounded(Fraction(8995, 1000)) == shown("9.00")
