"""Rows put in below a block, and everything in the package that tells of rows moved along; what cannot be kept is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from core.xlsx.patch.markup import Edit, Tag, splice, tags, text_edits, with_attribute
from core.xlsx.patch.refs import Growth, UnreadableFormula, copied, moved, moved_area
from core.xlsx.patch.sheet import CellPart, PatchError, RowPart, SheetPart, area_of, read_part
from core.xlsx.scan import column_letter

FORMULA_TEXTS = frozenset({"formula", "formula1", "formula2", "f"})
# Attributes that name places of the sheet: those that cover a block grow with it, the others only move.
GROWING = {
    "conditionalFormatting": "sqref",
    "dataValidation": "sqref",
    "ignoredError": "sqref",
    "protectedRange": "sqref",
    "dimension": "ref",
    "autoFilter": "ref",
    "sortState": "ref",
    "sortCondition": "ref",
}
MOVING = {"hyperlink": "ref", "cellWatch": "r"}


def grown_sheet(text: str, growth: Growth) -> str:
    """The XML of the sheet that holds the block: rows put in, what stands below moved, formulas with it."""
    part = read_part(text)
    _refuse_what_breaks(part, growth)
    shifted = splice(text, [*_row_edits(part, growth), *_cell_formula_edits(part, growth)])
    shifted = splice(shifted, _place_edits(shifted, growth))
    shifted = splice(shifted, _rule_formula_edits(shifted, growth))
    return _with_new_rows(shifted, part, growth)


def moved_formulas(text: str, growth: Growth, *, sheet: str, names: frozenset[str] = FORMULA_TEXTS) -> str:
    """Any other part with its formulas moved: charts, other sheets, defined names; `sheet` is where they stand."""

    def change(_name: str, formula: str) -> str:
        return _moved(formula, growth, sheet=sheet, row=None)

    return splice(text, text_edits(text, names, change))


def moved_drawing(text: str, growth: Growth) -> str:
    """A drawing with its pictures, charts and shapes moved as a spreadsheet would."""
    return splice(text, _anchor_edits(text, growth))


def moved_points(text: str, growth: Growth, name: str) -> str:
    """Comments and the like: the place in the `ref` of each element moved."""
    edits = []
    for tag in tags(text):
        if tag.name == name and not tag.is_end:
            edits += _attribute_edit(text, tag, "ref", lambda ref: moved_area(ref, growth, grows=False))
    return splice(text, edits)


def moved_notes(text: str, growth: Growth) -> str:
    """The shapes of comments (VML): the row each belongs to and the place it is drawn at."""

    def note(match: re.Match[str]) -> str:
        found = re.search(r"(<x:Row>\s*)(\d+)(\s*</x:Row>)", match[0])
        if found is None or int(found[2]) < growth.last:
            return match[0]
        body = match[0].replace(found[0], f"{found[1]}{int(found[2]) + growth.added}{found[3]}")
        return re.sub(r"(<x:Anchor>)([^<]*)(</x:Anchor>)", _moved_anchor, body)

    def _moved_anchor(match: re.Match[str]) -> str:
        numbers = [part.strip() for part in match[2].split(",")]
        if len(numbers) == 8 and all(number.lstrip("-").isdigit() for number in numbers):
            for at in (2, 6):
                numbers[at] = str(int(numbers[at]) + growth.added)
        return f"{match[1]}{', '.join(numbers)}{match[3]}"

    return re.sub(r"<x:ClientData.*?</x:ClientData>", note, text, flags=re.S)


def moved_table(text: str, growth: Growth) -> str:
    """A table object above or below the block; one that the block lies in is refused."""
    edits: list[Edit] = []
    for tag in tags(text):
        if tag.is_end or tag.name not in ("table", "autoFilter", "sortState", "sortCondition"):
            continue
        area = area_of(tag.attributes.get("ref", ""))
        if area and area[0] <= growth.last and area[2] >= growth.first:
            raise PatchError(
                "行块落在“表格”对象（套用表格格式）里，增加行会破坏它。",
                remedy="请在 Excel 里“转换为区域”，另存后重新上传。",
            )
        edits += _attribute_edit(text, tag, "ref", lambda ref: moved_area(ref, growth, grows=False))
    return splice(text, edits)


def _refuse_what_breaks(part: SheetPart, growth: Growth) -> None:
    for _, first, first_column, last, _last_column in part.merges:
        if first <= growth.last and last == growth.last and growth.first < first < last:
            raise PatchError(
                f"{column_letter(first_column)}{first} 起的合并单元格跨第{first}—{last}行，行块不能照着最后一行增加。",
                remedy="请让每一行自成一行，或把行块改成整段合并的行。",
            )
    for cell in part.cells():
        formula = cell.formula
        if formula is None or formula.kind not in ("array", "dataTable"):
            continue
        area = area_of(formula.ref) or (cell.row, cell.column, cell.row, cell.column)
        if area[2] >= growth.last and area[0] <= growth.last:
            raise PatchError(
                f"{column_letter(cell.column)}{cell.row} 是数组公式，行块增加行时保不住它。",
                remedy="请改成普通公式（每格一个）后重新上传。",
            )


def _row_edits(part: SheetPart, growth: Growth) -> Iterator[Edit]:
    for row in part.rows.values():
        if row.number <= growth.last:
            continue
        number = growth.row(row.number)
        yield _set(part.text, row.tag, "r", str(number))
        for cell in row.cells.values():
            yield _set(part.text, cell.tag, "r", f"{column_letter(cell.column)}{number}")


def _cell_formula_edits(part: SheetPart, growth: Growth) -> Iterator[Edit]:
    """Formulas of cells moved; shared ones are written out, for a share cannot bend around new rows."""
    for (row, column), text in part.formulas().items():
        cell = part.cell(row, column)
        if cell is None or cell.formula is None or cell.formula.kind == "dataTable":
            continue
        formula = cell.formula
        new = _moved(text, growth, sheet=growth.sheet, row=row, cell=cell)
        if formula.kind == "array":
            start = with_attribute(
                part.text[formula.tag.start : formula.tag.end], "ref", moved_area(formula.ref, growth)
            )
            yield formula.tag.start, formula.end, f"{start}{_escaped(new)}</{_name(formula.tag, 'f')}>"
        elif formula.kind == "shared" or new != text:
            yield (
                formula.tag.start,
                formula.end,
                f"<{_name(formula.tag, 'f')}>{_escaped(new)}</{_name(formula.tag, 'f')}>",
            )


def _place_edits(text: str, growth: Growth) -> Iterator[Edit]:
    last_merge: Tag | None = None
    more_merges: list[str] = []
    holder: Tag | None = None
    for tag in tags(text):
        if tag.name == "mergeCells" and not tag.is_end:
            holder = tag
        if tag.is_end:
            continue
        if tag.name == "mergeCell":
            last_merge = tag
            yield from _merge_edit(text, tag, growth, more_merges)
        elif tag.name in GROWING:
            yield from _attribute_edit(text, tag, GROWING[tag.name], lambda refs: _areas(refs, growth, grows=True))
        elif tag.name in MOVING:
            yield from _attribute_edit(text, tag, MOVING[tag.name], lambda refs: _areas(refs, growth, grows=False))
        elif tag.name == "brk":
            yield from _break_edit(text, tag, growth)
    if more_merges and holder is not None and last_merge is not None:
        name = _name(last_merge, "mergeCell")
        at = last_merge.end if last_merge.is_empty else text.index(">", text.index("</", last_merge.end)) + 1
        yield at, at, "".join(f'<{name} ref="{ref}"/>' for ref in more_merges)
        count = holder.attributes.get("count", "")
        if count.isdigit():
            yield _set(text, holder, "count", str(int(count) + len(more_merges)))


def _merge_edit(text: str, tag: Tag, growth: Growth, more: list[str]) -> Iterator[Edit]:
    area = area_of(tag.attributes.get("ref", ""))
    if area is None:
        return
    first, first_column, last, last_column = area
    begin, end = column_letter(first_column), column_letter(last_column)
    if first == last == growth.last:
        more += [f"{begin}{last + n}:{end}{last + n}" for n in range(1, growth.added + 1)]
        return
    new = f"{begin}{growth.row(first)}:{end}{growth.end(first, last)}"
    if new != tag.attributes["ref"]:
        yield _set(text, tag, "ref", new)


def _break_edit(text: str, tag: Tag, growth: Growth) -> Iterator[Edit]:
    """A page break of rows stands after row `id`; column breaks have columns there and are told by their parent."""
    number = tag.attributes.get("id", "")
    is_row = text.rfind("<rowBreaks", 0, tag.start) > text.rfind("<colBreaks", 0, tag.start)
    if is_row and number.isdigit() and int(number) >= growth.last:
        yield _set(text, tag, "id", str(int(number) + growth.added))


def _rule_formula_edits(text: str, growth: Growth) -> Iterator[Edit]:
    """Formulas outside cells: conditional formats, validations, and their newer form in extensions."""

    def change(name: str, old: str) -> str:
        if name == "sqref":
            return _areas(old, growth, grows=True)
        return _moved(old, growth, sheet=growth.sheet, row=None)

    start = text.find("sheetData>")
    head = max(0, text.rfind("sheetData>"), text.find("sheetData/>"))
    if start < 0 and head <= 0:
        return
    tail = text[head:]
    for begin, end, new in text_edits(tail, FORMULA_TEXTS | {"sqref"}, change):
        yield begin + head, end + head, new


def _with_new_rows(text: str, before: SheetPart, growth: Growth) -> str:
    """The new rows, each a copy of the block's last one: style, height, formulas and words, no figures."""
    part = read_part(text)
    model = part.rows.get(growth.last)
    if model is None:
        return text
    formulas = part.formulas()
    lines = [_copied_row(part, model, formulas, n) for n in range(1, growth.added + 1)]
    return splice(text, [(model.end, model.end, "".join(lines))])


