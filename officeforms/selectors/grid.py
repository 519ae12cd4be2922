"""A sheet as a grid for the page: merged cells as spans, formulas marked, a run of rows at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.xlsx.cells import as_text
from core.xlsx.patch.sheet import area_of
from core.xlsx.read import SheetData, read_sheet
from core.xlsx.scan import column_letter
from officeforms.selectors.filling import FORM_LIMITS

ROWS_SHOWN, COLUMNS_SHOWN, CELLS_SHOWN, LONGEST = 40, 60, 480, 60


@dataclass(slots=True)
class GridCell:
    """One cell as drawn; `mark` is what the page says of it: bound, block, changed, picked."""

    address: str
    row: int
    column: int
    text: str
    is_formula: bool = False
    width: int = 1
    height: int = 1
    mark: str = ""
    words: str = ""


@dataclass(slots=True)
class Grid:
    """Some rows of a sheet."""

    sheet: str
    columns: list[str]
    rows: list[tuple[int, list[GridCell]]]
    first: int
    last: int
    total: int

    @property
    def next_first(self) -> int:
        return self.last + 1 if self.last < self.total else 0

    @property
    def previous_first(self) -> int:
        return max(1, self.first - ROWS_SHOWN) if self.first > 1 else 0

    def cells(self) -> Iterable[GridCell]:
        return (cell for _, row in self.rows for cell in row)


def read(data: bytes, sheet: str) -> SheetData:
    """One sheet of a workbook that passed the gate when it was uploaded."""
    return read_sheet(data, sheet=sheet, max_rows=FORM_LIMITS.rows + 5_000, max_cols=FORM_LIMITS.columns)


def grid(data: SheetData, *, first: int = 1, least: int = 0) -> Grid:
    """The rows from `first` on, at most 40; `least` rows are drawn even where the sheet is empty."""
    total = max([len(data.rows), least, *(area[2] for area in merged(data))])
    width = max([len(row.cells) for row in data.rows] + [area[3] for area in merged(data)], default=1)
    width = min(max(width, 1), COLUMNS_SHOWN)
    first = min(max(first, 1), max(total, 1))
    last = min(total, first + min(ROWS_SHOWN, CELLS_SHOWN // width) - 1)
    spans, hidden = _spans(data, first, last, width)
    rows = []
    for number in range(first, last + 1):
        cells = [_cell(data, number, column, spans) for column in range(1, width + 1) if (number, column) not in hidden]
        rows.append((number, cells))
    return Grid(data.name, [column_letter(n) for n in range(1, width + 1)], rows, first, last, total)


def merged(data: SheetData) -> list[tuple[int, int, int, int]]:
    """First row, first column, last row, last column of each merged block."""
    return [area for area in map(area_of, data.merged) if area]


def _spans(
    data: SheetData, first: int, last: int, width: int
) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """(row, column) → (height, width) of merged blocks as far as they are shown, and the places they cover."""
    spans, hidden = {}, set()
    for top, left, bottom, right in merged(data):
        row, bottom, right = max(top, first), min(bottom, last), min(right, width)
        if row > bottom or left > right:
            continue
        spans[row, left] = (bottom - row + 1, right - left + 1)
        hidden |= {(r, c) for r in range(row, bottom + 1) for c in range(left, right + 1)} - {(row, left)}
    return spans, hidden


def _cell(data: SheetData, row: int, column: int, spans: dict[tuple[int, int], tuple[int, int]]) -> GridCell:
    height, width = spans.get((row, column), (1, 1))
    found = (
        data.rows[row - 1].cells[column - 1]
        if row <= len(data.rows) and column <= len(data.rows[row - 1].cells)
        else None
    )
    text = as_text(found.value) if found else ""
    text = text[:LONGEST] + ("…" if len(text) > LONGEST else "")
    is_formula = bool(found and found.is_formula)
    return GridCell(f"{column_letter(column)}{row}", row, column, text, is_formula, width, height)
