"""Until when one may object, until when it is answered, and by whom not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules.appeal import answer_fault, file_until, is_late_reply, reply_stage, reply_until, standing_key
from core.workdays import add_workdays, is_workday

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("closed_on", "notice", "until"),
    [
        (None, None, None),
        (None, date(2026, 1, 27), None),
        (date(2026, 1, 8), None, date(2026, 1, 15)),
        (date(2026, 1, 8), date(2026, 1, 27), date(2026, 1, 27)),
        (date(2026, 1, 22), date(2026, 1, 27), date(2026, 1, 29)),
        (date(2026, 9, 29), None, date(2026, 10, 12)),  # over the long holiday
    ],
)
def test_last_day_to_object(closed_on, notice, until):
    assert file_until(closed_on, notice, add_workdays) == until


@given(filed=DAYS)
def test_answer_is_due_on_the_fifth_working_day(filed):
    until = reply_until(filed, add_workdays)
    between = [filed + timedelta(days=n) for n in range(1, (until - filed).days + 1)]
    assert (is_workday(until), sum(is_workday(day) for day in between)) == (True, 5)


@given(closed=DAYS, ends=DAYS)
def test_a_notice_never_shortens_the_days(closed, ends):
    assert file_until(closed, ends, add_workdays) == max(file_until(closed, None, add_workdays), ends)


@pytest.mark.parametrize(("actor", "may"), [(1, False), (2, False), (3, True), (None, True)])
def test_nobody_judges_the_own_objection_or_the_own_mark(actor, may):
    assert (answer_fault(actor, filed_by=1, marked_by={2}) == "") is may


@pytest.mark.parametrize(("state", "days", "late"), [("open", 0, False), ("open", 1, True), ("rejected", 9, False)])
def test_only_an_unanswered_one_is_late(state, days, late):
    until = date(2026, 1, 27)
    assert is_late_reply(state, until, until + timedelta(days=days)) is late


def test_keys_tell_apart_what_is_objected_to():
    keys = {standing_key(1, 202512, *one) for one in (("item", "D4"), ("rule", "D4.1"), ("result", ""))}
    assert len(keys | {standing_key(2, 202512, "item", "D4"), standing_key(1, 202511, "item", "D4")}) == 5


@pytest.mark.parametrize(
    ("left", "stage"),
    [(3, ""), (2, "due2"), (1, "due2"), (0, "due0"), (-1, "late0"), (-7, "late0"), (-8, "late1")],
)
def test_officers_are_reminded_before_the_day_and_weekly_after(left, stage):
    until = date(2026, 1, 27)
    assert reply_stage(until, date(2026, 1, 20), until - timedelta(days=left)) == stage


def test_nobody_is_reminded_on_the_day_of_filing():
    assert reply_stage(date(2026, 1, 21), date(2026, 1, 20), date(2026, 1, 20)) == ""