def _copied_row(part: SheetPart, model: RowPart, formulas: dict[tuple[int, int], str], n: int) -> str:
    number = model.number + n
    start = with_attribute(part.text[model.tag.start : model.tag.end], "r", str(number))
    if model.tag.is_empty:
        return start
    cells = (_copied_cell(part, cell, number, n, formulas) for _, cell in sorted(model.cells.items()))
    return f"{start}{''.join(cells)}</{_name(model.tag, 'row')}>"


def _copied_cell(part: SheetPart, cell: CellPart, number: int, n: int, formulas: dict[tuple[int, int], str]) -> str:
    start = with_attribute(part.text[cell.tag.start : cell.tag.end], "r", f"{column_letter(cell.column)}{number}")
    name = _name(cell.tag, "c")
    if cell.formula is not None:
        text = copied(formulas[cell.row, cell.column], rows=n)
        head = re.sub(r"\st\s*=\s*(?:\"[^\"]*\"|'[^']*')", "", start)
        formula = _name(cell.formula.tag, "f")
        return f"{head}<{formula}>{_escaped(text)}</{formula}></{name}>"
    if cell.tag.is_empty:
        return start
    if cell.kind in ("s", "inlineStr", "str"):
        return f"{start}{part.text[cell.tag.end : cell.end]}"
    return f"{start.removesuffix('>').rstrip()}/>"


