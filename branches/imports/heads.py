"""Finding the head of a roster (title rows above, heads of two rows) and matching its columns to fields."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from branches.imports.columns import COLUMNS, guess_field, plain

LOOK_DOWN = 15  # rows in which the head is looked for


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one sheet: its first row, how many rows it takes, and the name of each column by letter."""

    row: int
    height: int
    labels: dict[str, str]

    @property
    def digest(self) -> str:
        """The same for every roster with this head, whatever stands below it."""
        text = json.dumps([self.height, list(self.labels.items())], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def head_at(sheet: Any, row: int, kind: str) -> Head:
    """The head that begins in this row; of one row, or of two where the second completes the first."""
    single = Head(row, 1, _labels(sheet, row))
    if not _goes_on(sheet, row):
        return single
    below = _labels(sheet, row + 1)
    letters = sorted({*single.labels, *below}, key=lambda letter: (len(letter), letter))
    both = {letter: _joined(single.labels.get(letter, ""), below.get(letter, ""), kind) for letter in letters}
    return Head(row, 2, both)


def guess_head(sheet: Any, kind: str) -> Head | None:
    """The likeliest head in the first rows; None where nothing looks like one."""
    best, best_score = None, 1
    for row in range(1, min(LOOK_DOWN, len(sheet.rows)) + 1):
        head = head_at(sheet, row, kind)
        score = len({field for field in guess_columns(head, kind).values() if field})
        if score > best_score:
            best, best_score = head, score
    return best


def guess_columns(head: Head, kind: str) -> dict[str, str]:
    """Field by letter, each field once; "" for a column that is not read."""
    taken: set[str] = set()
    guessed: dict[str, str] = {}
    for letter, label in head.labels.items():
        field = guess_field(kind, label)
        guessed[letter] = "" if field in taken else field
        taken.add(field)
    return guessed


def missing_fields(columns: dict[str, str], kind: str) -> list[str]:
    """Labels of required fields that no column fills."""
    return [item.label for item in COLUMNS[kind] if item.is_required and item.key not in columns.values()]


def _labels(sheet: Any, row: int) -> dict[str, str]:
    """What a reader sees above each column, merged cells filled."""
    if row > len(sheet.rows):
        return {}
    seen: dict[str, str] = {}
    for cell in sheet.rows[row - 1].cells:
        value = cell.value if cell.value is not None else sheet.merged_value(row, cell.column_letter)
        if isinstance(value, str) and value.strip():
            seen[cell.column_letter] = " ".join(value.split())[:40]
    return seen


def _goes_on(sheet: Any, row: int) -> bool:
    """Whether a merged block that starts in this row reaches into it sideways and others reach down one row."""
    below = sheet.rows[row] if row < len(sheet.rows) else None
    if below is None:
        return False
    blocks = [_rows_and_columns(reference) for reference in sheet.merged]
    sideways = any(first == last == row and left != right for first, last, left, right in blocks)
    downwards = any(first == row and last == row + 1 for first, last, _, _ in blocks)
    return downwards or (sideways and sum(cell.value is not None for cell in below.cells) > 1 and _few(sheet, row))


def _few(sheet: Any, row: int) -> bool:
    """A title merged over everything is not the first row of a head."""
    return sum(cell.value is not None for cell in sheet.rows[row - 1].cells) > 2


def _rows_and_columns(reference: str) -> tuple[int, int, str, str]:
    first, _, last = reference.partition(":")
    letters = first.rstrip("0123456789"), last.rstrip("0123456789")
    return int(first[len(letters[0]) :]), int(last[len(letters[1]) :]), *letters


def _joined(upper: str, lower: str, kind: str) -> str:
    """One name for a column under a split head: the lower if it says enough, else both together."""
    if not lower or plain(lower) == plain(upper):
        return upper or lower
    if not upper or guess_field(kind, lower):
        return lower
    return f"{upper}{lower}"[:40]
