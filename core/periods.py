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


PERIOD_KINDS = {"quarter": ("Q", 4), "half": ("H", 2), "year": ("Y", 1)}
QUARTER_WORDS = "一二三四"


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A quarter, half or whole calendar year; printable as 2026-Q1, 2026-H2, 2026-Y1."""

    year: int
    kind: str
    number: int

    def __post_init__(self) -> None:
        if self.kind not in PERIOD_KINDS or not 1 <= self.number <= PERIOD_KINDS[self.kind][1]:
            raise ValueError(f"not a period: {self.year}-{self.kind}-{self.number}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period written `2026-Q1`; ValueError for anything else."""
        match = re.fullmatch(r"([0-9]{4})-([QHY])([1-4])", text)
        kinds = {letter: kind for kind, (letter, _) in PERIOD_KINDS.items()}
        if not match:
            raise ValueError(f"not a period: {text!r}")
        return cls(int(match[1]), kinds[match[2]], int(match[3]))

    @classmethod
    def all_of(cls, year: int) -> list[Period]:
        """Four quarters, two halves and the year, each before what it is a part of."""
        order = [("quarter", 1), ("quarter", 2), ("half", 1), ("quarter", 3), ("quarter", 4), ("half", 2), ("year", 1)]
        return [cls(year, kind, number) for kind, number in order]

    @property
    def months(self) -> list[Month]:
        size = MONTHS_PER[self.kind]
        first = Month(self.year, size * (self.number - 1) + 1)
        return first.until(first.plus(size - 1))

    @property
    def label(self) -> str:
        """As a page shows it: 2026年第一季度, 2026年上半年, 2026年度."""
        if self.kind == "quarter":
            return f"{self.year}年第{QUARTER_WORDS[self.number - 1]}季度"
        return f"{self.year}年{'上下'[self.number - 1]}半年" if self.kind == "half" else f"{self.year}年度"

    def __str__(self) -> str:
        return f"{self.year:04d}-{PERIOD_KINDS[self.kind][0]}{self.number}"


class PeriodConverter:
    """A path converter: `<period:period>` in a URL gives a Period, and 404 for what is none."""

    regex = r"20[0-9]{2}-(?:Q[1-4]|H[12]|Y1)"

    def to_python(self, value: str) -> Period:
        return Period.parse(value)

    def to_url(self, value: Period | str) -> str:
        return str(value)


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