def _anchor_edits(text: str, growth: Growth) -> Iterator[Edit]:
    mode, side, has_moved = "", "", False
    for tag in tags(text):
        if tag.is_end:
            continue
        if tag.name in ("twoCellAnchor", "oneCellAnchor"):
            mode = tag.attributes.get("editAs", "twoCell") if tag.name == "twoCellAnchor" else "oneCell"
        elif tag.name in ("from", "to"):
            side = tag.name
        elif tag.name == "row" and side:
            end = text.index("<", tag.end)
            row = int(text[tag.end : end])
            moves = _moves(mode, side, row, has_moved, growth)
            has_moved = moves if side == "from" else has_moved
            side = ""
            if moves:
                yield tag.end, end, str(row + growth.added)


def _moves(mode: str, side: str, row: int, has_moved: bool, growth: Growth) -> bool:
    """Whether an end of a drawing (its row counted from 0) goes down with the rows below the block."""
    if mode == "absolute":
        return False
    if side == "from" or mode == "twoCell":
        return row >= growth.last
    return has_moved


def _areas(references: str, growth: Growth, *, grows: bool) -> str:
    return " ".join(moved_area(one, growth, grows=grows) for one in references.split())


def _moved(formula: str, growth: Growth, *, sheet: str, row: int | None, cell: CellPart | None = None) -> str:
    try:
        return moved(formula, growth, sheet=sheet, row=row)
    except UnreadableFormula:
        place = f"{column_letter(cell.column)}{cell.row} 的公式" if cell else "表里的一处公式或名称"
        raise PatchError(
            f"{place}“{formula[:40]}”跨多个工作表或写法特殊，增加行时保不住它。",
            remedy="请改成普通引用，或在表里多留出空行。",
        ) from None


def _attribute_edit(text: str, tag: Tag, name: str, change: Callable[[str], str]) -> Iterator[Edit]:
    old = tag.attributes.get(name)
    if old and (new := change(old)) != old:
        yield _set(text, tag, name, new)


def _set(text: str, tag: Tag, name: str, value: str) -> Edit:
    return tag.start, tag.end, with_attribute(text[tag.start : tag.end], name, value)


def _name(tag: Tag, local: str) -> str:
    return f"{tag.prefix}:{local}" if tag.prefix else local


def _escaped(formula: str) -> str:
    return formula.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
