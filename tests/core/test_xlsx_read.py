"""Reading real-looking sheets: merged, hidden, blank, formulas, dates, and where everything stands."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from core.errors import InvalidInput
from core.xlsx.read import read_sheet
from core.xlsx.template import Template, TemplateColumn, is_filler, plain_head, template_bytes


def made(fill: Any) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def roster(book: Any) -> None:
    sheet = book.active
    sheet.title = "花名册"
    sheet["A1"] = "某局党员花名册"
    sheet.merge_cells("A1:D1")
    sheet.append(["姓名", "年龄", "入党时间", "备注"])
    sheet.append(["张 三", "=2026-1990", datetime(2019, 7, 1), None])
    sheet.append([])
    sheet.append(["李四", 36, "2019年7月", "x"])
    sheet.column_dimensions["D"].hidden = True
    sheet.row_dimensions[5].hidden = True
    book.create_sheet("说明")
    book.create_sheet("内部").sheet_state = "hidden"


def test_rows_keep_their_sheet_numbers_and_columns() -> None:
    data = read_sheet(made(roster))

    assert [row.number for row in data.filled()] == [1, 2, 3, 5]
    assert [cell.column_letter for cell in data.rows[0].cells] == ["A", "B", "C", "D"]
    assert data.rows[2].value("C") == date(2019, 7, 1)
    assert data.rows[4].value("B") == 36
    assert data.rows[4].value("Z") is None


def test_what_is_merged_hidden_or_computed_is_told() -> None:
    data = read_sheet(made(roster))

    assert (data.merged, data.hidden_columns, data.hidden_rows) == (["A1:D1"], ["D"], [5])
    assert [(row.number, cell.column_letter) for row in data.rows for cell in row.cells if cell.is_formula] == [
        (3, "B")
    ]
    assert data.merged_value(1, "C") == "某局党员花名册"
    assert data.merged_value(5, "A") == "李四"


def test_sheets_are_named_and_chosen() -> None:
    data = read_sheet(made(roster))

    assert (data.name, data.sheet_names, data.hidden_sheets) == ("花名册", ["花名册", "说明"], ["内部"])
    assert read_sheet(made(roster), sheet="说明").rows == []
    with pytest.raises(InvalidInput) as caught:
        read_sheet(made(roster), sheet="名单")
    assert "花名册、说明" in caught.value.remedy


def test_limits_of_the_caller_hold() -> None:
    with pytest.raises(InvalidInput, match="第 5 行"):
        read_sheet(made(roster), max_rows=4)
    with pytest.raises(InvalidInput, match="D 列"):
        read_sheet(made(roster), max_cols=3)


def build_template() -> Template:
    return Template(
        "党员",
        [
            TemplateColumn("姓名", "=不是公式", "张三", is_required=True),
            TemplateColumn("性别", choices=["男", "女"], sample="男"),
            TemplateColumn("民族", choices=[f"民族{n:03}" for n in range(80)]),
            TemplateColumn("身份证号", "18 位", "110101199003070011", kind="text"),
            TemplateColumn("入党时间", kind="date"),
        ],
        guide=["一次最多 20 000 行。"],
    )


def test_template_has_heads_notes_sample_and_lists() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_bytes(build_template())))
    sheet = book["党员"]

    assert [cell.value for cell in sheet[1]] == ["序号", "*姓名", "性别", "民族", "身份证号", "入党时间"]
    assert [cell.value for cell in sheet[3]][:5] == ["示例", "张三", "男", None, "110101199003070011"]
    assert sheet["B1"].comment.text == "=不是公式"
    assert sheet["B2"].data_type == "s"
    assert sheet.column_dimensions["E"].number_format == "@"
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert lists == {"C3:C2000": '"男,女"', "D3:D2000": "选项!$A$1:$A$80"}
    assert (book["选项"].sheet_state, book["选项"]["A80"].value) == ("hidden", "民族079")
    assert any("20 000" in str(row[1].value) for row in book["填写说明"].iter_rows())


def test_template_passes_its_own_gate_and_its_filler_rows_are_known() -> None:
    data = read_sheet(template_bytes(build_template()))

    assert [row.number for row in data.filled() if not is_filler(row.value("A"))] == [1]
    assert not any(cell.is_formula for row in data.rows for cell in row.cells)
    assert plain_head("*姓名") == "姓名"
