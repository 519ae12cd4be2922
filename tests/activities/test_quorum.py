"""Quorum and votes: the vectors of domain.md §3.1."""

import pytest

from activities.rules.attendance import Headcount, Mark, head_count
from activities.rules.quorum import (
    Ballot,
    ballot_error,
    excellent_cap,
    is_passed,
    is_quorate,
    is_vote_valid,
    yes_needed,
)


def _least_valid(case: str, due: int) -> int:
    return next(present for present in range(due + 1) if is_vote_valid(case, due=due, present=present))


@pytest.mark.parametrize(
    ("case", "due", "least"),
    [
        ("decision", 10, 5),
        ("admit", 10, 6),
        ("confirm", 10, 6),
        ("election", 10, 8),
        ("decision", 13, 7),
        ("election", 13, 11),
    ],
)
def test_is_vote_valid_from_the_least_number_present(case, due, least):
    assert _least_valid(case, due) == least


@pytest.mark.parametrize(
    ("case", "due", "present", "needed"),
    [("decision", 10, 10, 6), ("decision", 13, 13, 7), ("admit", 10, 6, 6), ("election", 10, 8, 5)],
)
def test_yes_needed(case, due, present, needed):
    assert yes_needed(case, due=due, present=present) == needed


def test_is_passed_counts_written_opinions_only_for_admission():
    ballot = {"yes": 4, "written_yes": 2}
    assert is_passed(Ballot("admit", **ballot), due=10, present=6) is True
    assert is_passed(Ballot("decision", **ballot), due=10, present=6) is False


def test_is_passed_never_without_quorum():
    assert is_passed(Ballot("election", yes=7), due=10, present=7) is False


def test_committee_is_quorate_with_half():
    numbers = {"voters_due": 0, "voters_present": 0, "present": 2}
    assert is_quorate("committee", committee_due=4, committee_present=2, **numbers) is True
    assert is_quorate("committee", committee_due=5, committee_present=2, **numbers) is False


def test_nobody_is_never_quorate():
    assert (
        is_quorate("voting_members", voters_due=0, voters_present=0, committee_due=0, committee_present=0, present=0)
        is False
    )


@pytest.mark.parametrize(("members", "cap"), [(13, 4), (7, 2), (2, 0)])
def test_excellent_cap(members, cap):
    assert excellent_cap(members) == cap


def test_ballot_error_says_more_votes_than_voters():
    assert "多于实到有表决权的5人" in ballot_error(Ballot("decision", yes=4, no=2), due=10, present=5)
    assert ballot_error(Ballot("decision", yes=4, no=1), due=10, present=5) == ""


def test_head_count_leaves_out_excluded_and_counts_late_as_present():
    marks = [
        Mark("present", has_vote=True, is_committee=True),
        Mark("late", has_vote=False),  # probationary: expected, without a vote
        Mark("leave_sick"),
        Mark("absent"),
        Mark("excluded"),
    ]
    assert head_count(marks) == Headcount(
        expected=4, present=2, voters_due=3, voters_present=1, committee_due=1, committee_present=1
    )
