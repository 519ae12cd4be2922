"""The binding page: the grid with its marks, the picked cell, the fields that may fill it."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.periods import Month
from core.xlsx.read import SheetData
from core.xlsx.scan import column_letter
from officeforms.models import FormVersion, RowBlock, Source, Subject
from officeforms.selectors.fields import ABOUT_OF_SOURCE, Catalogue, Field, catalogue_of
from officeforms.selectors.fields.base import BRANCH, COPY
from officeforms.selectors.filling import FORM_LIMITS, template_bytes
from officeforms.selectors.grid import Grid, GridCell, grid, read


@dataclass(frozen=True, slots=True)
class BoundLine:
    """One bound place in the list beside the grid."""

    address: str
    words: str
    is_known: bool = True


@dataclass(slots=True)
class BlockLine:
    """One row block with its columns."""

    block: RowBlock
    columns: list[BoundLine]


@dataclass(slots=True)
class Picked:
    """The cell that was clicked: what stands there, what fills it, what might."""

    address: str
    row: int
    text: str
    is_formula: bool
    hint: str
    current: Field | None
    branch_id: int | None
    block: RowBlock | None
    offered: list[tuple[str, list[Field]]] = field(default_factory=list)
    likely: Field | None = None
    is_bound: bool = False


@dataclass(slots=True)
class BindingBoard:
    """All that the binding page shows."""

    sheet: str
    grid: Grid
    picked: Picked | None
    cells: list[BoundLine]
    blocks: list[BlockLine]
    words: str
    needs_branch: bool


def binding_board(version: FormVersion, *, sheet: str, cell: str, words: str, first: int, month: Month) -> BindingBoard:
    """The board of one sheet of a version; an unknown sheet is the first, an unknown cell none."""
    names = [one["name"] for one in version.sheets if not one["hidden"]]
    sheet = sheet if sheet in names else names[0]
    catalogue = catalogue_of(version.root_id, month)
    data = read(template_bytes(version), sheet)
    bindings = {(one.row, one.column): one for one in version.bindings.filter(sheet=sheet).select_related("branch")}
    blocks = list(version.blocks.filter(sheet=sheet).prefetch_related("columns"))
    shown = _shown(data, first, cell)
    for one in shown.cells():
        _mark(one, bindings, blocks, catalogue)
    picked = _picked(shown, cell, bindings, blocks)
    if picked is not None:
        _offer(picked, version, catalogue, words)
    return BindingBoard(
        sheet,
        shown,
        picked,
        [_line(one.row, one.column, one.field, catalogue, one.branch) for one in bindings.values()],
        [BlockLine(one, [_line(0, c.column, c.field, catalogue, None) for c in one.columns.all()]) for one in blocks],
        words,
        version.form.subject == Subject.COMMITTEE,
    )


def _shown(data: SheetData, first: int, cell: str) -> Grid:
    """The rows from `first` on, or those around the picked cell where it lies elsewhere, below the last used one too."""
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    row = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else 0
    row = row if row <= FORM_LIMITS.rows else 0
    shown = grid(data, first=first, least=row)
    return grid(data, first=row, least=row) if row and not shown.first <= row <= shown.last else shown


def _line(row: int, column: int, code: str, catalogue: Catalogue, branch: object) -> BoundLine:
    found = catalogue.fields.get(code)
    words = found.label if found else f"{code}（今年的目录里没有）"
    return BoundLine(f"{column_letter(column)}{row or ''}", f"{branch} {words}" if branch else words, found is not None)


def _mark(cell: GridCell, bindings: dict, blocks: list[RowBlock], catalogue: Catalogue) -> None:
    binding = bindings.get((cell.row, cell.column))
    if binding is not None:
        cell.mark, cell.words = "bound", _name(catalogue, binding.field)
        return
    block = next((one for one in blocks if one.first_row <= cell.row <= one.last_row), None)
    if block is not None:
        cell.mark = "block" if cell.row == block.first_row else "block rest"
        column = next((one for one in block.columns.all() if one.column == cell.column), None)
        if column is not None:
            cell.mark = "bound" if cell.row == block.first_row else "bound rest"
            cell.words = _name(catalogue, column.field) if cell.row == block.first_row else ""


def _name(catalogue: Catalogue, code: str) -> str:
    return catalogue.fields[code].name if code in catalogue.fields else code


def _picked(shown: Grid, address: str, bindings: dict, blocks: list[RowBlock]) -> Picked | None:
    found = next((one for one in shown.cells() if one.address == address.upper()), None)
    if found is None:
        return None
    found.mark = f"{found.mark} picked".strip()
    block = next((one for one in blocks if one.first_row <= found.row <= one.last_row), None)
    return Picked(found.address, found.row, found.text, found.is_formula, _hint(shown, found, block), None, None, block)


def _hint(shown: Grid, cell: GridCell, block: RowBlock | None) -> str:
    """The words that tell what belongs into a cell: of a block the head over it, else the label to its left."""
    if block is not None:
        above = [one for one in shown.cells() if one.row < block.first_row and _covers(one, cell.column) and one.text]
        return above[-1].text if above else ""
    left = [one for one in shown.cells() if one.row == cell.row and one.column < cell.column and one.text]
    return left[-1].text.rstrip("：: 　") if left else ""


def _covers(one: GridCell, column: int) -> bool:
    return one.column <= column < one.column + one.width


def _offer(picked: Picked, version: FormVersion, catalogue: Catalogue, words: str) -> None:
    if picked.block is not None:
        abouts = (ABOUT_OF_SOURCE[Source(picked.block.source)], "line", COPY)
        codes = [one.field for one in picked.block.columns.all() if _is_at(picked.address, one.column)]
    else:
        abouts = (BRANCH, COPY) if version.form.subject == Subject.BRANCH else (COPY, BRANCH)
        rows = version.bindings.filter(row=picked.row).select_related("branch")
        bound = [one for one in rows if f"{column_letter(one.column)}{one.row}" == picked.address]
        codes = [one.field for one in bound]
        picked.branch_id = bound[0].branch_id if bound else None
    picked.is_bound = bool(codes)
    picked.current = catalogue.fields.get(codes[0]) if codes else None
    picked.likely = catalogue.suggest(picked.hint, *abouts) if picked.hint else None
    groups: dict[str, list[Field]] = {}
    for one in catalogue.search(words, *abouts, most=60):
        groups.setdefault(one.group, []).append(one)
    picked.offered = list(groups.items())


def _is_at(address: str, column: int) -> bool:
    return address.rstrip("0123456789") == column_letter(column)
