"""Duties in periods: which period a month lies in, which record fills it, and how far a duty is, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from activities.rules.facts import is_late, is_late_backfill
from assessment.rules.window import first_month
from core.periods import MONTHS_PER, Month, today

NEAR_DAYS = {"month": 31, "quarter": 31, "half": 31, "year": 31}  # nobody is pressed before the last month
PERIOD_WORDS = {"month": "本月", "quarter": "本季度", "half": "本半年", "year": "本年"}
COUNTING = frozenset({"submitted", "approved"})


@dataclass(frozen=True, slots=True)
class Period:
    """A run of months a target is set for: a month, quarter, half or year."""

    first: Month
    last: Month

    @classmethod
    def of(cls, per: str, month: Month) -> Period:
        """The period of this kind in which the month lies."""
        length = MONTHS_PER[per]
        first = Month(month.year, (month.number - 1) // length * length + 1)
        return cls(first, first.plus(length - 1))

    @property
    def last_day(self) -> date:
        return self.last.last_day

    @property
    def label(self) -> str:
        """As a sentence names it: 2026年8月, 2026年第3季度, 2026年上半年, 2026年."""
        length = self.last.number - self.first.number + 1
        if length == 1:
            return self.first.label
        if length == 3:
            return f"{self.first.year}年第{self.first.quarter}季度"
        return f"{self.first.year}年" + ({1: "上半年", 7: "下半年"}[self.first.number] if length == 6 else "")

    def has(self, day: date) -> bool:
        return self.first.first_day <= day <= self.last_day

    def is_over(self, on: date) -> bool:
        """Whether it has ended before this day."""
        return self.last_day < on


@dataclass(frozen=True, slots=True)
class DutyTerms:
    """What a duty asks for, as far as its state depends on it."""

    code: str
    name: str
    per: str
    target: int = 1
    applies_if: str = ""
    window: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One record that may fill a duty of one branch (or group); `combined` if it is chiefly another type."""

    activity_id: int
    held_on: date
    state: str
    is_valid: bool
    first_sent_at: datetime | None = None
    present: int = 0
    group_id: int | None = None
    kind_name: str = ""
    combined: bool = False
    return_reason: str = ""

    @property
    def sent_on(self) -> date:
        """The day it was first sent; the day it was held while it has not been."""
        return today(self.first_sent_at) if self.first_sent_at else self.held_on

    @property
    def counts(self) -> bool:
        return self.is_valid and self.state in COUNTING

    @property
    def is_late(self) -> bool:
        return self.first_sent_at is not None and is_late(self.held_on, self.first_sent_at)


@dataclass(frozen=True, slots=True)
class DutyState:
    """How far one duty is: code of the badge, the sentence, until when, what is still missing, its record."""

    state: str
    words: str
    deadline: date
    missing: int = 0
    activity_id: int | None = None
    label: str = ""

    @property
    def is_done(self) -> bool:
        return not self.missing


def filling(records: Iterable[Record], period: Period, target: int = 1) -> list[Record]:
    """The records that fill the period's target, extras left out: those on time first, reviewed before waiting ones.

    So what still waits for review never takes the place of what has passed it.
    """
    good = [record for record in records if record.counts and period.has(record.held_on)]
    good.sort(key=lambda record: (record.is_late, record.state != "approved", record.held_on, record.activity_id))
    return good[:target]


def backfills(records: Iterable[Record], period: Period, target: int = 1) -> list[Record]:
    """The required records of the period that came more than 30 days late: only those without which it stood empty."""
    sent = [r for r in records if r.is_valid and r.first_sent_at and period.has(r.held_on) and r.state != "withdrawn"]
    sent.sort(key=lambda record: (record.first_sent_at, record.activity_id))
    return [
        record
        for record in sent[:target]
        if record.first_sent_at and is_late_backfill(record.held_on, record.first_sent_at)
    ]


def duty_state(duty: DutyTerms, period: Period, records: Iterable[Record], on: date) -> DutyState:
    """How far the duty is in this period, as seen on this day."""
    mine = [record for record in records if period.has(record.held_on)]
    filled = filling(mine, period, duty.target)
    if len(filled) >= duty.target:
        return _done(duty, period, filled)
    missing = duty.target - len(filled)
    return _held_up(period, mine, missing) or _open(duty, period, missing, on)


def progress_state(duty: DutyTerms, period: Period, *, done: int, need: int, on: date) -> DutyState:
    """How far a duty towards each of `need` people is (谈心谈话)."""
    missing = max(0, need - done)
    if not missing:
        return DutyState("reached", f"{PERIOD_WORDS[duty.per]}{need}人都已谈到", period.last_day)
    left = (period.last_day - on).days
    words = f"已谈{done}人，还差{missing}人，{_day(period.last_day)}前"
    state = "overdue" if left < 0 else ("missing" if left <= NEAR_DAYS[duty.per] else "not_due")
    return DutyState(state, words, period.last_day, missing)


