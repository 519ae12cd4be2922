"""Hours of study: 45 minutes each, half a day four, a day eight, no hour twice; worked by hand."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.rules.study import Sitting, hours_of, leave_over_third, lines_of, study_hours


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 5, hour, minute)


def sitting(pk: int, start: datetime, end: datetime, *, natures=("theme_day",), status="present") -> Sitting:
    return Sitting(pk, natures, status, (start, end))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(9), at(9, 45), 1000),
        (at(9), at(10, 30), 2000),
        (at(14, 30), at(16), 2000),
        (at(9), at(10), 1300),  # 60 ÷ 45 = 1.33…, down to tenths
        (at(8), at(12), 4000),  # 5.3 hours of 45 minutes, half a day gives four
        (at(9), at(17), 8000),  # 10.6, a day gives eight
        (at(12), at(18), 4000),
    ],
)
def test_hours_by_hand(start, end, hours):
    assert hours_of((start, end)) == hours


def test_two_at_the_same_time_count_once_and_the_earlier_one():
    both = [sitting(7, at(9, 30), at(11)), sitting(3, at(9), at(10, 30))]

    assert study_hours(both) == {3: 2000}


def test_one_after_the_other_both_count_up_to_eight_hours():
    day = [sitting(1, at(8), at(11)), sitting(2, at(11), at(13)), sitting(3, at(14), at(18))]

    assert study_hours(day) == {1: 4000, 2: 2600, 3: 1400}


def test_time_entered_elsewhere_gives_no_second_hour():
    assert study_hours([sitting(1, at(9), at(10, 30))], [(at(10), at(12))]) == {}


@pytest.mark.parametrize("status", ["absent", "leave_sick", "leave_official", "leave_personal", "excluded"])
def test_who_was_not_there_has_no_hours(status):
    assert study_hours([sitting(1, at(9), at(10, 30), status=status)]) == {}


def test_a_meeting_of_the_committee_is_no_collective_study():
    assert study_hours([sitting(1, at(9), at(10, 30), natures=("committee_meeting", "first_agenda"))]) == {}


def test_an_integrity_lecture_inside_a_theme_day_counts_as_theme_day_study():
    one = sitting(1, at(9), at(10, 30), natures=("theme_day", "integrity_education"))

    assert (one.credit, lines_of(one, 2000)) == (
        "K01",
        [("credit.K01", 2000), ("theme_day.member_expected", 1000), ("theme_day.attended_or_made_up", 1000)],
    )


@pytest.mark.parametrize(
    ("natures", "status", "lines"),
    [
        (("general_meeting",), "absent", [("member.absent_no_leave", 1000)]),
        (("group_meeting",), "late", [("member.late", 1000)]),
        (("theme_day",), "absent", [("theme_day.member_expected", 1000)]),
        (("theme_day",), "excluded", []),
        (
            ("theme_day", "party_lecture"),
            "absent",
            [("theme_day.member_expected", 1000), ("member.absent_no_leave", 1000)],
        ),
        (("integrity_education",), "absent", []),
        (("party_lecture",), "leave_sick", []),
    ],
)
def test_what_a_sitting_says(natures, status, lines):
    assert lines_of(Sitting(1, natures, status), 0) == lines


@pytest.mark.parametrize(("expected", "leave", "over"), [(12, 4, False), (12, 5, True), (1, 1, True), (0, 0, False)])
def test_a_third_itself_is_not_over_a_third(expected, leave, over):
    assert leave_over_third(expected, leave) is over


spans = st.builds(
    lambda start, length: (at(0) + timedelta(minutes=start), at(0) + timedelta(minutes=start + length)),
    st.integers(0, 1300),
    st.integers(1, 600),
)


@given(st.lists(spans, max_size=6))
def test_a_day_never_gives_more_than_eight_hours_nor_one_minute_twice(found):
    sittings = [Sitting(n, ("theme_day",), "present", one) for n, one in enumerate(found)]

    hours = study_hours(sittings)

    assert sum(hours.values()) <= 8000
    counted = sorted(found[pk] for pk in hours)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(counted))
