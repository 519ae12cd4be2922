"""Workbooks changed in their package: cells, rows put in, what is refused, what stays byte for byte."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from core.errors import InvalidInput
from core.xlsx.gate import admit
from core.xlsx.patch import Patch, PatchError
from core.xlsx.patch.markup import splice, tags, with_attribute, without_attribute
from core.xlsx.read import read_sheet
from tests.factories.workbooks import branch_form, parts_of, summary_form, wps_form

WPS = "台账 (2026)"


def changed_parts(before: bytes, after: bytes) -> set[str]:
    old, new = parts_of(before), parts_of(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def with_part(data: bytes, name: str, change) -> bytes:
    """The workbook with one part rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for part, content in parts_of(data).items():
            file.writestr(part, change(content.decode()).encode() if part == name else content)
    return out.getvalue()


@pytest.mark.parametrize("form", [summary_form, branch_form, wps_form])
def test_nothing_put_changes_nothing(form):
    data = form()
    assert changed_parts(data, Patch(admit(data)).finish()) == set()


def test_zip_entries_keep_order_date_and_kind():
    patch = Patch(admit(wps_form()))
    patch.put(WPS, 4, 3, "第一议题")
    with zipfile.ZipFile(io.BytesIO(wps_form())) as old, zipfile.ZipFile(io.BytesIO(patch.finish())) as new:
        pairs = list(zip(old.infolist(), new.infolist(), strict=True))
        assert [(a.filename, a.date_time, a.compress_type) for a, _ in pairs] == [
            (b.filename, b.date_time, b.compress_type) for _, b in pairs
        ]