def in_window(window: str, day: date) -> bool:
    """Whether the day lies in a window such as "10-01..next-03-31"; no window is always open."""
    if not window:
        return True
    start, end = (part.replace("next-", "") for part in window.split(".."))
    here = f"{day:%m-%d}"
    return start <= here <= end if start <= end else (here >= start or here <= end)


def measured_months(
    year: int,
    *,
    founded_on: date,
    dissolved_on: date | None,
    go_live_month: int | None = None,
    opening_from: int | None = None,
) -> tuple[Month, Month] | None:
    """The first and last month of the year a branch answers for (scoring.md: S to the month before it is dissolved)."""
    start = first_month(year, founded_on=founded_on, go_live_month=go_live_month, opening_from=opening_from)
    end = Month(year, 12)
    if dissolved_on:
        end = min(end, Month.of(dissolved_on + timedelta(days=1)).previous)
    return (Month(year, start), end) if start <= 12 and Month(year, start) <= end else None


def periods_in(per: str, first: Month, last: Month) -> list[Period]:
    """The periods of this kind that begin and end within these months."""
    found = dict.fromkeys(Period.of(per, month) for month in first.until(last))
    return [period for period in found if period.first >= first and period.last <= last]


def _done(duty: DutyTerms, period: Period, filled: list[Record]) -> DutyState:
    last = max(filled, key=lambda record: record.held_on)
    waiting = next((record for record in filled if record.state != "approved"), None)
    late = next((record for record in filled if record.is_late), None)
    if waiting:
        words, state, shown = _waiting_words(waiting), "pending", waiting
    elif late:
        words, state, shown = f"{_day(late.held_on)}的会{_day(late.sent_on)}才报", "late", late
    elif duty.per == "month":
        words, state, shown = _held_words(last), "on_time", last
    else:
        words, state, shown = f"{PERIOD_WORDS[duty.per]}已开{len(filled)}次", "reached", last
    return DutyState(state, words, period.last_day, 0, shown.activity_id)


def _waiting_words(record: Record) -> str:
    late = "，属补报" if record.is_late else ""
    if record.combined and record.kind_name:
        return f"并入{record.kind_name}，待审核{late}"
    return f"{_day(record.held_on)}已报，待审核{late}"


def _held_words(record: Record) -> str:
    if record.combined and record.kind_name:
        return f"{_day(record.held_on)}并入{record.kind_name}"
    return f"{_day(record.held_on)}已开" + (f"，{record.present}人到会" if record.present else "")


def _held_up(period: Period, records: list[Record], missing: int) -> DutyState | None:
    """A record is there but does not count: what has to happen to it."""
    for state, words in (
        ("returned", "{day}的记录已退回，改后再报"),
        ("draft", "{day}的草稿还没有报送"),
    ):
        for record in records:
            if record.state == state:
                return DutyState(
                    state, words.format(day=_day(record.held_on)), period.last_day, missing, record.activity_id
                )
    for record in records:
        if record.state in COUNTING and not record.is_valid:
            words = f"{_day(record.held_on)}到会人数不够，不计次数，须重开"
            return DutyState("missing", words, period.last_day, missing, record.activity_id)
    return None


def _open(duty: DutyTerms, period: Period, missing: int, on: date) -> DutyState:
    end, left = period.last_day, (period.last_day - on).days
    if left < 0:
        return _ended(period, missing, on)
    if not in_window(duty.window, on):
        return DutyState("not_due", f"{_window_words(duty.window)}召开", end, missing)
    if left > NEAR_DAYS[duty.per] or on < period.first.first_day:
        return DutyState("not_due", f"{PERIOD_WORDS[duty.per]}还差{missing}次，{_day(end)}前", end, missing)
    if duty.per == "month":
        words = f"应于{_day(end)}前，" + (f"还有{left}天" if left else "今天是最后一天")
    else:
        words = f"{PERIOD_WORDS[duty.per]}还差{missing}次，{_day(end)}前"
    return DutyState("missing", words, end, missing)


def _ended(period: Period, missing: int, on: date) -> DutyState:
    last_good = today(period.last.record_deadline) - timedelta(days=1)
    if on <= last_good:
        return DutyState("missing", f"没有记录；开过的请在{_day(last_good)}24:00前报送", period.last_day, missing)
    return DutyState("overdue", f"{period.label}没有记录；开过的仍可补报", period.last_day, missing)


def _window_words(window: str) -> str:
    start = window.split("..")[0]
    month, day = (int(part) for part in start.split("-"))
    return "可在四季度" if (month, day) == (10, 1) else f"{month}月{day}日起可以"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
