"""Reading a workbook: rows with their sheet numbers, and what is merged, hidden or a formula."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from typing import IO, Any
from xml.etree import ElementTree

import python_calamine

from core.errors import InvalidInput
from core.xlsx.container import DAMAGED
from core.xlsx.gate import Workbook, admit
from core.xlsx.scan import Limits, SheetFacts, column_letter, column_number

LONGEST_TEXT = 32_767  # what Excel itself lets into a cell
WORKBOOK = "xl/workbook.xml"
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its column letter, its value (None when empty) and whether a formula made the value."""

    column_letter: str
    value: Any
    is_formula: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row as numbered in the sheet, with one cell for each column from A on."""

    number: int
    cells: list[Cell]

    @property
    def is_blank(self) -> bool:
        return all(cell.value is None for cell in self.cells)

    def value(self, letter: str) -> Any:
        """The value under a column letter; None beyond the last column."""
        index = column_number(letter) - 1
        return self.cells[index].value if index < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class SheetData:
    """One sheet: all rows from 1 to the last used one, blank ones included."""

    name: str
    rows: list[Row]
    merged: list[str] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    sheet_names: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)

    def filled(self) -> Iterator[Row]:
        """The rows that hold anything."""
        return (row for row in self.rows if not row.is_blank)

    def merged_value(self, row: int, letter: str) -> Any:
        """The value a reader sees at a place: that of the merged block's first cell, if it lies in one."""
        column = column_number(letter)
        for first_row, first_column, last_row, last_column in map(_block, self.merged):
            if first_row <= row <= last_row and first_column <= column <= last_column:
                return self.rows[first_row - 1].value(column_letter(first_column))
        return self.rows[row - 1].value(letter) if row <= len(self.rows) else None


def read_sheet(
    source: str | PathLike[str] | bytes | IO[bytes],
    *,
    sheet: str | None = None,
    max_rows: int = 20_000,
    max_cols: int = 200,
) -> SheetData:
    """One sheet of an uploaded workbook (the first visible one unless named), through the gate.

    Raises InvalidInput with a remedy for a hostile or foreign file and for a sheet that is not there.
    """
    book = admit(source, limits=Limits(rows=max_rows, columns=max_cols))
    states = sheet_states(book)
    visible = [name for name, (_, hidden) in states.items() if not hidden]
    name = sheet if sheet is not None else next(iter(visible or states), None)
    if name is None or name not in states:
        raise InvalidInput(
            f"文件里没有工作表“{sheet or ''}”。", remedy=f"文件里有：{'、'.join(visible)[:200] or '无'}。请重新选择。"
        )
    facts = book.parts.get(states[name][0]) or SheetFacts()
    return SheetData(
        name=name,
        rows=_rows(book, name, facts),
        merged=[reference for reference in facts.merged if _is_block(reference)],
        hidden_columns=facts.hidden_columns(),
        hidden_rows=sorted(number for number in facts.hidden_rows if number <= facts.max_row),
        sheet_names=visible,
        hidden_sheets=[name for name, (_, hidden) in states.items() if hidden],
    )


def sheet_states(book: Workbook) -> dict[str, tuple[str, bool]]:
    """`{sheet name: (part, is hidden)}` in the order of the tabs; chart sheets left out."""
    targets = _targets(book)
    found: dict[str, tuple[str, bool]] = {}
    for element in _parse(book.small[WORKBOOK]).iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        part = targets.get(element.get(RELATION_ID, ""), "")
        if element.get("name", "") in found:
            raise DAMAGED.error()
        if book.parts.get(part, SheetFacts()).root == "worksheet":
            found[element.get("name", "")] = (part, element.get("state", "visible") != "visible")
    return found


def _targets(book: Workbook) -> dict[str, str]:
    relations = book.small.get("xl/_rels/workbook.xml.rels")
    if relations is None:
        raise DAMAGED.error()
    return {
        element.get("Id", ""): posixpath.normpath(posixpath.join("/xl", element.get("Target", ""))).lstrip("/")
        for element in _parse(relations)
    }


def _parse(content: bytes) -> ElementTree.Element:
    # The gate has refused every DOCTYPE and entity, and has seen this part to be well-formed.
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError:
        raise DAMAGED.error() from None


def _rows(book: Workbook, name: str, facts: SheetFacts) -> list[Row]:
    if not facts.cells:
        return []
    values = _values(book.data, name)
    letters = [column_letter(number) for number in range(1, facts.max_column + 1)]
    formulas = facts.formulas
    rows = []
    for number, line in enumerate(values[: facts.max_row], start=1):
        cells = [
            Cell(letter, _checked(value, letter, number), (number, column) in formulas)
            for column, (letter, value) in enumerate(zip(letters, line, strict=False), start=1)
        ]
        rows.append(Row(number, cells))
    while rows and rows[-1].is_blank and not any(cell.is_formula for cell in rows[-1].cells):
        rows.pop()
    return rows


def _checked(value: Any, letter: str, number: int) -> Any:
    if value == "":
        return None
    if type(value) is str and len(value) > LONGEST_TEXT:
        raise InvalidInput(f"{letter}{number} 单元格的内容过长。", remedy="请把这一格缩短后再上传。")
    return value


def _values(data: bytes, name: str) -> list[list[Any]]:
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as opened:
            return opened.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except BaseException as error:
        # A panic of the Rust reader derives from BaseException alone; it is a damaged file, not a 500.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise DAMAGED.error() from error
        raise


def _is_block(reference: str) -> bool:
    first, _, last = reference.partition(":")
    return bool(last) and first[-1:].isdigit() and last[-1:].isdigit()


def _block(reference: str) -> tuple[int, int, int, int]:
    first, _, last = reference.partition(":")
    (first_column, first_row), (last_column, last_row) = _place(first), _place(last)
    return first_row, first_column, last_row, last_column


def _place(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    return column_number(letters), int(reference[len(letters) :])
