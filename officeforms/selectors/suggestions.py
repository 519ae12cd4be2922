"""What a form's own words suggest: labels beside empty cells, heads over empty rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.xlsx.cells import as_text
from core.xlsx.gate import admit
from core.xlsx.patch import Patch
from core.xlsx.patch.sheet import SheetPart
from core.xlsx.read import SheetData
from officeforms.models import FormVersion, Source, Subject
from officeforms.selectors.fields import ABOUT_OF_SOURCE, Catalogue
from officeforms.selectors.fields.base import BRANCH, COPY, LINE_NUMBER
from officeforms.selectors.filling import FORM_LIMITS, ends_as_label, template_bytes
from officeforms.selectors.grid import read

FEWEST_HEADS = 3  # columns that must be known before rows are taken for a block
LONGEST_LABEL = 20


@dataclass(frozen=True, slots=True)
class CellHint:
    """One empty cell and the field its label asks for."""

    sheet: str
    row: int
    column: int
    field: str


@dataclass(slots=True)
class BlockHint:
    """Empty rows under heads, and the fields of their columns."""

    sheet: str
    first_row: int
    last_row: int
    source: str
    columns: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Hints:
    cells: list[CellHint] = field(default_factory=list)
    blocks: list[BlockHint] = field(default_factory=list)


def suggestions(version: FormVersion, catalogue: Catalogue) -> Hints:
    """What could be bound and is not yet, sheet by sheet."""
    content = template_bytes(version)
    patch = Patch(admit(content, limits=FORM_LIMITS))
    found = Hints()
    for sheet in version.sheets:
        if not sheet["hidden"]:
            looked = _Sheet(version, catalogue, read(content, sheet["name"]), patch.sheet(sheet["name"]))
            looked.look(found)
    return found


class _Sheet:
    """One sheet looked through for labels and heads."""

    def __init__(self, version: FormVersion, catalogue: Catalogue, data: SheetData, part: SheetPart) -> None:
        self.catalogue, self.data, self.part = catalogue, data, part
        self.abouts = (COPY, BRANCH) if version.form.subject == Subject.BRANCH else (COPY,)
        self.sources = [one for one in Source if one != Source.ITEMS or version.form.subject == Subject.BRANCH]
        self.taken = {(one.row, one.column) for one in version.bindings.filter(sheet=data.name)}
        self.rows_taken = {
            row
            for block in version.blocks.filter(sheet=data.name)
            for row in range(block.first_row, block.last_row + 1)
        }

    def look(self, found: Hints) -> None:
        for row in self.data.rows:
            block = self._block_under(row.number)
            if block is not None:
                found.blocks.append(block)
                self.rows_taken |= {row.number, *range(block.first_row, block.last_row + 1)}
        for row in self.data.rows:
            if row.number not in self.rows_taken:
                found.cells += self._labels(row.number)

    def _labels(self, row: int) -> list[CellHint]:
        found = []
        for column in range(1, len(self.data.rows[row - 1].cells) + 1):
            text = self._text(row, column)
            words = text.rstrip("：: 　")
            fits = self.catalogue.suggest(words, *self.abouts) if 0 < len(words) <= LONGEST_LABEL else None
            place = self._place_of(row, column, text)
            if fits and place and place not in self.taken:
                found.append(CellHint(self.data.name, *place, fits.code))
                self.taken.add(place)
        return found

    def _place_of(self, row: int, column: int, text: str) -> tuple[int, int] | None:
        """Where the answer to a label goes: the empty cell beside it, else behind its own colon."""
        beside = (row, self._right(row, column) + 1)
        if self._is_free(*beside) and self._has_cell(*beside):
            return beside
        return (row, column) if ends_as_label(text) else None

    def _block_under(self, row: int) -> BlockHint | None:
        first = self._below(row)
        if first is None or first in self.rows_taken:
            return None
        best: BlockHint | None = None
        for source in self.sources:
            columns = self._heads(row, ABOUT_OF_SOURCE[source])
            known = {column: code for column, code in columns.items() if self._is_free(first, column)}
            if len(known) >= FEWEST_HEADS and (best is None or len(known) > len(best.columns)):
                best = BlockHint(self.data.name, first, first, source.value, known)
        if best is not None:
            # A prepared line number may be a formula below the first row: then the form numbers its lines itself.
            kept = {column: code for column, code in best.columns.items() if code != LINE_NUMBER}
            best.last_row = self._last_free(first, list(kept))
            rows = range(first, best.last_row + 1)
            best.columns = {c: code for c, code in best.columns.items() if all(self._is_free(row, c) for row in rows)}
        return best

    def _heads(self, row: int, about: str) -> dict[int, str]:
        found: dict[int, str] = {}
        for column in range(1, self._width() + 1):
            words = self._head(row, column)
            fits = self.catalogue.suggest(words, about, "line") if words else None
            if fits and fits.code not in found.values():
                found[column] = fits.code
        return found if set(found.values()) - {LINE_NUMBER} else {}

    def _head(self, row: int, column: int) -> str:
        """The words over a column: of this row, or of the merged block above that reaches down to it."""
        top, left = self.part.anchor(row, column)
        return self._text(top, left) if left == column else ""

    def _below(self, row: int) -> int | None:
        """The row under a head; a head of two rows ends where its merged cells do."""
        ends = [last for _, top, _, last, _ in self.part.merges if top <= row <= last]
        return row + 1 if max(ends, default=row) == row and self._has_row(row + 1) else None

    def _last_free(self, first: int, columns: list[int]) -> int:
        last = first
        while self._has_row(last + 1) and all(
            self._is_free(last + 1, c) and self._has_cell(last + 1, c) for c in columns
        ):
            last += 1
        return last

    def _is_free(self, row: int, column: int) -> bool:
        """Whether the cell is there to be filled: empty (or a prepared line number), no formula, not covered."""
        cell = self.part.cell(row, column)
        if self.part.anchor(row, column) != (row, column) or (cell and cell.formula):
            return False
        value = self._value(row, column)
        return value is None or (column == 1 and isinstance(value, int | float) and not isinstance(value, bool))

    def _has_row(self, row: int) -> bool:
        return row in self.part.rows

    def _has_cell(self, row: int, column: int) -> bool:
        """Whether the form drew this cell: an empty place outside the table is not meant to be filled."""
        return self.part.cell(row, column) is not None

    def _right(self, row: int, column: int) -> int:
        ends = [right for _, top, left, bottom, right in self.part.merges if top <= row <= bottom and left == column]
        return max(ends, default=column)

    def _width(self) -> int:
        return max((len(row.cells) for row in self.data.rows), default=0)

    def _text(self, row: int, column: int) -> str:
        return as_text(self._value(row, column)).strip()

    def _value(self, row: int, column: int) -> Any:
        if not 1 <= row <= len(self.data.rows) or not 1 <= column <= len(self.data.rows[row - 1].cells):
            return None
        return self.data.rows[row - 1].cells[column - 1].value
