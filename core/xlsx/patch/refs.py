"""References in formulas: moved when rows are put in, copied down with a row, and read to find what depends on a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

from core.xlsx.scan import column_letter, column_number

CELL = r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})"
AREA = re.compile(rf"{CELL}(?::{CELL})?")
ROWS = re.compile(r"(\$?)([0-9]{1,7}):(\$?)([0-9]{1,7})")
COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
LAST_ROW = 1_048_576
LOST = "#REF!"


class UnreadableFormula(ValueError):
    """A formula whose references cannot be told for certain."""


@dataclass(frozen=True, slots=True)
class Growth:
    """`added` rows put in below row `last` of a block that begins at row `first` of a sheet."""

    sheet: str
    first: int
    last: int
    added: int

    def row(self, number: int) -> int:
        """Where a row stands afterwards."""
        return number + self.added if number > self.last else number

    def end(self, first: int, last: int) -> int:
        """The last row of a range afterwards: one that reaches to the end of the block grows with it."""
        if last == self.last and (first <= self.first or first < last):
            return last + self.added
        return self.row(last)

    def has(self, row: int) -> bool:
        return self.first <= row <= self.last


def moved(formula: str, growth: Growth, *, sheet: str, row: int | None = None) -> str:
    """The formula as it must read after the growth; it stands on `sheet`, in `row` as counted before."""

    def change(place: str, reference: str) -> str:
        if not _is_same(place or sheet, growth.sheet):
            return reference
        return _moved_reference(reference, growth, is_inside=row is not None and not place and growth.has(row))

    return _changed(formula, change)


def moved_area(reference: str, growth: Growth, *, grows: bool = True) -> str:
    """A reference without a sheet (A5, A5:C9) after the growth; with `grows` one that touches the last row covers the new ones."""
    found = AREA.fullmatch(reference)
    if not found:
        return reference
    first = int(found[4])
    last = int(found[8] or first)
    new_last = last + growth.added if grows and last == growth.last else growth.row(last)
    head = f"{found[1]}{found[2]}{found[3]}{growth.row(first)}"
    if not found[8] and new_last == growth.row(first):
        return head
    return f"{head}:{found[5] or ''}{found[6] or found[2]}{found[7] or ''}{new_last}"


def copied(formula: str, *, rows: int, columns: int = 0) -> str:
    """The formula as copied so many rows down and columns to the right: what has no $ moves with it."""

    def change(place: str, reference: str) -> str:
        if found := AREA.fullmatch(reference):
            ends = [_copied_cell(found.groups()[at : at + 4], rows, columns) for at in (0, 4) if found[at + 4]]
            return LOST if None in ends else ":".join(end for end in ends if end)
        if found := ROWS.fullmatch(reference):
            first, last = (int(found[2 * n]) + (0 if found[2 * n - 1] else rows) for n in (1, 2))
            return f"{found[1]}{first}:{found[3]}{last}"
        return reference

    return _changed(formula, change)


def read_areas(formula: str, *, sheet: str) -> Iterator[tuple[str, int, int, int, int]]:
    """(sheet, first row, first column, last row, last column) of each reference; UnreadableFormula for names and the like."""
    for token in _tokens(formula):
        if token.type == Token.FUNC and token.value.upper().startswith(("INDIRECT(", "OFFSET(", "INDEX(")):
            raise UnreadableFormula(formula)
        if token.type != Token.OPERAND or token.subtype != Token.RANGE:
            continue
        place, reference = _parted(token.value)
        if found := AREA.fullmatch(reference):
            rows = sorted((int(found[4]), int(found[8] or found[4])))
            columns = sorted((column_number(found[2].upper()), column_number((found[6] or found[2]).upper())))
            yield place or sheet, rows[0], columns[0], rows[1], columns[1]
        elif found := ROWS.fullmatch(reference):
            yield place or sheet, int(found[2]), 1, int(found[4]), 16_384
        elif found := COLUMNS.fullmatch(reference):
            yield place or sheet, 1, column_number(found[1].upper()), LAST_ROW, column_number(found[2].upper())
        else:
            raise UnreadableFormula(formula)


def _changed(formula: str, change: Callable[[str, str], str]) -> str:
    pieces = []
    for token in _tokens(formula):
        value = token.value
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            place, reference = _parted(value)
            value = value[: len(value) - len(reference)] + change(place, reference)
        pieces.append(value)
    return "".join(pieces)


def _tokens(formula: str) -> list[Token]:
    try:
        return Tokenizer(f"={formula}").items
    except (TokenizerError, IndexError) as error:
        raise UnreadableFormula(formula) from error


def _parted(value: str) -> tuple[str, str]:
    """The sheet a reference names ("" where it names none) and the reference itself."""
    place, mark, reference = value.rpartition("!")
    if not mark:
        return "", value
    if ":" in place:
        raise UnreadableFormula(value)  # over several sheets
    return (place[1:-1].replace("''", "'") if place.startswith("'") else place), reference


def _is_same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _moved_reference(reference: str, growth: Growth, *, is_inside: bool) -> str:
    if found := ROWS.fullmatch(reference):
        first, last = int(found[2]), int(found[4])
        return f"{found[1]}{growth.row(first)}:{found[3]}{growth.end(first, last)}"
    found = AREA.fullmatch(reference)
    if not found:
        return reference
    first, last = int(found[4]), int(found[8] or found[4])
    head = f"{found[1]}{found[2]}{found[3]}{growth.row(first)}"
    if not found[8]:
        return head
    grows = not is_inside or found[7] == "$" or (growth.first < growth.last and first <= growth.first)
    end = growth.end(first, last) if grows else growth.row(last)
    return f"{head}:{found[5]}{found[6]}{found[7]}{end}"


def _copied_cell(parts: tuple[str, ...], rows: int, columns: int) -> str | None:
    fixed_column, letters, fixed_row, digits = parts
    column = column_number(letters.upper()) + (0 if fixed_column else columns)
    row = int(digits) + (0 if fixed_row else rows)
    if row < 1 or column < 1:
        return None
    return f"{fixed_column}{column_letter(column)}{fixed_row}{row}"
