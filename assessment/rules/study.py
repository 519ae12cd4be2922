"""Pure rules of study: credits from units, what a year asks of a member, warnings by the day. The twin of sql/member/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from assessment.rules.terms import QUANTITY, divided
from assessment.rules.types import NO_LIMIT, YEAR
from assessment.rules.window import NOT_THIS_YEAR


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """One kind of study: credits (thousandths) for one unit, the cap of a year (-1: none), hours of collective study or not."""

    metric_id: int
    rate: int
    is_collective: bool
    cap_year: int = NO_LIMIT


@dataclass(frozen=True, slots=True)
class Alert:
    """From this day of the year on, fewer credits than this share of the minimum are warned of."""

    month: int
    day: int
    share: Fraction
    level: str


def credits_worth(kind: CreditTerms, units: int) -> int:
    """Credits of one kind for the units of a year, in thousandths, half up, before its cap."""
    return divided(units * kind.rate, QUANTITY)


def credits_of(kind: CreditTerms, units: int) -> int:
    """The same after the cap of the year."""
    worth = credits_worth(kind, units)
    return worth if kind.cap_year == NO_LIMIT else min(kind.cap_year, worth)


def credits_total(kinds: Iterable[CreditTerms], units: Mapping[int, int]) -> int:
    """All credits of a year, from units by metric id."""
    return sum(credits_of(kind, units.get(kind.metric_id, 0)) for kind in kinds)


def collective_hours(kinds: Iterable[CreditTerms], units: Mapping[int, int]) -> int:
    """Hours of collective study of a year."""
    return sum(units.get(kind.metric_id, 0) for kind in kinds if kind.is_collective)


def first_month_of(year: int, since: date) -> int:
    """S of a member: the first month of the year that they are on the roll from its first day; 13 if none."""
    if since.year < year:
        return 1
    if since.year > year:
        return NOT_THIS_YEAR
    return since.month if since.day == 1 else since.month + 1


def year_minimum(least: int, first_month: int) -> int:
    """What the year asks, in proportion to the months on the roll, rounded up to a whole one (thousandths)."""
    months = NOT_THIS_YEAR - first_month
    return -(-least * months // (YEAR * QUANTITY)) * QUANTITY


def minimum_to_date(minimum: int, first_month: int, ended_months: int) -> int:
    """What of the year's minimum the ended months ask (thousandths, half up)."""
    months = NOT_THIS_YEAR - first_month
    passed = max(0, ended_months - first_month + 1)
    return divided(minimum * passed, months) if months > 0 else 0


def alert_on(today: date, alerts: Iterable[Alert], credits: int, minimum: int) -> Alert | None:
    """The warning in force today: the latest of its days that has come, while fewer credits are there than it asks."""
    due = [one for one in alerts if (one.month, one.day) <= (today.month, today.day)]
    latest = max(due, key=lambda one: (one.month, one.day), default=None)
    return latest if latest is not None and credits < latest.share * minimum else None


def alerts_of(rows: Iterable[Mapping[str, object]]) -> tuple[Alert, ...]:
    """The warnings of a scheme's data."""
    found = []
    for row in rows:
        month, day = (int(part) for part in str(row["at"]).split("-"))
        found.append(Alert(month, day, Fraction(Decimal(str(row["share"]))), str(row["level"])))
    return tuple(found)
