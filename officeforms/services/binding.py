"""Binding a version's cells and row blocks to fields by name."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.http import Http404

from branches.models import Organisation
from branches.permissions import Viewer, visible_branches
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import Month, today
from core.xlsx.gate import admit
from core.xlsx.patch import Patch
from core.xlsx.scan import column_letter, column_number
from officeforms.models import Binding, BlockColumn, FormVersion, RowBlock, Source, Subject
from officeforms.selectors.fields import ABOUT_OF_SOURCE, Catalogue, Field, catalogue_of
from officeforms.selectors.fields.base import BRANCH, COPY, LINE_NUMBER
from officeforms.selectors.filling import FORM_LIMITS, template_bytes
from officeforms.selectors.suggestions import suggestions
from officeforms.services._version import locked_version

ADDRESS = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,5})")
MOST_BINDINGS, MOST_BLOCKS, MOST_ROWS = 1_000, 20, 500


@transaction.atomic
def bind_cell(
    *, actor: Viewer, version_id: int, sheet: str, address: str, field: str, now: datetime, branch_id: int | None = None
) -> str:
    """Bind one cell (or, inside a row block, its column) to a field; an empty field takes the binding away. The cell bound."""
    version = locked_version(actor, version_id)
    row, column = _place(version, sheet, address)
    block = _block_at(version, sheet, row)
    place = f"“{sheet}”{column_letter(column)}{row}"
    if not field:
        _unbind(version, sheet, row, column, block)
        _note(actor, version, f"取消绑定 {place}")
        return f"{column_letter(column)}{row}"
    found = _field(catalogue_of(version.root_id, Month.of(today(now))), field)
    _check_free(version, sheet, row, column, place)
    if block is not None:
        _bind_column(block, column, found)
    else:
        branch = _branch(actor, version, found, branch_id)
        _bind(version, sheet, row, column, found, branch)
    _note(actor, version, f"{place} 绑定为“{found.label}”")
    return f"{column_letter(column)}{row}"


@transaction.atomic
def add_block(
    *, actor: Viewer, version_id: int, sheet: str, first_row: int, last_row: int, source: str, now: datetime
) -> RowBlock:
    """Make prepared rows of a sheet a row block; PatchError if its workbook cannot take more rows there."""
    version = locked_version(actor, version_id)
    if source not in Source.values:
        raise InvalidInput("请选择每一行是什么。", fields={"source": ["请选择"]})
    if source == Source.ITEMS and version.form.subject != Subject.BRANCH:
        raise InvalidInput("考核小项只能用在“每个支部一份”的表里。", remedy="请另建一张每个支部一份的表。")
    _check_rows(version, sheet, first_row, last_row)
    patch = Patch(admit(template_bytes(version), limits=FORM_LIMITS))
    patch.sheet(sheet)
    patch.grow(sheet, first_row, last_row, 1)
    block = RowBlock.objects.create(
        root_id=version.root_id, version=version, sheet=sheet, first_row=first_row, last_row=last_row, source=source
    )
    _note(actor, version, f"“{sheet}”第{first_row}—{last_row}行设为行块：{block.get_source_display()}")
    return block


@transaction.atomic
def remove_block(*, actor: Viewer, version_id: int, block_id: int, now: datetime) -> None:
    """Take a row block with its columns away."""
    version = locked_version(actor, version_id)
    block = version.blocks.filter(pk=block_id).first()
    if block is None:
        raise Http404
    words = f"取消行块“{block.sheet}”第{block.first_row}—{block.last_row}行"
    block.delete()
    _note(actor, version, words)


@transaction.atomic
def bind_suggested(*, actor: Viewer, version_id: int, now: datetime) -> int:
    """Bind what the head words of the form suggest and nobody has bound yet; how many places."""
    version = locked_version(actor, version_id)
    catalogue = catalogue_of(version.root_id, Month.of(today(now)))
    found = suggestions(version, catalogue)
    for block in found.blocks:
        row = RowBlock.objects.create(
            root_id=version.root_id,
            version=version,
            sheet=block.sheet,
            first_row=block.first_row,
            last_row=block.last_row,
            source=block.source,
        )
        BlockColumn.objects.bulk_create(
            BlockColumn(block=row, column=column, field=code) for column, code in block.columns.items()
        )
    Binding.objects.bulk_create(
        Binding(
            root_id=version.root_id, version=version, sheet=one.sheet, row=one.row, column=one.column, field=one.field
        )
        for one in found.cells
    )
    count = len(found.cells) + sum(len(block.columns) for block in found.blocks)
    if count:
        _note(actor, version, f"按表头自动绑定{count}处")
    return count


def _place(version: FormVersion, sheet: str, address: str) -> tuple[int, int]:
    """Row and column of an address, of a merged block its first cell; InvalidInput for what is none or a formula."""
    found = ADDRESS.fullmatch(address.strip())
    part = Patch(admit(template_bytes(version), limits=FORM_LIMITS)).sheet(sheet)
    if found is None or int(found[2]) > FORM_LIMITS.rows or column_number(found[1].upper()) > FORM_LIMITS.columns:
        raise InvalidInput(
            f"“{address[:12]}”不是单元格地址。", remedy="请写成 B5 这样的地址。", fields={"address": ["如 B5"]}
        )
    row, column = part.anchor(int(found[2]), column_number(found[1].upper()))
    cell = part.cell(row, column)
    if cell is not None and cell.formula is not None:
        raise InvalidInput(
            f"{column_letter(column)}{row} 是公式，由表格自己计算，不能绑定。", remedy="请点别的单元格。"
        )
    return row, column


def _block_at(version: FormVersion, sheet: str, row: int) -> RowBlock | None:
    return version.blocks.filter(sheet=sheet, first_row__lte=row, last_row__gte=row).first()


def _unbind(version: FormVersion, sheet: str, row: int, column: int, block: RowBlock | None) -> None:
    if block is not None:
        block.columns.filter(column=column).delete()
    else:
        version.bindings.filter(sheet=sheet, row=row, column=column).delete()


def _field(catalogue: Catalogue, code: str) -> Field:
    found = catalogue.fields.get(code)
    if found is None:
        raise InvalidInput("没有这个字段。", remedy="请从列出的字段里选择。", fields={"field": ["请选择"]})
    return found


def _check_free(version: FormVersion, sheet: str, row: int, column: int, place: str) -> None:
    if version.bindings.count() >= MOST_BINDINGS:
        raise InvalidInput(f"一张表最多绑定{MOST_BINDINGS}格。", remedy="重复的行请用行块。")


def _bind_column(block: RowBlock, column: int, found: Field) -> None:
    about = ABOUT_OF_SOURCE[Source(block.source)]
    if found.about not in (about, COPY) and found.code != LINE_NUMBER:
        raise InvalidInput(
            f"这一行块是“{block.get_source_display()}”，不能用“{found.label}”。", remedy="请选与行块相符的字段。"
        )
    BlockColumn.objects.update_or_create(block=block, column=column, defaults={"field": found.code})


def _branch(actor: Viewer, version: FormVersion, found: Field, branch_id: int | None) -> Organisation | None:
    """Whose field it is: the copy's branch needs no name, a committee's copy must name one."""
    if found.about == COPY:
        return None
    if found.about != BRANCH:
        raise InvalidInput(f"“{found.label}”只能用在行块里。", remedy="请先把这些行设为行块。")
    if branch_id is None:
        if version.form.subject == Subject.BRANCH:
            return None
        raise InvalidInput("请选定是哪个支部的。", remedy="在“支部”里选一个。", fields={"branch": ["请选择支部"]})
    branch = visible_branches(actor).filter(pk=branch_id, root_id=version.root_id).first()
    if branch is None:
        raise Http404
    return branch


def _bind(version: FormVersion, sheet: str, row: int, column: int, found: Field, branch: Organisation | None) -> None:
    Binding.objects.update_or_create(
        version=version,
        sheet=sheet,
        row=row,
        column=column,
        defaults={"root_id": version.root_id, "field": found.code, "branch": branch},
    )


def _check_rows(version: FormVersion, sheet: str, first: int, last: int) -> None:
    if not 1 <= first <= last <= FORM_LIMITS.rows or last - first >= MOST_ROWS:
        raise InvalidInput("行号不对：首行不能大于末行。", remedy=f"请填表里空着待填的行，最多{MOST_ROWS}行。")
    if version.blocks.count() >= MOST_BLOCKS:
        raise InvalidInput(f"一张表最多{MOST_BLOCKS}个行块。")
    over = version.blocks.filter(sheet=sheet, first_row__lte=last, last_row__gte=first).first()
    if over is not None:
        raise Conflict(f"第{over.first_row}—{over.last_row}行已是行块。", remedy="请先取消它，或改别的行。")
    if version.bindings.filter(sheet=sheet, row__range=(first, last)).exists():
        raise Conflict("这些行里已有单独绑定的单元格。", remedy="请先取消这些绑定，再设行块。")


def _note(actor: Viewer, version: FormVersion, words: str) -> None:
    audit.record(
        actor=actor,
        action="form.bound",
        target=version,
        root_id=version.root_id,
        summary=f"“{version.form.name}”第{version.number}版：{words}",
    )
