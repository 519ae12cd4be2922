"""The preview: the empty form and the filled copy side by side, with what was filled marked."""

from __future__ import annotations

from dataclasses import dataclass

from officeforms.models import FormVersion
from officeforms.selectors.fields import Reading
from officeforms.selectors.filling import fill, template_bytes
from officeforms.selectors.grid import Grid, grid, read


@dataclass(slots=True)
class Preview:
    """Both grids of one sheet, how many cells are filled, and what is worth knowing."""

    sheet: str
    before: Grid
    after: Grid
    filled: int
    added: int
    notes: list[str]


def preview_of(version: FormVersion, reading: Reading, *, sheet: str, first: int = 1) -> Preview:
    """What an export would give now, without handing it out; InvalidInput where it cannot."""
    names = [one["name"] for one in version.sheets if not one["hidden"]]
    sheet = sheet if sheet in names else names[0]
    filled = fill(version, reading, with_proof=False)
    before = grid(read(template_bytes(version), sheet), first=first)
    after = grid(read(filled.data, sheet), first=first)
    entries = {(one.row, one.column): one for one in filled.entries if one.sheet == sheet}
    for cell in after.cells():
        entry = entries.get((cell.row, cell.column))
        if entry is not None:
            cell.mark, cell.words = "bound", f"{entry.field.label}，来自{entry.figure.origin}"
        elif cell.is_formula and not cell.text:
            cell.text = "（公式）"
    added = sum(growth.added for growth in filled.grown.get(sheet, []))
    return Preview(sheet, before, after, len(filled.entries), added, filled.notes)
