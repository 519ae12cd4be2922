"""The pure rules of closed loops: steps, the second person, lateness, and when somebody is reminded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worklists import rules

DUE = date(2026, 11, 30)
DAYS = st.integers(-40, 40).map(lambda n: DUE + timedelta(days=n))


@pytest.mark.parametrize(
    ("step", "open_in"),
    [
        ("report", {"open"}),
        ("send_back", {"done"}),
        ("verify", {"done"}),
        ("close", {"verified"}),
        ("reopen", {"verified", "closed"}),
        ("extend", {"open"}),
        ("cancel", {"open", "done"}),
    ],
)
def test_each_step_is_open_in_its_states_only(step, open_in):
    assert {state for state in rules.STATE_WORDS if rules.is_open(step, state)} == open_in


def test_every_step_leads_to_a_known_state_with_a_badge():
    assert {step.target for step in rules.STEPS.values()} <= set(rules.STATE_WORDS) == set(rules.BADGES)


@pytest.mark.parametrize(
    ("rule", "actor", "may"),
    [
        ("another", 1, False),  # opened it
        ("another", 2, False),  # owns it
        ("another", 3, False),  # did it
        ("another", 4, True),
        ("second", 1, True),
        ("second", 2, False),
        ("second", 3, False),
        ("another", None, True),  # the system
    ],
)
def test_second_person_is_neither_doer_nor_owner(rule, actor, may):
    assert (rules.second_person_fault(rule, actor, opened_by=1, owner=2, done_by=3) == "") is may


@pytest.mark.parametrize(
    ("state", "done_on", "today", "overdue"),
    [
        ("open", None, DUE, False),
        ("open", None, DUE + timedelta(days=1), True),
        ("done", DUE, DUE + timedelta(days=9), False),  # handed in on time, the second person is slow
        ("done", DUE + timedelta(days=1), DUE + timedelta(days=9), True),
        ("closed", DUE + timedelta(days=1), DUE + timedelta(days=9), False),
        ("cancelled", None, DUE + timedelta(days=9), False),
    ],
)
def test_overdue_is_who_did_not_do_it_in_time(state, done_on, today, overdue):
    assert rules.is_overdue(state, DUE, done_on, today) is overdue


@pytest.mark.parametrize(("left", "words"), [(3, "还有3天"), (0, "今天到期"), (-2, "逾期2天")])
def test_days_are_said_in_words(left, words):
    assert rules.days_words("open", DUE, DUE - timedelta(days=left)) == words
    assert rules.days_words("done", DUE, DUE - timedelta(days=left)) == ""


@pytest.mark.parametrize(
    ("left", "stage"),
    [
        (8, ""),
        (7, "due7"),
        (4, "due7"),
        (3, "due3"),
        (2, "due3"),
        (1, "due1"),
        (0, "due0"),
        (-1, "late0"),
        (-7, "late0"),
        (-8, "late1"),
    ],
)
def test_reminder_stages(left, stage):
    assert rules.reminder_stage(DUE, date(2026, 1, 1), DUE - timedelta(days=left)) == stage


@given(opened=DAYS, today=DAYS)
def test_nobody_is_reminded_on_the_day_it_was_opened_or_before(opened, today):
    if today <= opened:
        assert rules.reminder_stage(DUE, opened, today) == ""


@given(days=st.integers(1, 60))
def test_an_overdue_item_is_spoken_of_once_a_week(days):
    opened = date(2026, 1, 1)
    told = {rules.reminder_stage(DUE, opened, DUE + timedelta(days=n)) for n in range(1, days + 1)}
    assert len(told) == (days + 6) // 7


@given(due=DAYS, done=DAYS, today=DAYS)
def test_late_stays_late_whatever_the_day(due, done, today):
    assert rules.is_overdue("done", due, done, today) == rules.is_late(due, done) == (done > due)
