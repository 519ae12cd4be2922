"""One sheet's part: where its rows, cells and merges stand in the text, and cells written by splicing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import InvalidInput
from core.xlsx.encode import TRIGGERS, as_number, escape, plain_text
from core.xlsx.patch.markup import Edit, Tag, splice, tags, unescaped, with_attribute, without_attribute
from core.xlsx.patch.refs import copied
from core.xlsx.scan import REFERENCE, column_letter, column_number


class PatchError(InvalidInput):
    """What cannot be kept when the workbook is changed, in words."""


SAVE_AGAIN = "请用 Excel 或 WPS 打开这份表，另存一次后重新上传。"


@dataclass(slots=True)
class Formula:
    """The formula of a cell as written: its own text, or a share in another's."""

    tag: Tag
    end: int
    text: str
    kind: str
    shared: str
    ref: str


@dataclass(slots=True)
class CellPart:
    """One cell and where it stands."""

    row: int
    column: int
    tag: Tag
    end: int
    formula: Formula | None = None
    kind: str = "n"

    @property
    def style(self) -> int:
        text = self.tag.attributes.get("s", "0")
        return int(text) if text.isdigit() else 0


@dataclass(slots=True)
class RowPart:
    """One row and where it stands; `close` is where its end tag begins (or the end of an empty one)."""

    number: int
    tag: Tag
    close: int = 0
    end: int = 0
    cells: dict[int, CellPart] = field(default_factory=dict)


@dataclass(slots=True)
class SheetPart:
    """A sheet's XML with its rows found."""

    text: str
    rows: dict[int, RowPart] = field(default_factory=dict)
    merges: list[tuple[Tag, int, int, int, int]] = field(default_factory=list)
    data: Tag | None = None
    data_close: int = 0

    @property
    def prefix(self) -> str:
        return f"{self.data.prefix}:" if self.data and self.data.prefix else ""

    def cell(self, row: int, column: int) -> CellPart | None:
        return self.rows[row].cells.get(column) if row in self.rows else None

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell that holds the value of the merged block this place lies in; the place itself elsewhere."""
        for _, first_row, first_column, last_row, last_column in self.merges:
            if first_row <= row <= last_row and first_column <= column <= last_column:
                return first_row, first_column
        return row, column

    def formulas(self) -> dict[tuple[int, int], str]:
        """Every formula as its own cell has it, shared ones written out."""
        found: dict[tuple[int, int], str] = {}
        masters: dict[str, tuple[int, int, str]] = {}
        for cell in self.cells():
            if cell.formula and cell.formula.kind == "shared" and cell.formula.text:
                masters[cell.formula.shared] = (cell.row, cell.column, cell.formula.text)
        for cell in self.cells():
            formula = cell.formula
            if formula is None:
                continue
            if formula.kind == "shared" and not formula.text and formula.shared in masters:
                row, column, text = masters[formula.shared]
                found[cell.row, cell.column] = copied(text, rows=cell.row - row, columns=cell.column - column)
            else:
                found[cell.row, cell.column] = formula.text
        return found

    def cells(self) -> Iterable[CellPart]:
        return (cell for row in self.rows.values() for cell in row.cells.values())


def read_part(text: str) -> SheetPart:
    """The rows, cells and merges of a sheet's XML; PatchError where it leaves their places to be guessed."""
    reader = _Reader(SheetPart(text))
    for tag in tags(text):
        reader.take(tag)
    if reader.part.data is None:
        raise PatchError("这个工作表没有数据区，不能绑定。", remedy=SAVE_AGAIN)
    return reader.part


class _Reader:
    """Takes the tags of a sheet in order."""

    def __init__(self, part: SheetPart) -> None:
        self.part = part
        self.row: RowPart | None = None
        self.cell: CellPart | None = None
        self.formula: Tag | None = None
        self.steps: dict[str, Callable[[Tag], None]] = {
            "sheetData": self._data,
            "row": self._row,
            "c": self._cell,
            "f": self._formula,
            "mergeCell": self._merge,
        }

    def take(self, tag: Tag) -> None:
        if step := self.steps.get(tag.name):
            step(tag)

    def _data(self, tag: Tag) -> None:
        if not tag.is_end:
            self.part.data = tag
        if tag.is_end or tag.is_empty:
            self.part.data_close = tag.start

    def _row(self, tag: Tag) -> None:
        if not tag.is_end:
            number = tag.attributes.get("r", "")
            if not number.isdigit():
                raise PatchError("表里有没写明位置的行，不能绑定。", remedy=SAVE_AGAIN)
            self.row = self.part.rows[int(number)] = RowPart(int(number), tag)
        if self.row is not None and (tag.is_end or tag.is_empty):
            self.row.close, self.row.end = tag.start, tag.end

    def _cell(self, tag: Tag) -> None:
        if not tag.is_end:
            place = REFERENCE.fullmatch(tag.attributes.get("r", ""))
            if place is None or self.row is None:
                raise PatchError("表里有没写明位置的单元格，不能绑定。", remedy=SAVE_AGAIN)
            self.cell = CellPart(int(place[2]), column_number(place[1]), tag, tag.end)
            self.cell.kind = tag.attributes.get("t", "n")
            self.row.cells[self.cell.column] = self.cell
        if self.cell is not None and (tag.is_end or tag.is_empty):
            self.cell.end = tag.end
            self.cell = None

    def _formula(self, tag: Tag) -> None:
        if self.cell is None:
            return
        if not tag.is_end:
            self.formula = tag
            marks = tag.attributes
            self.cell.formula = Formula(
                tag, tag.end, "", marks.get("t", "normal"), marks.get("si", ""), marks.get("ref", "")
            )
        elif self.formula is not None and self.cell.formula is not None:
            self.cell.formula.text = unescaped(self.part.text[self.formula.end : tag.start])
            self.cell.formula.end = tag.end

    def _merge(self, tag: Tag) -> None:
        if not tag.is_end and (block := area_of(tag.attributes.get("ref", ""))):
            self.part.merges.append((tag, *block))


