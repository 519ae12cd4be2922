"""Working days of 2026 as announced, and the plain rule for years not yet announced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import workdays

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
OFF_2026 = [
    (date(2026, 1, 1), 3),
    (date(2026, 2, 15), 9),
    (date(2026, 4, 4), 3),
    (date(2026, 5, 1), 5),
    (date(2026, 6, 19), 3),
    (date(2026, 9, 25), 3),
    (date(2026, 10, 1), 7),
]
MADE_UP_2026 = [date(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))]


def test_year_2026_is_as_announced() -> None:
    off = {first + timedelta(days=n) for first, length in OFF_2026 for n in range(length)}
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]

    expected = {day for day in year if (day.weekday() < 5 or day in MADE_UP_2026) and day not in off}
    assert {day for day in year if workdays.is_workday(day)} == expected
    assert not workdays.is_provisional(2026)


def test_year_2027_is_provisional_and_knows_the_statutory_days() -> None:
    assert workdays.is_provisional(2027)
    for day in (
        date(2027, 1, 1),
        date(2027, 2, 5),
        date(2027, 2, 8),
        date(2027, 4, 5),
        date(2027, 6, 9),
        date(2027, 10, 1),
    ):
        assert not workdays.is_workday(day)
    assert workdays.is_workday(date(2027, 2, 10))


@pytest.mark.parametrize(("year", "day"), [(2024, 4), (2025, 4), (2026, 5), (2027, 5), (2028, 4), (2031, 5), (1999, 5)])
def test_qingming(year: int, day: int) -> None:
    assert workdays.qingming(year) == date(year, 4, day)


def test_fifteen_workdays_over_the_national_day() -> None:
    assert workdays.add_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert workdays.add_workdays(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert workdays.add_workdays(date(2026, 10, 8), -1) == date(2026, 9, 30)


@given(DAYS, st.integers(-40, 40))
def test_added_workday_is_a_workday_with_n_between(day: date, n: int) -> None:
    reached = workdays.add_workdays(day, n)

    if n:
        assert workdays.is_workday(reached)
    if n > 0:
        assert workdays.workdays_between(day + timedelta(days=1), reached) == n
    if n < 0:
        assert workdays.workdays_between(reached, day - timedelta(days=1)) == -n
    assert n or reached == day


@given(DAYS)
def test_previous_workday_is_never_later(day: date) -> None:
    found = workdays.previous_workday(day)

    assert workdays.is_workday(found)
    assert day - timedelta(days=12) < found <= day
