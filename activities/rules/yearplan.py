"""The year plan in plain values: the lines of an organisation, how far each is, and where on the calendar it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from activities.rules.duties import DutyState, Period
from core.periods import Month

DONE, LATE, PENDING, DUE, LACKING, NOT_DUE = "done", "late", "pending", "due", "lacking", "not_due"
STATUSES = (DONE, LATE, PENDING, DUE, LACKING, NOT_DUE)
FILLED = frozenset({DONE, LATE, PENDING})
STATUS_WORDS = {DONE: "已办", LATE: "补报", PENDING: "待审", DUE: "待办", LACKING: "缺", NOT_DUE: "未到期"}
KEY_JOIN = "~"
# What a duty's badge says, in the fewer words of a plan.
OF_DUTY = {"on_time": DONE, "reached": DONE, "late": LATE, "pending": PENDING}


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One thing to be done once: by when, by whom, how far, and what proves it.

    `happened_on` is the day it was done, `planned_on` the day the branch set itself; `four_one` is the code of
    the 四个一 it belongs to. `missing` is more than 1 only for what is owed to several people (谈心谈话).
    """

    key: str
    code: str
    name: str
    year: int
    due_on: date
    status: str
    words: str
    owner: str = ""
    group: str = ""
    planned_on: date | None = None
    happened_on: date | None = None
    url: str = ""
    evidence: str = ""
    note: str = ""
    four_one: str = ""
    is_own: bool = True  # the organisation's to plan; False for what the committee does with it

    @property
    def title(self) -> str:
        return f"{self.name}（{self.group}）" if self.group else self.name

    @property
    def day(self) -> date:
        """Where it stands on the calendar: the day it was done, else the day planned, else the day it is due."""
        return self.happened_on or self.planned_on or self.due_on

    @property
    def month(self) -> int:
        """The month of the plan's own year in which it is shown; what belongs to the next January stands in December."""
        if self.day.year == self.year:
            return self.day.month
        return 12 if self.day.year > self.year else 1

    @property
    def word(self) -> str:
        return STATUS_WORDS[self.status]

    @property
    def is_filled(self) -> bool:
        return self.status in FILLED


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines there are of each status."""

    counts: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, lines: Iterable[PlanLine]) -> Tally:
        found = Counter(line.status for line in lines)
        return cls(tuple((status, found[status]) for status in STATUSES))

    def __getitem__(self, status: str) -> int:
        return dict(self.counts)[status]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)

    @property
    def filled(self) -> int:
        return sum(count for status, count in self.counts if status in FILLED)

    @property
    def worst(self) -> str:
        """The status a cell is coloured by: what is lacking before what is due, what is late before what is done."""
        order = (LACKING, DUE, LATE, PENDING, DONE, NOT_DUE)
        return next((status for status in order if self[status]), NOT_DUE)


def line_key(code: str, period: Period, group_id: int | None = None) -> str:
    """The name of a line within its organisation and year: theme_day~202608, group_meeting~202608~17."""
    parts = [code, str(period.last.key), *([str(group_id)] if group_id else [])]
    return KEY_JOIN.join(parts)


def status_of(duty: DutyState, period: Period, on: date) -> str:
    """How far a duty is, in the words of a plan: after its period what is not filled is lacking."""
    if duty.state in OF_DUTY:
        return OF_DUTY[duty.state]
    if period.is_over(on):
        return LACKING
    return DUE if period.first.first_day <= on and duty.state != "not_due" else NOT_DUE


def dated_status(due_on: date, happened_on: date | None, on: date, *, near_days: int = 31) -> str:
    """How far something wanted once by a day is; done after the day is late."""
    if happened_on:
        return DONE if happened_on <= due_on else LATE
    if on > due_on:
        return LACKING
    return DUE if (due_on - on).days <= near_days else NOT_DUE


def due_day(year: int, text: str) -> date:
    """07-31 of the plan's year; next-01-31 of the year after."""
    after = text.startswith("next-")
    month, day = (int(part) for part in text.removeprefix("next-").split("-"))
    return date(year + after, month, day)


def words_of(line_status: str, due_on: date, happened_on: date | None, planned_on: date | None, on: date) -> str:
    """The sentence beside a line: done when, planned when, due when."""
    if happened_on:
        return f"{_day(happened_on)}已办" + ("，补报" if line_status == LATE else "")
    if planned_on and line_status != LACKING:
        passed = "，已过未办" if planned_on < on else ""
        return f"计划{_day(planned_on)}{passed}，{_day(due_on)}前"
    return f"应于{_day(due_on)}前" + ("，没有办" if line_status == LACKING else "")


def periods_of_year(per: str, year: int) -> list[Period]:
    """The twelve months, four quarters, two halves or the one year."""
    months = Month(year, 1).until(Month(year, 12))
    return list(dict.fromkeys(Period.of(per, month) for month in months))


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
