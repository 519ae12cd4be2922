"""What a scheme's rule asks of a year, how far a target is, what counts as a number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.rules.contract import YearTarget, expected_by, quantity_of, quantity_words, rate, reached, year_target


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("ratio_full", {"target": 1000, "per_months": 1}), YearTarget(12_000, "次")),
        (("ratio_full", {"target": 1000, "per_months": 3}), YearTarget(4_000, "次")),
        (("ratio_full", {"target": 2000, "per_months": 6}), YearTarget(4_000, "次")),
        (("ratio_full", {"target": 1000, "per_months": 12}), YearTarget(1_000, "次")),
        (("ratio_full", {"target": 1000, "per_months": 1, "first_month": 5}), YearTarget(8_000, "次")),
        (("ratio_full", {"target": 1000, "per_months": 3, "first_month": 5}), YearTarget(2_000, "次")),
        (("ratio_full", {}), YearTarget(100_000, "%")),
        (("tier_rate", {"thresholds": [700_000, 950_000, 0]}), YearTarget(95_000, "%")),
        (("tier_rate", {"thresholds": [1_000_000]}), YearTarget(100_000, "%")),
        (("yes_no", {"deadline": "1月31日"}), YearTarget(None, "", "1月31日前完成")),
        (("deduct", {}), YearTarget(None, "", "不发生扣分事项")),
        (("add_cap", {}), YearTarget(None, "", "力争加满")),
        (("reviewer", {"top_level": "好"}), YearTarget(None, "", "评定为好")),
        (("reviewer", {}), YearTarget(None, "", "评定")),
    ],
)
def test_the_target_of_a_year(arguments, expected):
    kind, more = arguments
    assert year_target(kind, unit="次", **more) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12_000),
        (" 12.5 ", 12_500),
        ("98%", 98_000),
        ("98％", 98_000),
        ("1,200", 1_200_000),
        ("0", 0),
        ("", None),
        ("十二", None),
        ("-1", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e400", None),
        ("0.0001", None),
        ("12次", None),
    ],
)
def test_what_counts_as_a_number(text, expected):
    assert quantity_of(text) == expected


@settings(deadline=None)
@given(st.integers(0, 10**12))
def test_a_quantity_survives_its_words(quantity):
    assert quantity_of(quantity_words(quantity, "%")) == quantity
    assert Decimal(quantity_words(quantity, "")) * 1000 == quantity


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_how_far_a_target_is(done, target):
    part = reached(done, target)
    assert part is not None
    assert 0 <= part <= 1000
    assert (part == 1000) == (done >= target)
    assert reached(done, 0) is None
    assert reached(None, target) is None


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_rate_never_shows_a_target_that_was_not_met(done, need):
    assert (rate(done, need) >= 95_000) == (done * 100 >= 95 * need)
    assert rate(done, 0) == 0


def test_which_part_of_the_year_is_over():
    assert [expected_by(month) for month in (0, 3, 6, 12)] == [0, 250, 500, 1000]
    assert expected_by(8, first_month=5) == 500
    assert expected_by(3, first_month=5) == 0
