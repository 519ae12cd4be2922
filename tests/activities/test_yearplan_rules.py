"""The year plan in plain values: status, place on the calendar, sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.rules.duties import DutyState, Period
from activities.rules.yearplan import (
    DONE,
    DUE,
    FILLED,
    LACKING,
    LATE,
    NOT_DUE,
    PENDING,
    STATUSES,
    PlanLine,
    Tally,
    dated_status,
    due_day,
    line_key,
    periods_of_year,
    status_of,
    words_of,
)
from core.periods import Month

LINE = PlanLine("k~202608", "theme_day", "主题党日", 2026, date(2026, 8, 31), NOT_DUE, "")
days = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("state", "on", "status"),
    [
        ("on_time", date(2026, 8, 20), DONE),
        ("reached", date(2026, 9, 20), DONE),
        ("late", date(2026, 9, 20), LATE),
        ("pending", date(2026, 8, 20), PENDING),
        ("missing", date(2026, 8, 20), DUE),
        ("draft", date(2026, 8, 20), DUE),
        ("missing", date(2026, 9, 3), LACKING),
        ("overdue", date(2026, 9, 8), LACKING),
        ("returned", date(2026, 9, 8), LACKING),
        ("not_due", date(2026, 8, 20), NOT_DUE),
        ("missing", date(2026, 7, 31), NOT_DUE),
    ],
)
def test_status_of_a_duty_in_august(state: str, on: date, status: str) -> None:
    found = status_of(DutyState(state, "", date(2026, 8, 31)), Period.of("month", Month(2026, 8)), on)
    assert found == status


@given(due_on=days, on=days, after=st.integers(-400, 400))
def test_dated_status_is_late_exactly_after_its_day(due_on: date, on: date, after: int) -> None:
    assert dated_status(due_on, due_on + timedelta(days=after), on) == (LATE if after > 0 else DONE)
    expected = LACKING if on > due_on else DUE if (due_on - on).days <= 31 else NOT_DUE
    assert dated_status(due_on, None, on) == expected


@given(due_on=days, planned_on=st.none() | days, happened_on=st.none() | days)
def test_every_line_stands_in_one_month_of_its_year(due_on: date, planned_on, happened_on) -> None:
    line = replace(LINE, due_on=due_on, planned_on=planned_on, happened_on=happened_on)
    assert line.day == (happened_on or planned_on or due_on)
    assert 1 <= line.month <= 12
    if line.day.year == 2026:
        assert line.month == line.day.month
    assert line.month == (line.day.month if line.day.year == 2026 else 12 if line.day.year > 2026 else 1)


@given(st.lists(st.sampled_from(STATUSES)))
def test_tally_counts_every_line_once(statuses: list[str]) -> None:
    tally = Tally.of(replace(LINE, status=status) for status in statuses)
    assert tally.total == len(statuses)
    assert tally.filled == sum(status in FILLED for status in statuses)
    assert [tally[status] for status in STATUSES] == [statuses.count(status) for status in STATUSES]
    assert (tally.worst == LACKING) == (LACKING in statuses)


def test_keys_name_code_period_and_group() -> None:
    assert line_key("theme_day", Period.of("month", Month(2026, 8))) == "theme_day~202608"
    assert line_key("party_lecture", Period.of("quarter", Month(2026, 8))) == "party_lecture~202609"
    assert line_key("group_meeting", Period.of("month", Month(2026, 8)), 17) == "group_meeting~202608~17"


@pytest.mark.parametrize(("per", "count"), [("month", 12), ("quarter", 4), ("half", 2), ("year", 1)])
def test_periods_cover_the_year_without_gap(per: str, count: int) -> None:
    periods = periods_of_year(per, 2026)
    assert len(periods) == count
    assert (periods[0].first, periods[-1].last) == (Month(2026, 1), Month(2026, 12))
    assert all(one.last.next == after.first for one, after in pairwise(periods))


def test_due_days_of_the_next_year() -> None:
    assert due_day(2026, "07-31") == date(2026, 7, 31)
    assert due_day(2026, "next-01-31") == date(2027, 1, 31)


def test_words_say_done_planned_or_due() -> None:
    due, on = date(2026, 8, 31), date(2026, 8, 20)
    assert words_of(DONE, due, date(2026, 8, 12), None, on) == "8月12日已办"
    assert words_of(LATE, due, date(2026, 8, 12), None, on) == "8月12日已办，补报"
    assert words_of(DUE, due, None, date(2026, 8, 25), on) == "计划8月25日，8月31日前"
    assert words_of(DUE, due, None, date(2026, 8, 15), on) == "计划8月15日，已过未办，8月31日前"
    assert words_of(LACKING, due, None, date(2026, 8, 15), date(2026, 9, 1)) == "应于8月31日前，没有办"
    assert words_of(NOT_DUE, due, None, None, date(2026, 1, 1)) == "应于8月31日前"
