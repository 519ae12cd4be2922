"""Sheets written by us, read back by another library: what it says, how it prints, and that nothing runs."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.periods import Month
from core.xlsx.encode import CONTROL
from core.xlsx.read import read_sheet
from core.xlsx.sheet import Column, Red, Sheet, tab_names
from core.xlsx.text import csv_chunks
from core.xlsx.write import workbook_bytes, workbook_file

TRIGGERS = [
    *(f"{sign}1+1" for sign in "=+-@＝＋－＠\t\r"),
    *(f'{sign}HYPERLINK("http://x.invalid","点我")' for sign in "=+-@＝＋－＠"),
    "=cmd|'/c calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "=1+1\n=2",
    "\n=1+1",
    "−1",
    "﹢1",
    "﹣1",
]


def opened(*sheets: Sheet) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(*sheets)))


def office_sheet(**changes: Any) -> Sheet:
    columns = [
        Column("no", "序号", 6, "int"),
        Column("branch", "党支部", 24, wrap=True),
        Column("a", "政治建设", kind="points", group="分项得分", total=True),
        Column("b", "思想建设", kind="points", group="分项得分", total=True),
        Column("on", "日期", kind="date"),
    ]
    rows = [
        {"no": 1, "branch": "第一党支部", "a": Decimal("1.25"), "b": Decimal("2"), "on": date(2026, 11, 20)},
        {"no": 2, "branch": "第二党支部", "a": Decimal("0.75"), "b": Red(Decimal("0")), "on": None},
    ]
    values: dict[str, Any] = {
        "title": "支部考核得分汇总表",
        "unit_line": "填报单位（盖章）：",
        "columns": columns,
        "rows": rows,
    }
    return Sheet(**{**values, **changes})


def test_sheet_says_what_was_given() -> None:
    sheet = opened(office_sheet()).active

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["支部考核得分汇总表", None, None, None, None],
        ["填报单位（盖章）：", None, None, None, None],
        ["序号", "党支部", "分项得分", None, "日期"],
        [None, None, "政治建设", "思想建设", None],
        [1, "第一党支部", 1.25, 2, datetime(2026, 11, 20)],
        [2, "第二党支部", 0.75, 0, None],
        ["合计", None, 2, 2, None],
        [office_sheet().footer, None, None, None, None],
    ]


def test_sheet_follows_office_conventions() -> None:
    sheet = opened(office_sheet(freeze_columns=2, page_header="第 7 号 A&B")).active

    assert {str(block) for block in sheet.merged_cells.ranges} == {
        "A1:E1",
        "A2:E2",
        "A3:A4",
        "B3:B4",
        "C3:D3",
        "E3:E4",
        "A8:E8",
    }
    assert (sheet["A1"].font.name, sheet["A1"].font.sz) == ("黑体", 18)
    assert (sheet["B5"].font.name, sheet["C5"].font.name) == ("仿宋_GB2312", "Times New Roman")
    assert sheet["C5"].border.left.style == sheet["E7"].border.bottom.style == "thin"
    assert sheet["D6"].font.color.rgb == "FFB5121B"
    assert (sheet["C5"].number_format, sheet["E5"].number_format, sheet["B5"].number_format) == (
        "0.00",
        "yyyy\\-mm\\-dd",
        "@",
    )
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.freeze_panes == "C5"
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert sheet.oddHeader.right.text == "第 7 号 A&&B"


@pytest.mark.parametrize("text", TRIGGERS)
def test_text_cannot_become_a_formula(text: str) -> None:
    columns = [Column("a", "列"), Column("b", "列", kind="int"), Column("c", "列", kind="code")]
    sheet = opened(Sheet(text, columns, [(text, text, Red(text))], name="表", unit_line=text)).active

    cells = [sheet["A1"], sheet["A2"], sheet["A4"], sheet["B4"], sheet["C4"]]
    assert [cell.data_type for cell in cells] == ["s"] * 5
    assert all(cell.quotePrefix for cell in cells)
    assert [cell.value for cell in cells] == [text.replace("\r", "\n")] * 5


@pytest.mark.parametrize("text", TRIGGERS)
def test_csv_text_cannot_become_a_formula(text: str) -> None:
    line = b"".join(csv_chunks(Sheet("表", [Column("a", "列")], [(text,)]))).decode("utf-8-sig").split("\r\n", 1)[1]

    assert line.lstrip('"').startswith("'")


def test_csv_has_bom_quotes_and_true_numbers() -> None:
    columns = [Column("a", "得分", group="一"), Column("b", "备注")]
    rows = [(Decimal("-1.50"), '说"好",再来'), (-3, None), (Month(2026, 8), True)]

    assert b"".join(csv_chunks(Sheet("表", columns, rows))).decode() == (
        '\ufeff一 得分,备注\r\n-1.50,"说""好"",再来"\r\n-3,\r\n2026-08,是\r\n'
    )


def test_values_of_every_kind_keep_their_meaning() -> None:
    columns = [
        Column("a", "人", kind="code"),
        Column("b", "月", kind="month"),
        Column("c", "刻", kind="datetime"),
        Column("d", "率", kind="percent"),
    ]
    moment = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    sheet = opened(
        Sheet("表", columns, [("013800000000", Month(2026, 8), moment, Decimal("0.883"))], is_plain=True)
    ).active

    assert [cell.value for cell in sheet[2]] == [
        "013800000000",
        datetime(2026, 8, 1),
        datetime(2026, 11, 21, 0, 30),
        0.883,
    ]
    assert sheet["B2"].number_format == 'yyyy"年"m"月"'
    assert sheet["D2"].number_format == "0.0%"


def test_plain_sheet_has_heads_and_rows_only() -> None:
    sheet = opened(
        office_sheet(is_plain=True, columns=[Column("no", "序号", kind="int"), Column("branch", "党支部")])
    ).active

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["序号", "党支部"],
        [1, "第一党支部"],
        [2, "第二党支部"],
    ]


def test_equal_cells_below_one_another_are_joined_within_their_block() -> None:
    columns = [Column("a", "大类", merge=True), Column("b", "小项", merge=True), Column("c", "规则")]
    rows = [("A", "x", 1), ("A", "x", 2), ("A", "y", 3), ("B", "y", 4), ("B", "z", 5)]
    sheet = opened(Sheet("表", columns, rows, is_plain=True)).active

    assert {str(block) for block in sheet.merged_cells.ranges} == {"A2:A4", "A5:A6", "B2:B3"}


def test_given_totals_replace_the_sums() -> None:
    sheet = opened(office_sheet(totals={"a": Decimal("9"), "branch": "共 2 个"})).active

    assert [cell.value for cell in sheet[7]] == ["合计", "共 2 个", 9, None, None]


def test_tab_names_are_legal_and_unique() -> None:
    columns = [Column("a", "列")]
    sheets = [Sheet(title, columns, []) for title in ["a/b:[c]", "表" * 40, "表" * 40, "", "'x'"]]

    names = tab_names(sheets)
    assert names == ["a b  c", "表" * 31, "表" * 29 + "_2", "Sheet", "x"]
    assert opened(*sheets).sheetnames == names


def test_print_titles_survive_a_quote_in_the_tab_name() -> None:
    assert opened(office_sheet(name="a'b")).active.print_title_rows == "$1:$4"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=20), st.integers(-(10**9), 10**9), st.dates(date(1900, 3, 1))),
        min_size=1,
        max_size=6,
    )
)
def test_anything_written_is_read_back_by_our_own_gate(values: list[Any]) -> None:
    columns = [
        Column(str(n), "列", kind="number" if isinstance(v, int) else "date" if isinstance(v, date) else "text")
        for n, v in enumerate(values)
    ]
    row = read_sheet(workbook_bytes(Sheet("表", columns, [values], is_plain=True))).rows

    read = [cell.value for cell in row[1].cells] if len(row) > 1 else [None] * len(values)
    for value, back in zip(values, read, strict=True):
        if isinstance(value, str):
            assert (back or "") == CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        else:
            assert back == value


def test_large_export_is_streamed_to_a_file() -> None:
    drawn = []
    rows = (("张三", drawn.append(n) or n) for n in range(3000))
    file = workbook_file(Sheet("表", [Column("b", "名"), Column("a", "号", kind="int", total=True)], rows))

    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
    file.seek(0)
    assert read_sheet(file.read()).rows[3002].cells[0].value == "合计"
    assert len(drawn) == 3000


@pytest.mark.parametrize("text", ["_x0041_", " a ", "a\nb", "<b>&amp;</b>", "a\x00b\x0bc", "𠮷野家", "_x005F_x0041_"])
def test_awkward_text_arrives_as_it_was(text: str) -> None:
    rows = read_sheet(workbook_bytes(Sheet("表", [Column("a", "列")], [(text,)], is_plain=True))).rows

    assert rows[1].value("A") == CONTROL.sub("", text)
