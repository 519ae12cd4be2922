"""What an office sheet is, declared by the exporter: columns, rows, totals, the lines around the table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SIGNATURE_LINE = "填报人：                审核人：                负责人：                联系电话："

# Kinds of column: text (left), center (text, centred), code (text that looks like a number: ID, phone),
# int, decimal (2 places), points (2 places), number (as it is), percent (0.883 → 88.3%), date, datetime, month.
KINDS = (
    "text",
    "center",
    "code",
    "int",
    "decimal",
    "points",
    "number",
    "percent",
    "date",
    "datetime",
    "month",
)
FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class Red(NamedTuple):
    """A value that stands out in red: a ✗, an overdue date."""

    value: Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` into the row (mapping key or attribute), heading, width in characters, kind.

    `group` is the heading above neighbouring columns of the same group; `total` sums the column in the
    合计 row; `wrap` breaks long text; `merge` joins equal cells below one another.
    """

    key: str
    label: str
    width: float = 12
    kind: str = "text"
    group: str = ""
    total: bool = False
    wrap: bool = False
    merge: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such kind of column: {self.kind}")


@dataclass(slots=True)
class Sheet:
    """One sheet. Rows are mappings, objects or sequences in the order of the columns; read once, streamed.

    `totals` gives ready figures of the 合计 row by column key (instead of the sums made while writing);
    a plain data table (`is_plain`) has no title, unit line, footer or signature line, only heads.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Any]
    name: str = ""
    unit_line: str = ""
    totals: Mapping[str, Any] | None = None
    total_label: str = "合计"
    notes: Sequence[str] = field(default_factory=tuple)
    footer: str = SIGNATURE_LINE
    page_header: str = ""
    freeze_columns: int = 0
    is_landscape: bool = True
    is_plain: bool = False

    @property
    def has_groups(self) -> bool:
        return any(column.group for column in self.columns)

    @property
    def has_totals(self) -> bool:
        return self.totals is not None or any(column.total for column in self.columns)

    @property
    def lines_above(self) -> int:
        """Rows before the heads."""
        return 0 if self.is_plain else 1 + bool(self.unit_line)

    @property
    def head_rows(self) -> int:
        return 2 if self.has_groups else 1


def tab_names(sheets: Sequence[Sheet]) -> list[str]:
    """A legal and unique tab name for each sheet (at most 31 characters, without []:*?/\\)."""
    names: list[str] = []
    for sheet in sheets:
        wanted = FORBIDDEN_IN_NAME.sub(" ", sheet.name or sheet.title).strip(" '")[:31] or "Sheet"
        name, n = wanted, 1
        while name.lower() in (taken.lower() for taken in names):
            n += 1
            name = f"{wanted[: 31 - len(str(n)) - 1]}_{n}"
        names.append(name)
    return names


def row_values(sheet: Sheet) -> Iterable[Sequence[Any]]:
    """Each row as a sequence in the order of the columns."""
    keys = [column.key for column in sheet.columns]
    for row in sheet.rows:
        if isinstance(row, Mapping):
            yield [row.get(key) for key in keys]
        elif isinstance(row, list) or type(row) is tuple:
            yield row
        else:
            yield [getattr(row, key) for key in keys]
