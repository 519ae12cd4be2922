"""The window of a score: year to date at month M, for a branch measured from month S (scoring.md, Window and periods)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.periods import Month

NOT_THIS_YEAR = 13


@dataclass(frozen=True, slots=True)
class Window:
    """From 1 January to `end`: the last day of the month, or today where the month is running.

    first_month: S as a month number, 13 where the branch is not measured in this year.
    """

    month: Month
    end: date
    first_month: int = 1

    @classmethod
    def at(cls, month: Month, today: date, first_month: int = 1) -> Window:
        """The window of a month as it is on the day `today`."""
        return cls(month, min(month.last_day, today), first_month)

    @property
    def number(self) -> int:
        """M."""
        return self.month.number

    @property
    def ended_months(self) -> int:
        """How many months of the year have ended by the end of the window."""
        return self.number if self.end == self.month.last_day else self.number - 1

    @property
    def start(self) -> date:
        return date(self.month.year, 1, 1)

    @property
    def room_months(self) -> int:
        """The ended months from S on: M − S + 1, for the running month one fewer, never below 0."""
        return max(0, self.ended_months - self.first_month + 1)

    def first_days_end(self) -> date:
        """The last day of month S: a deadline before it is left out unless met."""
        return Month(self.month.year, min(self.first_month, 12)).last_day


def first_month(
    year: int,
    *,
    founded_on: date,
    go_live_month: int | None = None,
    opening_from: int | None = None,
) -> int:
    """S: January, the month after the founding, or the go-live month (history brought in moves that forward).

    Months are keys (202608) but for the answer, a month number of `year`; 13 if the branch is not measured in it.
    """
    after_founding = 1 if founded_on.year < year else founded_on.month + 1
    if founded_on.year > year:
        return NOT_THIS_YEAR
    start = min(key for key in (go_live_month, opening_from) if key) if go_live_month else 0
    if start // 100 > year:
        return NOT_THIS_YEAR
    return max(after_founding, start % 100 if start // 100 == year else 1)


def is_measured(month: Month, first: int, dissolved_on: date | None) -> bool:
    """From S to the month before the branch is dissolved."""
    return first <= month.number and (dissolved_on is None or dissolved_on > month.last_day)
