"""Writes a paper as .docx in the layout of GB/T 9704 (domain.md §7.3): page, type area, fonts, levels, page numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from core.docx.blocks import (
    Block,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    SignLines,
    Table,
    heading_and_rest,
    official_date,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FANGSONG, HEITI, KAITI, XIAOBIAOSONG, SONGTI = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
LATIN = "Times New Roman"
BODY, TITLE, HEAD, PAGE_NUMBER, IN_TABLE, SMALL = Pt(16), Pt(22), Pt(36), Pt(14), Pt(10.5), Pt(9)
LINE = Pt(28.95)  # 22 lines in 225 mm
TOP, BOTTOM, BINDING, OUTER, FOOTER = Mm(37), Mm(35), Mm(28), Mm(26), Mm(23)
A4 = (Mm(210), Mm(297))
RED = RGBColor(0xC0, 0x00, 0x00)
DATE_RIGHT = 4  # characters between the date and the margin
ALIGN = {
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
LEVEL_FONTS = {1: HEITI, 2: KAITI, 3: FANGSONG, 4: FANGSONG}
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def docx_bytes(paper: Paper) -> bytes:
    """The paper as a Word file."""
    word = docx.Document()
    _prepare(word, paper)
    _head(word, paper)
    for block in paper.blocks:
        _write(word, block)
    _foot(word, paper)
    out = BytesIO()
    word.save(out)
    return out.getvalue()


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return NOT_IN_XML.sub("", text)


def _prepare(word: Document, paper: Paper) -> None:
    section = word.sections[0]
    width, height = A4
    if paper.is_landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        width, height = height, width
    section.page_width, section.page_height = width, height
    section.top_margin, section.bottom_margin = (BINDING, OUTER) if paper.is_landscape else (TOP, BOTTOM)
    section.left_margin, section.right_margin = (BOTTOM, TOP) if paper.is_landscape else (BINDING, OUTER)
    section.footer_distance = Mm(15) if paper.is_landscape else FOOTER
    normal = word.styles["Normal"]
    normal.font.size = BODY
    _fonts(normal.element.get_or_add_rPr(), FANGSONG)
    properties = word.core_properties
    properties.title, properties.author, properties.language = clean(paper.title)[:250], clean(paper.issuer), "zh-CN"
    properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)  # what counts is the date in the text
    _page_numbers(word)


def _head(word: Document, paper: Paper) -> None:
    if paper.letterhead:
        _text(_paragraph(word, "center", exact=False), paper.letterhead, XIAOBIAOSONG, HEAD, RED)
    if paper.number:
        number = _paragraph(word, "center")
        _text(number, paper.number)
        if paper.letterhead:
            _red_line(number)
    if paper.letterhead or paper.number:
        _paragraph(word)
    title = _paragraph(word, "center")
    _text(title, paper.title, XIAOBIAOSONG, TITLE)
    title.paragraph_format.line_spacing = Pt(35)
    title.paragraph_format.keep_with_next = True
    _paragraph(word)
    if paper.to:
        _text(_paragraph(word, "left"), f"{paper.to.rstrip('：')}：")


def _foot(word: Document, paper: Paper) -> None:
    if paper.attachments:
        _paragraph(word)
        for number, name in enumerate(paper.attachments, start=1):
            label = f"{number}." if len(paper.attachments) > 1 else ""
            _text(_indented(_paragraph(word, "left")), f"{'附件：' if number == 1 else '　　　'}{label}{name}")
    if paper.issuer or paper.issued_on:
        _paragraph(word)
        _paragraph(word)
        _issuer(word, paper)
    for note in paper.notes:
        _text(_paragraph(word, "left", exact=False), note, FANGSONG, SMALL)


def _issuer(word: Document, paper: Paper) -> None:
    """The name centred over the date, the date four characters from the margin."""
    day = official_date(paper.issued_on) if paper.issued_on else ""
    wide, name_wide = _characters(day), _characters(paper.issuer)
    date_right = DATE_RIGHT + max(0.0, (name_wide - wide) / 2 - DATE_RIGHT + 2)
    name_right = max(0.0, date_right + (wide - name_wide) / 2)
    for text, right in ((paper.issuer, name_right), (day, date_right)):
        if text:
            line = _paragraph(word, "right")
            line.paragraph_format.right_indent = Pt(16 * right)
            line.paragraph_format.keep_with_next = text is not day
            _text(line, text)


def _write(word: Document, block: Block) -> None:
    if isinstance(block, Heading):
        _heading(word, block)
    elif isinstance(block, Paragraph):
        line = _paragraph(word, block.align)
        _text(_indented(line) if block.indent and block.align == "justify" else line, block.text)
    elif isinstance(block, Table):
        _table(word, block)
    elif isinstance(block, SignLines):
        _sign_lines(word, block)
    elif isinstance(block, PageBreak):
        word.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _heading(word: Document, block: Heading) -> None:
    """The whole line, or in a line that goes on its first sentence, in the font of the level."""
    line = _indented(_paragraph(word, "justify"))
    heading, rest = heading_and_rest(block)
    _text(line, heading, LEVEL_FONTS[block.level])
    if rest:
        _text(line, rest)
    line.paragraph_format.keep_with_next = block.level <= 2


def _table(word: Document, block: Table) -> None:
    shares = block.shares()
    section = word.sections[0]
    whole = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    table = word.add_table(rows=0, cols=len(shares), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for number, values in enumerate((block.head, *block.rows)):
        row = table.add_row()
        _row_rules(row, is_head=number == 0)
        for cell, share, value in zip(row.cells, shares, values, strict=True):
            cell.width = Length(int(whole * share))
            line = cell.paragraphs[0]
            _plain_spacing(line)
            line.alignment = ALIGN["center"] if number == 0 or _is_short(value) else ALIGN["left"]
            _text(line, value, HEITI if number == 0 else FANGSONG, IN_TABLE)
    _plain_spacing(word.add_paragraph())


def _row_rules(row, *, is_head: bool) -> None:
    """A row is not broken over pages; the head comes again on each."""
    rules = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(("w:tblHeader",) if is_head else ())):
        rules.append(OxmlElement(name))


def _sign_lines(word: Document, block: SignLines) -> None:
    """Two columns without borders: 党支部书记（签字）：…"""
    _paragraph(word)
    table = word.add_table(rows=0, cols=2)
    for first in range(0, len(block.lines), 2):
        row = table.add_row()
        _row_rules(row, is_head=False)
        for cell, (label, signed) in zip(row.cells, block.lines[first : first + 2], strict=False):
            _fixed_spacing(cell.paragraphs[0])
            _text(cell.paragraphs[0], f"{label}：{signed}")


def _paragraph(word: Document, align: str = "left", *, exact: bool = True) -> WordParagraph:
    line = word.add_paragraph()
    line.alignment = ALIGN[align]
    _fixed_spacing(line) if exact else _plain_spacing(line)
    return line


def _fixed_spacing(line: WordParagraph) -> None:
    rules = line.paragraph_format
    rules.space_before = rules.space_after = Pt(0)
    rules.line_spacing_rule, rules.line_spacing = WD_LINE_SPACING.EXACTLY, LINE


def _plain_spacing(line: WordParagraph) -> None:
    rules = line.paragraph_format
    rules.space_before = rules.space_after = Pt(0)
    rules.line_spacing = 1.0


def _indented(line: WordParagraph) -> WordParagraph:
    """Two characters in, in characters and (for programs that do not know them) in points."""
    line.paragraph_format.first_line_indent = Pt(32)
    line._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")
    return line


def _text(
    line: WordParagraph, text: str, font: str = FANGSONG, size: Length = BODY, colour: RGBColor | None = None
) -> Run:
    run = line.add_run(clean(text))
    run.font.size = size
    if colour is not None:
        run.font.color.rgb = colour
    _fonts(run._r.get_or_add_rPr(), font)
    return run


def _fonts(properties, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for name, value in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", font)):
        fonts.set(qn(f"w:{name}"), value)


def _red_line(line: WordParagraph) -> None:
    border = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "8"), ("color", "C00000")):
        border.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    borders.append(border)
    properties = line._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _page_numbers(word: Document) -> None:
    """— 1 — in 四号: right on odd pages, left on even ones, one character from the edge."""
    word.settings.odd_and_even_pages_header_footer = True
    section = word.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        line = footer.paragraphs[0]
        line.alignment = ALIGN[side]
        _plain_spacing(line)
        margin = "right_indent" if side == "right" else "left_indent"
        setattr(line.paragraph_format, margin, PAGE_NUMBER)
        _text(line, "— ", SONGTI, PAGE_NUMBER)
        _field(line, "PAGE")
        _text(line, " —", SONGTI, PAGE_NUMBER)


def _field(line: WordParagraph, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = _text(line, "", SONGTI, PAGE_NUMBER)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = f" {text} "
        run._r.append(element)


def _characters(text: str) -> float:
    return sum(0.5 if char.isascii() else 1.0 for char in text)


def _is_short(text: str) -> bool:
    return _characters(text) <= 6


def file_name(parts: Sequence[str], day_text: str) -> str:
    """A name for the download: parts joined by _, without what a file name cannot hold."""
    return "_".join(re.sub(r'[\\/:*?"<>|\s]+', " ", part).strip() for part in (*parts, day_text)) + ".docx"