def area_of(reference: str) -> tuple[int, int, int, int] | None:
    """First row, first column, last row, last column of A1 or A1:C3."""
    first, _, last = reference.replace("$", "").partition(":")
    begin, end = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last or first)
    if begin is None or end is None:
        return None
    return int(begin[2]), column_number(begin[1]), int(end[2]), column_number(end[1])


def cell_xml(prefix: str, old: str, reference: str, style: int, value: Any, *, is_date_style: bool) -> str:
    """The XML of one cell with a new value; `old` is its start tag, whose other attributes stay."""
    styled = f' s="{style}"' if style else ""
    start = old or f'<{prefix}c r="{reference}"{styled}>'
    for name in ("t", "cm", "vm"):
        start = without_attribute(start, name)
    if old and style:
        start = with_attribute(start, "s", str(style))
    start = start.removesuffix("/>").removesuffix(">").rstrip()
    if value is None or value == "":
        return f"{start}/>"
    number = (
        as_number(value) if isinstance(value, int | Decimal) or (is_date_style and isinstance(value, date)) else None
    )
    if number is not None:
        return f"{start}><{prefix}v>{number}</{prefix}v></{prefix}c>"
    space = ' xml:space="preserve"'
    return (
        f'{start} t="inlineStr"><{prefix}is><{prefix}t{space}>{escape(plain_text(value))}</{prefix}t>'
        f"</{prefix}is></{prefix}c>"
    )


def looks_like_formula(value: Any) -> bool:
    return isinstance(value, str) and value[:1] in TRIGGERS


def written(part: SheetPart, values: dict[tuple[int, int], str]) -> str:
    """The sheet's XML with these cells (row, column → XML) in place of the old ones, or put in where there were none."""
    edits: list[Edit] = []
    missing: dict[int, dict[int, str]] = {}
    for (row, column), xml in values.items():
        old = part.cell(row, column)
        if old is not None:
            edits.append((old.tag.start, old.end, xml))
        else:
            missing.setdefault(row, {})[column] = xml
    if missing and part.data is not None and part.data.is_empty:
        return splice(part.text, [_first_rows(part, part.data, missing)])
    for row, cells in sorted(missing.items()):
        edits += _row_edits(part, row, cells)
    return splice(part.text, edits)


def _first_rows(part: SheetPart, data: Tag, rows: dict[int, dict[int, str]]) -> Edit:
    lines = "".join(_line(part, number, cells) for number, cells in sorted(rows.items()))
    start = part.text[data.start : data.end].removesuffix("/>").rstrip()
    return data.start, data.end, f"{start}>{lines}</{part.prefix}sheetData>"


def _line(part: SheetPart, number: int, cells: dict[int, str]) -> str:
    xml = "".join(text for _, text in sorted(cells.items()))
    return f'<{part.prefix}row r="{number}">{xml}</{part.prefix}row>'


def _row_edits(part: SheetPart, number: int, cells: dict[int, str]) -> list[Edit]:
    row = part.rows.get(number)
    if row is None:
        return [_new_row(part, number, cells)]
    start = part.text[row.tag.start : row.tag.end]
    if not _within(row.tag.attributes.get("spans", ""), cells):
        start = without_attribute(start, "spans")
    whole = "".join(xml for _, xml in sorted(cells.items()))
    if row.tag.is_empty:
        name = f"{row.tag.prefix}:row" if row.tag.prefix else "row"
        return [(row.tag.start, row.end, f"{start.removesuffix('/>').rstrip()}>{whole}</{name}>")]
    edits: list[Edit] = [(row.tag.start, row.tag.end, start)] if start != part.text[row.tag.start : row.tag.end] else []
    for column, xml in sorted(cells.items()):
        after = [old for at, old in row.cells.items() if at > column]
        at = min((old.tag.start for old in after), default=row.close)
        edits.append((at, at, xml))
    return edits


def _within(spans: str, cells: dict[int, str]) -> bool:
    """Whether the hint of a row (1:8) has room for these columns."""
    first, _, last = spans.partition(":")
    return first.isdigit() and last.isdigit() and int(first) <= min(cells) and max(cells) <= int(last)


def _new_row(part: SheetPart, number: int, cells: dict[int, str]) -> Edit:
    after = [row.tag.start for row in part.rows.values() if row.number > number]
    at = min(after, default=part.data_close)
    return at, at, _line(part, number, cells)


def without_result(part: SheetPart, cell: CellPart) -> Edit:
    """An edit that takes the remembered result from a formula cell, so that it is computed anew."""
    formula = cell.formula
    assert formula is not None
    start = without_attribute(part.text[cell.tag.start : cell.tag.end], "t")
    body = part.text[formula.tag.start : formula.end]
    return cell.tag.start, cell.end, f"{start}{body}</{f'{cell.tag.prefix}:' if cell.tag.prefix else ''}c>"


def simple_sheet(rows: list[list[Any]], widths: list[int]) -> str:
    """The XML of a plain sheet of texts and numbers in the workbook's default style."""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, start=1)
    )
    lines = []
    for number, values in enumerate(rows, start=1):
        cells = "".join(
            cell_xml("", "", f"{column_letter(column)}{number}", 0, value, is_date_style=False)
            for column, value in enumerate(values, start=1)
            if value not in (None, "")
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>"
        '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/></worksheet>'
    )
