"""Which gatherings fill a period's target and so report attendance (scoring.md, Words); pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from core.periods import MONTHS_PER, Month


@dataclass(frozen=True)
class Candidate:
    """One valid gathering of a branch that could fill a period: its numbers and whether it is reviewed."""

    source_id: int
    held_on: date
    expected: int
    present: int
    confirmed: bool
    first_sent_at: datetime | None = None


def fill_target(candidates: Iterable[Candidate], target: int) -> list[Candidate]:
    """The gatherings that fill the target of one period.

    Confirmed ones before pending ones, so that what awaits review never displaces what passed it; among them
    the highest present / expected, then most present, then the earliest.
    """
    return sorted(candidates, key=_preference)[:target]


def _preference(candidate: Candidate) -> tuple[bool, Fraction, int, date, int]:
    rate = Fraction(candidate.present, candidate.expected) if candidate.expected else Fraction(0)
    return (not candidate.confirmed, -rate, -candidate.present, candidate.held_on, candidate.source_id)


def one_per_group_and_month(candidates: Iterable[Candidate]) -> Candidate | None:
    """The group meeting that counts for its month: confirmed before pending, then the earliest."""
    return min(candidates, key=lambda c: (not c.confirmed, c.held_on, c.source_id), default=None)


def period_of(day: date, per: str) -> tuple[Month, Month]:
    """First and last month of the calendar period (month, quarter, half, year) in which a day lies."""
    size = MONTHS_PER[per]
    first = Month(day.year, (day.month - 1) // size * size + 1)
    return first, first.plus(size - 1)
