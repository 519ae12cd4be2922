"""The demo's members as they are scored: the scheme of this year, what they enter themselves, their classes and marks."""

from __future__ import annotations

from datetime import date, datetime

from assessment.members import rollup, schemes
from core.periods import Month

from .records import at
from .register import Register


def begin_members(register: Register, today: date) -> None:
    """Members are scored from this year on, as where a committee begins to."""
    schemes.load_default(today.year, register.root, now=at(date(today.year, 1, 2), 9))


def pass_of_members(register: Register, month: Month, until: datetime) -> None:
    """One month of the members: what they entered, and their scores."""
    rollup.catch_up(register.root.pk, now=until, months=[month])
