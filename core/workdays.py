"""Working days of China: the State Council's days off and make-up days where known, a plain rule elsewhere."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from lunardate import LunarDate

KNOWN_YEARS = frozenset(day.year for day in chinese_calendar.holidays if day.month == 10)
LUNAR_HOLIDAYS = ((1, 1), (1, 2), (1, 3), (5, 5), (8, 15))
SOLAR_HOLIDAYS = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))


def is_workday(day: date) -> bool:
    """Whether offices work on that day; for a year not yet announced see `is_provisional`."""
    if day.year in KNOWN_YEARS:
        return day not in chinese_calendar.holidays and (day.weekday() < 5 or day in chinese_calendar.workdays)
    return day.weekday() < 5 and day not in statutory_holidays(day.year)


def is_provisional(year: int) -> bool:
    """True if the arrangement of that year is not known: no make-up days, only the statutory days themselves."""
    return year not in KNOWN_YEARS


def add_workdays(day: date, n: int) -> date:
    """The nth working day after `day` (before it, if n is negative); n = 0 is the day itself."""
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= is_workday(day)
    return day


def previous_workday(day: date) -> date:
    """`day` if it is a working day, else the last one before it."""
    return day if is_workday(day) else add_workdays(day, -1)


def workdays_between(first: date, last: date) -> int:
    """How many working days lie from `first` to `last`, both included."""
    return sum(is_workday(first + timedelta(days=n)) for n in range((last - first).days + 1))


@lru_cache(maxsize=32)
def statutory_holidays(year: int) -> frozenset[date]:
    """The 13 statutory holidays of a year, without the shifts that make long weekends."""
    days = {date(year, month, day) for month, day in SOLAR_HOLIDAYS}
    days.add(qingming(year))
    if 1900 < year < 2100:
        days.update(LunarDate(year, month, day).to_solar_date() for month, day in LUNAR_HOLIDAYS)
        days.add(LunarDate(year, 1, 1).to_solar_date() - timedelta(days=1))  # 除夕
    return frozenset(days)


def qingming(year: int) -> date:
    """清明, the day the sun reaches 15°, by the formula that holds from 1901 to 2099."""
    short = year % 100
    constant = 4.81 if year >= 2000 else 5.59
    return date(year, 4, int(short * 0.2422 + constant) - (short - (0 if year >= 2000 else 1)) // 4)
