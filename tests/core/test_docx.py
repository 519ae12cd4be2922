"""Word papers: the layout that GB/T 9704 asks for, read back from the file; text that becomes blocks and back."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from core.docx.blocks import (
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    SignLines,
    Table,
    blocks_of,
    column_weights,
    official_date,
    text_of,
)
from core.docx.write import clean, docx_bytes, file_name

TEXT = """为落实党建责任，签订本责任书。
一、目标任务
（一）组织生活。每月开展主题党日。
1.支部党员大会
（1）每季度一次
编号\t任务\t目标
D4.1\t主题党日\t12次
D1.1\t支部党员大会\t4次
以上各项由责任人负责。
"""


def read(paper: Paper):
    return docx.Document(BytesIO(docx_bytes(paper)))


def line_of(word, text: str):
    return next(line for line in word.paragraphs if line.text.startswith(text))


def millimetres(*lengths) -> tuple[int, ...]:
    return tuple(round(length / Mm(1)) for length in lengths)


def fonts(line) -> list[str]:
    return [run._r.rPr.rFonts.get(qn("w:eastAsia")) for run in line.runs]


def test_text_becomes_blocks_by_its_numbers():
    assert blocks_of(TEXT) == [
        Paragraph("为落实党建责任，签订本责任书。"),
        Heading(1, "一、目标任务"),
        Heading(2, "（一）组织生活。每月开展主题党日。"),
        Heading(3, "1.支部党员大会"),
        Heading(4, "（1）每季度一次"),
        Table(["编号", "任务", "目标"], [["D4.1", "主题党日", "12次"], ["D1.1", "支部党员大会", "4次"]]),
        Paragraph("以上各项由责任人负责。"),
    ]


def test_a_decimal_at_the_start_is_no_heading():
    assert blocks_of("1.5分起扣") == [Paragraph("1.5分起扣")]


def test_short_rows_are_filled_up():
    assert blocks_of("a\tb\tc\n1\t2") == [Table(["a", "b", "c"], [["1", "2", ""]])]


WORDS = st.text("甲乙丙丁一二三。，、：（）0123.%abcＡ〔〕", min_size=1, max_size=12)


@settings(deadline=None)  # time says nothing here, and machines are busy
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5), WORDS)
def test_blocks_survive_their_text(rows, words):
    table = Table(["甲", "乙"], [list(row) for row in rows])
    blocks = [Heading(1, f"一、{words}"), table, Paragraph(f"本{words}")]
    assert blocks_of(text_of(blocks)) == blocks
    assert text_of(blocks_of(text_of(blocks))) == text_of(blocks)


def test_a_tab_or_line_end_in_a_cell_makes_no_cell_of_its_own():
    table = Table(["甲", "乙"], [["一\t二", "三\n四"]])
    assert blocks_of(text_of([table])) == [Table(["甲", "乙"], [["一 二", "三 四"]])]


def test_columns_by_their_texts():
    weights = column_weights([["号", "很长的一段内容写在这里不知道有多长还在继续"], ["1", "短"]])
    assert weights[1] > weights[0] > 0
    assert sum(Table(["a", "b"], [["1", "2"]], (1, 3)).shares()) == 1
    assert Table(["a", "b"], [], (1, 3)).shares() == [0.25, 0.75]


def test_page_type_area_and_fonts_follow_the_standard():
    word = read(Paper("责任书", blocks_of(TEXT)))
    section = word.sections[0]
    assert millimetres(section.page_width, section.page_height) == (210, 297)
    assert millimetres(section.top_margin, section.left_margin) == (37, 28)
    assert millimetres(section.page_width - section.left_margin - section.right_margin) == (156,)
    assert millimetres(section.page_height - section.top_margin - section.bottom_margin) == (225,)
    title, body = line_of(word, "责任书"), line_of(word, "为落实")
    assert (title.runs[0].font.size, title.alignment) == (Pt(22), WD_ALIGN_PARAGRAPH.CENTER)
    assert fonts(title) == ["方正小标宋简体"]
    assert (body.runs[0].font.size, fonts(body)) == (Pt(16), ["仿宋_GB2312"])
    assert body.paragraph_format.line_spacing == Pt(28.95)
    assert body._p.pPr.ind.get(qn("w:firstLineChars")) == "200"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("一、", ["黑体"]),
        ("（一）", ["楷体_GB2312", "仿宋_GB2312"]),  # the sentence after the heading is body
        ("1.", ["仿宋_GB2312"]),
        ("（1）", ["仿宋_GB2312"]),
    ],
)
def test_each_level_has_its_font(start, expected):
    assert fonts(line_of(read(Paper("通知", blocks_of(TEXT))), start)) == expected


def test_table_is_written_whole_with_its_head_repeated():
    table = read(Paper("通知", blocks_of(TEXT))).tables[0]
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells == [["编号", "任务", "目标"], ["D4.1", "主题党日", "12次"], ["D1.1", "支部党员大会", "4次"]]
    marks = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert marks == [True, False, False]
    widths = [cell.width for cell in table.rows[0].cells]
    assert abs(sum(widths) - Mm(156)) < Mm(1)


def test_what_an_official_document_has_around_its_text():
    paper = Paper(
        "关于述职评议情况的通报",
        [Paragraph("现通报如下。")],
        letterhead="中共云岭市交通运输局机关委员会文件",
        number="云交党〔2026〕1号",
        to="各党支部",
        issuer="局机关党委",
        issued_on=date(2026, 1, 30),
        attachments=("评议汇总表", "整改清单"),
        notes=("文本摘要 abcd",),
    )
    texts = [line.text for line in read(paper).paragraphs if line.text]
    assert texts == [
        "中共云岭市交通运输局机关委员会文件",
        "云交党〔2026〕1号",
        "关于述职评议情况的通报",
        "各党支部：",
        "现通报如下。",
        "附件：1.评议汇总表",
        "　　　2.整改清单",
        "局机关党委",
        "2026年1月30日",
        "文本摘要 abcd",
    ]
    day = line_of(read(paper), "2026年1月30日")
    assert (day.alignment, day.paragraph_format.right_indent) == (WD_ALIGN_PARAGRAPH.RIGHT, Pt(64))


def test_page_numbers_right_on_odd_pages_and_left_on_even_ones():
    word = read(Paper("通知", []))
    section = word.sections[0]
    assert word.settings.odd_and_even_pages_header_footer
    sides = [footer.paragraphs[0].alignment for footer in (section.footer, section.even_page_footer)]
    assert sides == [WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT]
    assert all(" PAGE " in footer._element.xml for footer in (section.footer, section.even_page_footer))


def test_signature_lines_stand_two_in_a_row_with_what_was_signed():
    table = read(Paper("责任书", [SignLines([("书记", "王书记"), ("机关党委", ""), ("日期", "")])])).tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["书记：王书记", "机关党委："], ["日期：", ""]]


def test_text_that_xml_cannot_hold_is_left_out():
    assert clean("甲\x00乙\ud800丙\x0b") == "甲乙丙"
    word = read(Paper("标题\x01", [Paragraph("正\x02文"), PageBreak()]))
    assert line_of(word, "标题").text == "标题"
    assert line_of(word, "正文").text == "正文"


def test_landscape_for_wide_tables():
    section = read(Paper("表", [], is_landscape=True)).sections[0]
    assert millimetres(section.page_width, section.page_height) == (297, 210)


def test_the_package_is_whole_and_names_no_tool():
    package = zipfile.ZipFile(BytesIO(docx_bytes(Paper("通知", [], issuer="局机关党委"))))
    assert package.testzip() is None
    core = package.read("docProps/core.xml").decode()
    assert "python-docx" not in core
    assert "局机关党委" in core


def test_dates_and_names():
    assert official_date(date(2026, 3, 5)) == "2026年3月5日"
    assert file_name(["责任书", "公路/一站"], "20260105") == "责任书_公路 一站_20260105.docx"
