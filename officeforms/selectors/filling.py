"""One filled copy of a form: figures read by the catalogue, put into the unit's own workbook, proved in a 存证 sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from core.errors import InvalidInput
from core.xlsx.encode import plain_text
from core.xlsx.gate import admit
from core.xlsx.patch import Patch
from core.xlsx.patch.refs import Growth
from core.xlsx.read import read_sheet
from core.xlsx.scan import Limits, column_letter
from officeforms.models import Binding, FormVersion, RowBlock, Source
from officeforms.offline import check_form
from officeforms.offline.check_form import COLUMNS, DIGEST, SHEET, Line
from officeforms.selectors.fields import ABOUT_OF_SOURCE, Catalogue, Field, Figure, Reading, catalogue_of
from officeforms.selectors.fields.base import BRANCH, COPY, LINE_NUMBER

FORM_LIMITS = Limits(rows=5_000, columns=200, cells=60_000)
WIDTHS = [12, 16, 10, 30, 30, 30, 36, 48]


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure and the cell it goes to, as the workbook is after rows were put in."""

    sheet: str
    row: int
    column: int
    field: Field
    figure: Figure

    @property
    def address(self) -> str:
        return f"{column_letter(self.column)}{self.row}"


@dataclass(slots=True)
class Filled:
    """A filled copy: the file, its figures, the digest over them."""

    data: bytes
    entries: list[Entry]
    digest: str
    grown: dict[str, list[Growth]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def template_bytes(version: FormVersion) -> bytes:
    """The uploaded workbook of a version."""
    with version.attachment.file.open("rb") as file:
        return file.read()


def fill(version: FormVersion, reading: Reading, *, with_proof: bool = True, base_url: str = "") -> Filled:
    """A copy of the version filled for the reading's month and branch; InvalidInput in words for what cannot be filled."""
    catalogue = catalogue_of(version.root_id, reading.month)
    patch = Patch(admit(template_bytes(version), limits=FORM_LIMITS))
    blocks = list(version.blocks.prefetch_related("columns"))
    lines = {block.pk: _subjects(block, reading) for block in blocks}
    grown = _grow(patch, blocks, {pk: len(rows) for pk, rows in lines.items()})
    filled = Filled(b"", [], "", grown)
    if not blocks and not version.bindings.exists():
        raise InvalidInput("这一版还没有绑定任何单元格。", remedy="请先点开单元格，选择要填的字段。")
    labels = _labels(version)
    for binding in version.bindings.select_related("branch"):
        entry = _cell_entry(binding, catalogue, reading, grown)
        filled.entries.append(_behind_label(entry, labels.get((binding.sheet, binding.row, binding.column), "")))
    for block in blocks:
        filled.entries += _block_entries(block, lines[block.pk], catalogue, reading, grown)
        _clear_rest(patch, block, len(lines[block.pk]), grown)
    for entry in filled.entries:
        patch.put(entry.sheet, entry.row, entry.column, entry.figure.value)
    filled.data = patch.finish()
    filled.notes = _notes(filled.entries)
    if with_proof:
        _add_proof(filled, version, reading, base_url)
    return filled


def _grow(patch: Patch, blocks: Sequence[RowBlock], counts: dict[int, int]) -> dict[str, list[Growth]]:
    """Put in the rows that are lacking, from the bottom up, so that the places above keep their numbers."""
    found: dict[str, list[Growth]] = {}
    for block in sorted(blocks, key=lambda one: one.first_row, reverse=True):
        added = counts[block.pk] - (block.last_row - block.first_row + 1)
        if added > 0:
            patch.grow(block.sheet, block.first_row, block.last_row, added)
            found.setdefault(block.sheet, []).append(Growth(block.sheet, block.first_row, block.last_row, added))
    return found


def ends_as_label(text: str) -> bool:
    """Whether words wait for something behind them: 填报单位（盖章）："""
    return text.rstrip(" 　").endswith(("：", ":"))


def _labels(version: FormVersion) -> dict[tuple[str, int, int], str]:
    """The words in bound cells that end in a colon: the figure is put behind them."""
    found = {}
    data = template_bytes(version)
    for sheet in set(version.bindings.values_list("sheet", flat=True)):
        rows = read_sheet(data, sheet=sheet, max_rows=FORM_LIMITS.rows, max_cols=FORM_LIMITS.columns).rows
        for row in rows:
            for column, cell in enumerate(row.cells, start=1):
                if isinstance(cell.value, str) and ends_as_label(cell.value):
                    found[sheet, row.number, column] = cell.value.rstrip(" 　")
    return found


def _behind_label(entry: Entry, label: str) -> Entry:
    if not label:
        return entry
    return replace(entry, figure=entry.figure._replace(value=f"{label}{plain_text(entry.figure.value)}"))


def moved_row(row: int, sheet: str, grown: dict[str, list[Growth]]) -> int:
    """Where a row of the empty form stands in the filled one."""
    return row + sum(growth.added for growth in grown.get(sheet, []) if growth.last < row)


def _subjects(block: RowBlock, reading: Reading) -> list[Any]:
    """What stands in the lines of a block."""
    match block.source:
        case Source.BRANCHES:
            return list(reading.branches)
        case Source.MEMBERS:
            return list(reading.members)
        case Source.RECORDS:
            return list(reading.records_of_month)
        case Source.RECORDS_YEAR:
            return list(reading.records_of_year)
    return list(reading.board.frame.items) if reading.board else []


def _cell_entry(binding: Binding, catalogue: Catalogue, reading: Reading, grown: dict[str, list[Growth]]) -> Entry:
    found = _field(catalogue, binding.field, binding.sheet, binding.row, binding.column, reading)
    subject = _subject(binding, found, reading)
    row = moved_row(binding.row, binding.sheet, grown)
    return Entry(binding.sheet, row, binding.column, found, found.read(reading, subject))


def _subject(binding: Binding, found: Field, reading: Reading) -> Any:
    if found.about == COPY:
        return None
    wanted = binding.branch_id or (reading.branch.pk if reading.branch else None)
    branch = next((one for one in reading.branches if one.pk == wanted), None)
    if found.about != BRANCH or branch is None:
        place = f"“{binding.sheet}”{column_letter(binding.column)}{binding.row}"
        raise InvalidInput(
            f"{place} 绑定了“{found.label}”，但没有指定支部。", remedy="请为这一格选定支部，或把表格改为每个支部一份。"
        )
    return branch


def _block_entries(
    block: RowBlock, lines: Sequence[Any], catalogue: Catalogue, reading: Reading, grown: dict[str, list[Growth]]
) -> Iterable[Entry]:
    first = moved_row(block.first_row, block.sheet, grown)
    about = ABOUT_OF_SOURCE[Source(block.source)]
    for column in block.columns.all():
        found = _field(catalogue, column.field, block.sheet, block.first_row, column.column, reading)
        for place, subject in enumerate(lines):
            if found.code == LINE_NUMBER:
                figure = found.read(reading, place + 1)
            elif found.about == COPY:
                figure = found.read(reading, None)
            else:
                figure = found.read(reading, _subject_for(found, about, subject))
            yield Entry(block.sheet, first + place, column.column, found, figure)


def _subject_for(found: Field, about: str, subject: Any) -> Any:
    if found.about == about:
        return subject
    raise InvalidInput(f"字段“{found.label}”不能用在这样的行里。", remedy="请为这一列另选字段。")


def _clear_rest(patch: Patch, block: RowBlock, count: int, grown: dict[str, list[Growth]]) -> None:
    """Empty the bound cells of prepared rows that no line fills; their formulas stay."""
    first = moved_row(block.first_row, block.sheet, grown)
    for column in block.columns.all():
        for row in range(first + count, first + block.last_row - block.first_row + 1):
            patch.put(block.sheet, row, column.column, None)


def _field(catalogue: Catalogue, code: str, sheet: str, row: int, column: int, reading: Reading) -> Field:
    found = catalogue.fields.get(code)
    if found is None:
        raise InvalidInput(
            f"“{sheet}”{column_letter(column)}{row} 绑定的字段在{reading.month.year}年的考核方案或目录里没有。",
            remedy="请换一个月份，或在新的一版里改绑这一格。",
        )
    return found


def _notes(entries: Iterable[Entry]) -> list[str]:
    empty = [entry for entry in entries if entry.figure.value in (None, "")]
    if not empty:
        return []
    places = "、".join(dict.fromkeys(f"{entry.address} {entry.field.name}" for entry in empty[:6]))
    return [f"有{len(empty)}格没有数据，留空：{places}{' 等' if len(empty) > 6 else ''}。"]


def _add_proof(filled: Filled, version: FormVersion, reading: Reading, base_url: str) -> None:
    """The 存证 sheet, over the cells as a reader of the file finds them."""
    book = check_form.Workbook(BytesIO(filled.data))
    ordered = sorted(filled.entries, key=lambda one: (one.sheet, one.row, one.column))
    lines = [Line(one.sheet, one.address, one.field.label, book.value(one.sheet, one.address)) for one in ordered]
    heads = {
        "表格": version.form.name,
        "版次": f"第{version.number}版",
        "原表摘要": version.sha256,
        "填报对象": (reading.branch or reading.root).name,
        "期间": str(reading.month),
    }
    filled.digest = check_form.digest_of(heads, lines)
    rows: list[list[Any]] = [[name, value] for name, value in heads.items()]
    rows += [
        ["导出", f"{plain_text(reading.viewer.user)} {reading.today}"],
        ["数据格数", str(len(lines))],
        ["摘要算法", "SHA-256"],
        [DIGEST, filled.digest],
        ["说明", "下列单元格由平台填写。用平台提供的核对程序可离线核对；本表以外的内容未作改动。"],
        list(COLUMNS),
    ]
    for number, (entry, line) in enumerate(zip(ordered, lines, strict=True), start=1):
        shown = plain_text(entry.figure.value)
        url = f"{base_url}{entry.figure.url}" if entry.figure.url else ""
        rows.append([str(number), line.sheet, line.address, line.field, shown, line.value, entry.figure.origin, url])
    patch = Patch(admit(filled.data))
    patch.add_sheet(SHEET, rows, WIDTHS)
    filled.data = patch.finish()
