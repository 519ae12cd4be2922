"""What a year plan is once read: its lines by month, its four ones, and the matrix of many branches."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from activities.rules.yearplan import PlanLine, Tally
from branches.models import Organisation

MONTHS = range(1, 13)


@dataclass(frozen=True)
class WallDay:
    """One day of the wall calendar and what stands on it."""

    day: int
    lines: tuple[PlanLine, ...]

    @property
    def status(self) -> str:
        return Tally.of(self.lines).worst if self.lines else ""

    @property
    def title(self) -> str:
        return "、".join(line.title for line in self.lines)


@dataclass(frozen=True)
class MonthBox:
    """One month of the wall calendar: its lines in the order of their days, and the committee's hints."""

    year: int
    number: int
    lines: tuple[PlanLine, ...]
    tips: tuple[str, ...] = ()

    @cached_property
    def weeks(self) -> tuple[tuple[WallDay, ...], ...]:
        """The days from Monday to Sunday, week by week; day 0 where another month's would be."""
        lines: dict[int, list[PlanLine]] = defaultdict(list)
        for line in self.lines:
            if (line.day.year, line.day.month) == (self.year, self.number):
                lines[line.day.day].append(line)
        return tuple(
            tuple(WallDay(day, tuple(lines[day])) for day in week)
            for week in calendar.Calendar().monthdayscalendar(self.year, self.number)
        )

    @property
    def tally(self) -> Tally:
        return Tally.of(self.lines)


@dataclass(frozen=True)
class FourOne:
    """One of the 四个一 with the lines it consists of (the regular meeting has four)."""

    code: str
    name: str
    lines: tuple[PlanLine, ...]

    @property
    def tally(self) -> Tally:
        return Tally.of(self.lines)


@dataclass(frozen=True)
class Plan:
    """The year of one organisation."""

    organisation: Organisation
    year: int
    lines: tuple[PlanLine, ...]
    four_names: tuple[tuple[str, str], ...] = ()
    tips: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def months(self) -> tuple[MonthBox, ...]:
        return tuple(MonthBox(self.year, n, self._of_month(n), self.tips.get(n, ())) for n in MONTHS)

    @cached_property
    def four_ones(self) -> tuple[FourOne, ...]:
        return tuple(
            FourOne(code, name, tuple(line for line in self.lines if line.four_one == code))
            for code, name in self.four_names
        )

    @cached_property
    def tally(self) -> Tally:
        return Tally.of(self.lines)

    @property
    def four_tally(self) -> Tally:
        return Tally.of(line for line in self.lines if line.four_one)

    def line(self, key: str) -> PlanLine | None:
        return next((line for line in self.lines if line.key == key), None)

    def _of_month(self, number: int) -> tuple[PlanLine, ...]:
        mine = [line for line in self.lines if line.month == number]
        return tuple(sorted(mine, key=lambda line: (line.day, line.key)))


@dataclass(frozen=True)
class MatrixCell:
    """One branch in one month: how many lines there are and how many are filled."""

    number: int
    tally: Tally

    @property
    def status(self) -> str:
        return self.tally.worst if self.tally.total else ""

    @property
    def text(self) -> str:
        return f"{self.tally.filled}/{self.tally.total}" if self.tally.total else ""


@dataclass(frozen=True)
class MatrixRow:
    """One branch of the matrix: twelve cells, the year, and the four ones."""

    plan: Plan
    cells: tuple[MatrixCell, ...]
    total: Tally
    four: Tally


@dataclass(frozen=True)
class PlanMatrix:
    """Branches × months, with the sums of each month and of all."""

    year: int
    rows: tuple[MatrixRow, ...]
    code: str = ""

    @cached_property
    def columns(self) -> tuple[MatrixCell, ...]:
        return tuple(
            MatrixCell(n, Tally.of(line for row in self.rows for line in self.lines_of(row.plan) if line.month == n))
            for n in MONTHS
        )

    @cached_property
    def total(self) -> Tally:
        return Tally.of(line for row in self.rows for line in self.lines_of(row.plan))

    @cached_property
    def four(self) -> Tally:
        return Tally.of(line for row in self.rows for line in row.plan.lines if line.four_one)

    def lines_of(self, plan: Plan) -> tuple[PlanLine, ...]:
        return tuple(line for line in plan.lines if not self.code or line.code == self.code)

    @classmethod
    def of(cls, year: int, plans: list[Plan], code: str = "") -> PlanMatrix:
        empty = cls(year, (), code)
        rows = []
        for plan in plans:
            lines = empty.lines_of(plan)
            cells = tuple(MatrixCell(n, Tally.of(line for line in lines if line.month == n)) for n in MONTHS)
            rows.append(MatrixRow(plan, cells, Tally.of(lines), plan.four_tally))
        return cls(year, tuple(rows), code)