def test_cell_gets_its_value_and_keeps_its_style():
    patch = Patch(admit(wps_form()))
    patch.put(WPS, 4, 2, date(2026, 5, 1))
    patch.put(WPS, 4, 3, "学习 <党章> & 讨论")
    patch.put(WPS, 4, 4, Decimal("12.50"))
    patch.put(WPS, 3, 5, None)
    data = patch.finish()
    assert changed_parts(wps_form(), data) == {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
    xml = parts_of(data)["xl/worksheets/sheet1.xml"].decode()
    assert '<c r="B4" s="3"><v>46143</v></c>' in xml  # a day where the format is a day's
    assert '<c r="D4" s="2"><v>12.50</v></c>' in xml
    assert '<c r="E3" s="2"/>' in xml
    sheet = openpyxl.load_workbook(io.BytesIO(data))[WPS]
    assert sheet["C4"].value == "学习 <党章> & 讨论"


def test_day_in_a_cell_of_words_is_written_in_words():
    patch = Patch(admit(wps_form()))
    patch.put(WPS, 4, 3, date(2026, 5, 1))
    assert openpyxl.load_workbook(io.BytesIO(patch.finish()))[WPS]["C4"].value == "2026-05-01"


def test_cells_and_rows_that_were_not_there_are_put_in_order():
    patch = Patch(admit(wps_form()))
    patch.put(WPS, 2, 3, "二行")
    patch.put(WPS, 9, 3, "九行")
    patch.put(WPS, 12, 1, "十二行")
    data = patch.finish()
    xml = parts_of(data)["xl/worksheets/sheet1.xml"].decode()
    assert [int(n) for n in re.findall(r"<row r=[\"'](\d+)", xml)] == [1, 2, 3, 4, 5, 6, 7, 9, 12]
    assert xml.index('r="A9"') < xml.index('r="C9"')
    found = read_sheet(data, sheet=WPS)
    assert [found.rows[1].value("C"), found.rows[8].value("C"), found.rows[11].value("A")] == ["二行", "九行", "十二行"]


def test_text_that_looks_like_a_formula_stays_text_and_is_marked():
    patch = Patch(admit(wps_form()))
    patch.put(WPS, 4, 3, "=1+1")
    data = patch.finish()
    cell = openpyxl.load_workbook(io.BytesIO(data))[WPS]["C4"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True) or (cell.value, cell.quotePrefix) == ("=1+1", True)
    assert 't="inlineStr"' in re.search(r'<c r="C4".*?</c>', parts_of(data)["xl/worksheets/sheet1.xml"].decode())[0]


def test_formula_cell_is_not_overwritten():
    patch = Patch(admit(wps_form()))
    patch.put(WPS, 7, 4, 5)
    with pytest.raises(PatchError, match="D7 是公式"):
        patch.finish()


def test_only_formulas_that_hang_on_a_change_lose_their_results():
    patch = Patch(admit(summary_form()))
    patch.put("汇总表", 5, 4, 90)
    data = patch.finish()
    sheet = parts_of(data)["xl/worksheets/sheet1.xml"].decode()
    kept = set(re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f><v>', sheet))
    assert kept == {"F6", "F7", "F8", "E9", "G9"}  # F5, D9 and F9 depend on D5
    assert 'fullCalcOnLoad="1"' in parts_of(data)["xl/workbook.xml"].decode()


def test_rows_put_in_move_pictures_notes_charts_and_rules():
    patch = Patch(admit(summary_form()))
    patch.grow("汇总表", 5, 8, 3)
    parts = parts_of(patch.finish())
    old = parts_of(summary_form())
    rows = [int(n) for n in re.findall(rb"<xdr:row>(\d+)<", parts["xl/drawings/drawing1.xml"])]
    before = [int(n) for n in re.findall(rb"<xdr:row>(\d+)<", old["xl/drawings/drawing1.xml"])]
    assert rows == [n + 3 if n >= 8 else n for n in before]
    assert b'ref="E12"' in parts["xl/comments1.xml"]
    assert b"<x:Row>11</x:Row>" in parts["xl/drawings/vmlDrawing1.vml"]
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    assert '<conditionalFormatting sqref="F5:F11">' in sheet
    assert re.search(r'<dataValidation [^>]*sqref="H5:H11"', sheet)
    media = [
        name for name in old if "/media/" in name or "styles" in name or "theme" in name or "sharedStrings" in name
    ]
    assert media and all(parts[name] == old[name] for name in media)


def test_new_rows_repeat_the_last_one_without_its_figures():
    patch = Patch(admit(summary_form()))
    patch.grow("汇总表", 5, 8, 2)
    sheet = openpyxl.load_workbook(io.BytesIO(patch.finish()))["汇总表"]
    assert [sheet.cell(row, 1).value for row in range(5, 11)] == [1, 2, 3, 4, None, None]
    assert sheet["F10"].value == "=SUM(D10:E10)"
    assert sheet["B10"]._style == sheet["B8"]._style


def test_shared_formula_is_written_out_when_rows_are_put_in():
    patch = Patch(admit(wps_form()))
    patch.grow(WPS, 4, 6, 2)
    data = patch.finish()
    sheet = openpyxl.load_workbook(io.BytesIO(data))[WPS]
    assert [sheet.cell(row, 1).value for row in range(4, 10)] == [1, "=A4+1", "=A5+1", "=A6+1", "=A7+1", "合计"]
    assert sheet["E9"].value == '=IF(D9>0,SUM(E4:E8)/D9,"未到期")'
    assert "xl/calcChain.xml" not in parts_of(data)
    assert b"calcChain" not in parts_of(data)["[Content_Types].xml"]
    assert b'<brk id="9"' in parts_of(data)["xl/worksheets/sheet1.xml"]


def test_merge_inside_a_row_is_repeated_and_one_around_the_block_grows():
    def merged(xml: str) -> str:
        xml = xml.replace('<mergeCells count="2">', '<mergeCells count="4">')
        return xml.replace("</mergeCells>", '<mergeCell ref="C6:D6"/><mergeCell ref="A4:A6"/></mergeCells>')

    patch = Patch(admit(with_part(wps_form(), "xl/worksheets/sheet1.xml", merged)))
    patch.grow(WPS, 4, 6, 2)
    areas = {str(area) for area in openpyxl.load_workbook(io.BytesIO(patch.finish()))[WPS].merged_cells.ranges}
    assert areas == {"A1:E1", "A9:C9", "C6:D6", "C7:D7", "C8:D8", "A4:A8"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x.replace("</mergeCells>", '<mergeCell ref="B5:B6"/></mergeCells>'), "合并单元格跨第5—6行"),
        (
            lambda x: x.replace('<c r="C6" s="2"/>', '<c r="C6" s="2"><f t="array" ref="C6">SUM(D4:D5)</f></c>'),
            "C6 是数组公式",
        ),
        (lambda x: x.replace("SUM(D4:D6)", "SUM(一:二!D4)"), "跨多个工作表"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(change, words):
    patch = Patch(admit(with_part(wps_form(), "xl/worksheets/sheet1.xml", change)))
    with pytest.raises(PatchError, match=words):
        patch.grow(WPS, 4, 6, 1)


def test_table_object_around_the_block_is_refused():
    book = openpyxl.load_workbook(io.BytesIO(branch_form()))
    table = openpyxl.worksheet.table.Table(displayName="名册", ref="A7:F8")
    book["基本情况"].add_table(table)
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(PatchError, match="套用表格格式"):
        Patch(admit(out.getvalue())).grow("基本情况", 8, 8, 2)


def test_sheet_without_places_is_refused():
    data = with_part(wps_form(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace('<c r="E4" s="2"/>', '<c s="2"/>'))
    with pytest.raises(PatchError, match="没写明位置"):
        Patch(admit(data)).sheet(WPS)


def test_sheet_with_prefixed_names_is_filled_too():
    def prefixed(xml: str) -> str:
        head, _, body = xml.partition("<worksheet ")
        body = re.sub(r"<(/?)(?!xdr|x14|mc|etc|r:)([A-Za-z]+)", r"<\1x:\2", body)
        return f"{head}<x:worksheet {body}".replace("xmlns=", "xmlns:x=", 1)

    data = with_part(wps_form(), "xl/worksheets/sheet1.xml", prefixed)
    patch = Patch(admit(data))
    patch.grow(WPS, 4, 6, 1)
    patch.put(WPS, 7, 3, "第四次")
    patch.add_sheet("存证", [["一", 1]], [10])
    out = patch.finish()
    assert '<x:c r="C7" s="2" t="inlineStr"><x:is>' in parts_of(out)["xl/worksheets/sheet1.xml"].decode()
    assert openpyxl.load_workbook(io.BytesIO(out))[WPS]["C7"].value == "第四次"


def test_added_sheet_is_the_last_and_admitted():
    patch = Patch(admit(branch_form()))
    patch.add_sheet("存证", [["字段", "内容"], ["党员数", 12]], [10, 10])
    data = patch.finish()
    admit(data)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["基本情况", "存证"]
    assert [cell.value for cell in book["存证"][2]] == ["党员数", 12]


def test_unknown_sheet_is_refused():
    with pytest.raises(InvalidInput, match="没有工作表"):
        Patch(admit(wps_form())).sheet("别的")


def test_markup_splices_and_sets_attributes():
    text = "<a x=\"1\"><!-- <b/> --><b y='2>1'/></a>"
    assert [(tag.name, tag.is_end, tag.is_empty) for tag in tags(text)] == [
        ("a", False, False),
        ("b", False, True),
        ("a", True, False),
    ]
    assert splice("abcdef", [(4, 5, ""), (1, 2, "XX")]) == "aXXcdf"
    assert with_attribute('<c r="A1"/>', "r", 'B"2') == '<c r="B&quot;2"/>'
    assert with_attribute("<c/>", "t", "s") == '<c t="s"/>'
    assert without_attribute('<c r="A1" t="s">', "t") == '<c r="A1">'


def test_hint_of_a_rows_columns_stays_where_it_still_holds():
    def emptied(xml: str) -> str:
        return xml.replace('<c r="E4" s="2"/>', "")

    patch = Patch(admit(with_part(wps_form(), "xl/worksheets/sheet1.xml", emptied)))
    patch.put(WPS, 4, 5, 3)
    patch.put(WPS, 5, 9, 4)
    xml = parts_of(patch.finish())["xl/worksheets/sheet1.xml"].decode()
    assert '<row r="4" spans="1:5">' in xml
    assert '<row r="5">' in xml
