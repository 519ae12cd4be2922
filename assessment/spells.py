"""Pure rules of states that last: when a term was overdue, a post vacant, a committee missing. No model, no clock.

A state is one fact per object, spell and year, dated the first day of the year on which it held (scoring.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
VACANCY_GRACE = timedelta(days=90)
DUTIES_GRACE = timedelta(days=30)
FEWEST_FOR_COMMITTEE = 7


@dataclass(frozen=True, slots=True)
class Spell:
    """From a day to a day, both included; `until` None: it still lasts."""

    since: date
    until: date | None = None

    def held_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def first_day_in(self, year: int, on: date) -> date | None:
        """The first day of the year, not after `on`, on which it held."""
        day = max(self.since, date(year, 1, 1))
        return day if day <= on and self.held_on(day) else None

    def after(self, grace: timedelta) -> Spell | None:
        """What of the spell lies beyond its first days of grace."""
        begins = self.since + grace
        return Spell(begins, self.until) if self.until is None or begins <= self.until else None


@dataclass(frozen=True, slots=True)
class Term:
    """One term of office: its spell, when it ran out (extensions counted), seats, and when duties were published."""

    pk: int
    spell: Spell
    due_on: date
    has_committee: bool
    seats: int = 0
    published_on: date | None = None


def change_days(spells: Iterable[Spell], on: date) -> list[date]:
    """The days on which anything may have changed, up to `on`."""
    days: set[date] = set()
    for spell in spells:
        days.add(spell.since)
        if spell.until is not None:
            days.add(spell.until + ONE_DAY)
    return sorted(day for day in days if day <= on)


def spells_of(holds: Callable[[date], bool], days: list[date]) -> list[Spell]:
    """The unbroken spells in which a state held that can change on these days only."""
    found: list[Spell] = []
    since: date | None = None
    for day in days:
        if holds(day) and since is None:
            since = day
        elif since is not None and not holds(day):
            found.append(Spell(since, day - ONE_DAY))
            since = None
    return [*found, Spell(since)] if since is not None else found


def overdue(term: Term) -> Spell | None:
    """任期届满未换届: from the day after the term ran out to the next election."""
    begins = term.due_on + ONE_DAY
    if term.spell.until is not None and begins > term.spell.until:
        return None
    return Spell(begins, term.spell.until)


def unpublished(term: Term) -> Spell | None:
    """委员分工未公布: from 30 days after the election to the publication (docs/adr)."""
    if not term.has_committee or term.published_on == term.spell.since:
        return None
    until = term.published_on - ONE_DAY if term.published_on else term.spell.until
    if until is not None and until < term.spell.since:
        return None
    return Spell(term.spell.since, until).after(DUTIES_GRACE)


def without_committee(terms: list[Term], full_members: list[Spell], on: date) -> list[Spell]:
    """正式党员满7人未设支委会: the spells in which there were seven full members and no committee."""
    days = change_days([*full_members, *(term.spell for term in terms)], on)

    def holds(day: date) -> bool:
        if any(term.has_committee and term.spell.held_on(day) for term in terms):
            return False
        return sum(spell.held_on(day) for spell in full_members) >= FEWEST_FOR_COMMITTEE

    return spells_of(holds, days)


def vacancies(
    terms: list[Term], secretaries: list[Spell], seats_held: list[tuple[int, Spell]], on: date
) -> list[tuple[int, Spell]]:
    """书记或委员缺额超过90天: (which of the vacancies, the spell beyond its 90 days).

    seats_held: (member id, spell) of everyone in a committee post. A branch of which no office and no term was ever
    recorded is not known to be vacant.
    """
    days = change_days([*secretaries, *(spell for _, spell in seats_held), *(term.spell for term in terms)], on)

    def missing(day: date) -> int:
        seats = next((term.seats for term in terms if term.has_committee and term.spell.held_on(day)), 0)
        held = len({member for member, spell in seats_held if spell.held_on(day)})
        no_secretary = 0 if any(spell.held_on(day) for spell in secretaries) else 1
        return max(seats - held, no_secretary)

    most = max((missing(day) for day in days), default=0)
    found = []
    for nth in range(1, most + 1):
        for spell in spells_of(lambda day, nth=nth: missing(day) >= nth, days):
            beyond = spell.after(VACANCY_GRACE)
            if beyond is not None:
                found.append((nth, beyond))
    return found
