"""Import templates: heads, notes, drop-down lists, text columns, and one sample row that is never imported."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

MARK_HEAD = "序号"
NOTE_MARK = "说明"
SAMPLE_MARK = "示例"
GUIDE_TAB = "填写说明"
LIST_TAB = "选项"
LONGEST_LIST = 255
LAST_ROW = 2000
LINE = Side(style="thin")
THIN = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column of a template; `choices` become a drop-down list, `kind` text keeps leading zeros."""

    label: str
    note: str = ""
    sample: Any = ""
    is_required: bool = False
    choices: Sequence[str] = ()
    kind: str = "general"  # general, text, date
    width: float = 14


@dataclass(frozen=True, slots=True)
class Template:
    """One import template: its tab, its columns (a first column 序号 is added), and the lines of the guide."""

    name: str
    columns: Sequence[TemplateColumn]
    guide: Sequence[str] = field(default_factory=tuple)


def template_bytes(template: Template) -> bytes:
    """The workbook to hand out."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = template.name
    columns = [TemplateColumn(MARK_HEAD, width=8), *template.columns]
    _write_heads(sheet, columns)
    _write_notes(sheet, columns)
    _write_sample(sheet, columns)
    _write_formats(sheet, columns)
    _write_guide(book, template)
    _write_lists(book, sheet, columns)
    _set_page(sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def is_filler(first_cell: Any) -> bool:
    """Whether a row of an uploaded template is its note or sample row, by what stands under 序号."""
    return isinstance(first_cell, str) and first_cell.strip() in (NOTE_MARK, SAMPLE_MARK)


def plain_head(label: str) -> str:
    """A head without the star of a required column."""
    return label.replace("*", "").replace("＊", "").strip()


def _write_heads(sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    for number, column in enumerate(columns, start=1):
        cell = sheet.cell(1, number, f"*{column.label}" if column.is_required else column.label)
        cell.font = Font(name="黑体", size=11, color="FFB5121B" if column.is_required else "FF000000")
        cell.fill = PatternFill("solid", fgColor="FFFBF3E1")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = THIN
        if column.note:
            cell.comment = Comment(column.note, "填写说明", width=260, height=90)
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.row_dimensions[1].height = 30


def _write_notes(sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    for number, column in enumerate(columns, start=1):
        words = NOTE_MARK if number == 1 else ("必填。" if column.is_required else "") + column.note
        cell = sheet.cell(2, number)
        _put_text(cell, words)
        cell.font = Font(name="仿宋_GB2312", size=9, color="FF6B6B6B")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        cell.border = THIN
    sheet.row_dimensions[2].height = 64


def _write_sample(sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    for number, column in enumerate(columns, start=1):
        cell = sheet.cell(3, number)
        _put_text(cell, SAMPLE_MARK if number == 1 else column.sample)
        cell.font = Font(name="仿宋_GB2312", size=11, italic=True, color="FF8A8A8A")
        cell.border = THIN


def _put_text(cell: Any, value: Any) -> None:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would make a formula of a leading =


def _write_formats(sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    """Formats for whole columns: nothing to fill down, and the sheet stays as short as its rows."""
    for number, column in enumerate(columns, start=1):
        code = {"text": "@", "date": "yyyy-mm-dd"}.get(column.kind)
        if code:
            sheet.column_dimensions[get_column_letter(number)].number_format = code
            sheet.cell(3, number).number_format = code


def _write_lists(book: Workbook, sheet: Worksheet, columns: Sequence[TemplateColumn]) -> None:
    lists: Worksheet | None = None
    for number, column in enumerate(columns, start=1):
        if not column.choices:
            continue
        literal = ",".join(column.choices)
        if len(literal) > LONGEST_LIST or any("," in choice or '"' in choice for choice in column.choices):
            lists = lists if lists is not None else _list_tab(book)
            source = _list_range(lists, column.choices)
        else:
            source = f'"{literal}"'
        _add_drop_down(sheet, get_column_letter(number), source, column.label)


def _list_tab(book: Workbook) -> Worksheet:
    lists = book.create_sheet(LIST_TAB)
    lists.sheet_state = "hidden"
    return lists


def _list_range(lists: Worksheet, choices: Sequence[str]) -> str:
    number = 1 if lists.max_column == 1 and lists["A1"].value is None else lists.max_column + 1
    for row, choice in enumerate(choices, start=1):
        _put_text(lists.cell(row, number), choice)
    letter = get_column_letter(number)
    return f"{LIST_TAB}!${letter}$1:${letter}${len(choices)}"


def _add_drop_down(sheet: Worksheet, letter: str, source: str, label: str) -> None:
    validation = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    validation.errorTitle = label[:30]
    validation.error = "请从下拉列表中选择。"
    validation.add(f"{letter}3:{letter}{LAST_ROW}")
    sheet.add_data_validation(validation)


def _write_guide(book: Workbook, template: Template) -> None:
    guide = book.create_sheet(GUIDE_TAB)
    guide.column_dimensions["A"].width = 22
    guide.column_dimensions["B"].width = 80
    lines = [
        (template.name, ""),
        ("怎么填", f"从第 4 行起每行一条；“{NOTE_MARK}”“{SAMPLE_MARK}”两行不会导入，可以保留。"),
        ("必填", "表头带 * 的列必须填写，其余可以留空。"),
        ("不要", "不要写公式、不要合并单元格、不要改表头的名称；列的先后可以调整。"),
        *(("", line) for line in template.guide),
        ("各列说明", ""),
        *((column.label, ("必填。" if column.is_required else "") + column.note) for column in template.columns),
    ]
    for row, (left, right) in enumerate(lines, start=1):
        _put_text(guide.cell(row, 1), left)
        _put_text(guide.cell(row, 2), right)
        guide.cell(row, 1).font = Font(name="黑体", size=14 if row == 1 else 11)
        guide.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")


def _set_page(sheet: Worksheet) -> None:
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
