"""The overview as a table: the board's rows filtered, sorted and written as cells; page and sheet read the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessment.rules.terms import divided, rounded
from assessment.selectors.figures import Share
from assessment.selectors.scoreboard import BranchRow, Scoreboard, mean
from core.http import whole

HEAT_FLOORS = ((97, 5), (90, 4), (80, 3), (65, 2))


@dataclass(frozen=True)
class Choice:
    """What of the board is asked for: search, group, patch, order, and which figures."""

    query: str = ""
    group: str = ""
    leader: int | None = None
    sort: str = ""
    show: str = "score"
    which: str = "confirmed"

    @classmethod
    def of(cls, data: Mapping[str, str]) -> Choice:
        """Read from a query string; anything unknown is the default."""
        return cls(
            query=data.get("q", "").strip()[:40],
            group=data.get("group", ""),
            leader=whole(data.get("leader", "")),
            sort=data.get("sort", ""),
            show="rate" if data.get("show") == "rate" else "score",
            which="provisional" if data.get("which") == "provisional" else "confirmed",
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure with the class of its heat and the name of the item it leads to."""

    text: str
    heat: str
    code: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of one category's items and the category's own."""

    cells: tuple[Cell, ...]
    sum: Cell


@dataclass(frozen=True)
class TableRow:
    """One branch in the table."""

    row: BranchRow
    groups: tuple[Group, ...]
    score: Decimal | None
    other_score: Decimal | None
    change: Decimal | None
    periods: tuple[Decimal | None, ...]

    @property
    def cells(self) -> list[Cell]:
        """The items' cells in order."""
        return [cell for group in self.groups for cell in group.cells]

    @property
    def category_cells(self) -> list[Cell]:
        return [group.sum for group in self.groups]


@dataclass(frozen=True)
class OverviewTable:
    """The rows as shown and, below them, the means of what is shown."""

    rows: tuple[TableRow, ...]
    mean_groups: tuple[Group, ...]
    mean_score: Decimal | None

    @property
    def mean_cells(self) -> list[Cell]:
        return [cell for group in self.mean_groups for cell in (*group.cells, group.sum)]


def overview_table(board: Scoreboard, choice: Choice) -> OverviewTable:
    """The board as the reader asked for it."""
    rows = [_table_row(board, row, choice) for row in board.rows if _wanted(row, choice)]
    rows = _sorted(rows, board, choice.sort)
    figures = [one.row.figures(choice.which) for one in rows]
    groups = tuple(
        Group(
            tuple(
                _mean_cell(item.code, item.points, [each.items[item.code] for each in figures], choice)
                for item in one.items
            ),
            _mean_cell(one.code, one.points, [each.categories[one.code] for each in figures], choice),
        )
        for one in board.frame.categories
    )
    average = mean(one.score for one in figures)
    return OverviewTable(tuple(rows), groups, None if average is None else rounded(average))


def heat_of(rate: Fraction | None) -> str:
    """heat-5 (≥97%) … heat-1 (<65%); heat-na where nothing is due."""
    if rate is None:
        return "heat-na"
    return f"heat-{next((step for floor, step in HEAT_FLOORS if rate * 100 >= floor), 1)}"


def _wanted(row: BranchRow, choice: Choice) -> bool:
    if choice.query and choice.query not in row.name and not row.code.startswith(choice.query):
        return False
    if choice.group and row.rank_group != choice.group:
        return False
    return choice.leader is None or choice.leader in row.leaders


def _table_row(board: Scoreboard, row: BranchRow, choice: Choice) -> TableRow:
    figures = row.figures(choice.which)
    other = row.figures("confirmed" if choice.which == "provisional" else "provisional")
    earlier = row.earlier_provisional if choice.which == "provisional" else row.earlier
    return TableRow(
        row=row,
        groups=tuple(
            Group(
                tuple(_cell(item.code, figures.items[item.code], choice) for item in one.items),
                _cell(one.code, figures.categories[one.code], choice),
            )
            for one in board.frame.categories
        ),
        score=figures.shown,
        other_score=other.shown,
        change=row.change(choice.which),
        periods=tuple(one.shown for _, one in earlier) if board.view != "month" else (),
    )


def _cell(code: str, share: Share, choice: Choice) -> Cell:
    """One figure; by integers, for there are 700 of them on a page (the same rounding as terms.rounded)."""
    earned, available = share.earned, share.available
    if not available:
        return Cell("—", "heat-na", code, None)
    heat = f"heat-{next((step for floor, step in HEAT_FLOORS if earned * 100 >= floor * available), 1)}"
    if choice.show == "rate":
        value = Decimal(divided(earned * 100, available))
        return Cell(f"{value}%", heat, code, value)
    value = Decimal(divided(share.points * earned, available * 10_000)).scaleb(-2)
    return Cell(str(value), heat, code, value)


def _mean_cell(code: str, points: int, shares: list[Share], choice: Choice) -> Cell:
    rate = mean(share.rate for share in shares)
    if rate is None:
        return Cell("—", "heat-na", code, None)
    value = rounded(rate * 100, 0) if choice.show == "rate" else rounded(rate * points / 1_000_000)
    return Cell(f"{value:f}%" if choice.show == "rate" else f"{value:.2f}", heat_of(rate), code, value)


def _sorted(rows: list[TableRow], board: Scoreboard, sort: str) -> list[TableRow]:
    """By `score`, `change`, `rank`, a category or an item code; a minus turns it round; else the usual order."""
    name, is_down = sort.lstrip("-"), sort.startswith("-")
    codes = {item.code for item in board.frame.items} | {one.code for one in board.frame.categories}
    if name not in codes | {"score", "change", "rank"}:
        return rows

    def value(one: TableRow) -> Decimal | int | None:
        if name == "rank":
            return one.row.rank
        if name in ("score", "change"):
            return getattr(one, name)
        return next((cell.value for cell in (*one.cells, *one.category_cells) if cell.code == name), None)

    known = [one for one in rows if value(one) is not None]
    return sorted(known, key=lambda one: value(one) or 0, reverse=is_down) + [one for one in rows if value(one) is None]
