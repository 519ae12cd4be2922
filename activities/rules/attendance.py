"""Counting people: who was expected, who was there, with and without a vote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PRESENT = frozenset({"present", "late"})
NOT_EXPECTED = frozenset({"excluded"})
MAKEUP = frozenset({"leave_official", "leave_sick", "leave_personal"})


@dataclass(frozen=True)
class Mark:
    """One due member's attendance as far as counting goes."""

    status: str
    has_vote: bool = True
    is_committee: bool = False


@dataclass(frozen=True)
class Headcount:
    """The numbers of one branch at one gathering."""

    expected: int = 0
    present: int = 0
    voters_due: int = 0
    voters_present: int = 0
    committee_due: int = 0
    committee_present: int = 0


def head_count(marks: Iterable[Mark]) -> Headcount:
    """The numbers; people approved as 不计入应到 are in none of them, save that they count when they came."""
    due = [mark for mark in marks if mark.status not in NOT_EXPECTED]
    here = [mark for mark in due if mark.status in PRESENT]
    return Headcount(
        expected=len(due),
        present=len(here),
        voters_due=sum(mark.has_vote for mark in due),
        voters_present=sum(mark.has_vote for mark in here),
        committee_due=sum(mark.is_committee for mark in due),
        committee_present=sum(mark.is_committee for mark in here),
    )


def needs_makeup(status: str) -> bool:
    """Whether the member should catch up within 30 days (on leave)."""
    return status in MAKEUP
