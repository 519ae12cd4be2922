"""Calendar periods of the portal: the Month, and the quarter, half and year that months make up."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTHS_PER = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One calendar month; ordered, printable as 2026-08, stored as the integer 202608 (`key`)."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 9999 and 1 <= self.number <= 12):
            raise ValueError(f"not a month: {self.year}-{self.number}")

    @classmethod
    def of(cls, day: date) -> Month:
        """The month in which a date lies; a datetime is first taken to Asia/Shanghai."""
        if isinstance(day, datetime) and day.tzinfo is not None:
            day = day.astimezone(SHANGHAI)
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month written `2026-08`; ValueError for anything else."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
        if not match or not 1901 <= int(match[1]) <= 9998:  # so that the months beside it are months, too
            raise ValueError(f"not a month: {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def from_key(cls, key: int) -> Month:
        """The month stored as 202608."""
        return cls(key // 100, key % 100)

    @property
    def key(self) -> int:
        return self.year * 100 + self.number

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def record_deadline(self) -> datetime:
        """24:00 on the 5th of the next month, Asia/Shanghai (scoring.md, Late entry)."""
        return datetime.combine(self.next.first_day + timedelta(days=5), time(0), SHANGHAI)

    @property
    def next(self) -> Month:
        return self.plus(1)

    @property
    def previous(self) -> Month:
        return self.plus(-1)

    @property
    def quarter(self) -> int:
        return (self.number - 1) // 3 + 1

    @property
    def label(self) -> str:
        """As a page shows it: 2026年8月."""
        return f"{self.year}年{self.number}月"

    def plus(self, months: int) -> Month:
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def until(self, last: Month) -> list[Month]:
        """This month and all after it up to and with `last`."""
        count = (last.year - self.year) * 12 + last.number - self.number + 1
        return [self.plus(n) for n in range(max(0, count))]

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


class MonthConverter:
    """A path converter: `<month:month>` in a URL gives a Month, and 404 for what is none."""

    regex = r"20[0-9]{2}-(?:0[1-9]|1[0-2])"  # the years there can be figures of; 9999-12 has no next month

    def to_python(self, value: str) -> Month:
        return Month.parse(value)

    def to_url(self, value: Month | str) -> str:
        return str(value)


class YearConverter:
    """A path converter: `<year:year>` in a URL gives a year, and 404 for what can be none of ours."""

    regex = "20[0-9]{2}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return str(value)


def today(now: datetime) -> date:
    """The day it is in Asia/Shanghai at the moment `now`."""
    return now.astimezone(SHANGHAI).date()
