"""The gate every uploaded workbook passes before a spreadsheet library sees it (security.md §5.6).

Nothing here trusts a header: members are inflated in counted chunks and every XML part runs through
a streaming parser that knows only counts and positions, so time and memory stay bounded.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import IO
from xml.parsers import expat

from core.errors import InvalidInput
from core.xlsx.container import (
    DAMAGED,
    MAX_INFLATED,
    MAX_UPLOAD,
    SAVE_AS,
    TEMPLATE,
    Refusal,
    inflate,
    open_container,
    refuse_overlaps,
)
from core.xlsx.scan import Limits, PartScanner, SheetFacts

ACTIVE = Refusal("文件带有宏或控件，已拒收。", "请另存为不含宏的“Excel 工作簿（*.xlsx）”后再上传。")
LINKED = Refusal(
    "文件引用了别的文件或外部数据，已拒收。", "请在“数据—编辑链接”里断开链接，或把内容按“值”粘贴进导入模板。"
)
NESTED = Refusal("文件里嵌有别的文件，已拒收。", "请删去插入的附件和对象，只留表格。")
ENTITIES = Refusal("文件里有不允许的内容（文档类型声明），已拒收。", TEMPLATE)
NOT_WORKBOOK = Refusal("这不是 Excel 工作簿（.xlsx），只是改了扩展名。", SAVE_AS)

ACTIVE_NAMES = re.compile(r"vbaproject|/macrosheets/|/dialogsheets/|/activex/|/ctrlprops/|customui", re.I)
LINKED_NAMES = re.compile(r"/externallinks?/|/connections\.xml$|/querytables/", re.I)
NESTED_NAMES = re.compile(r"/embeddings/|\.(zip|xls[xmb]?|docx?|pptx?|exe|dll|js|vbs|bat)$", re.I)
NESTED_MAGIC = (b"PK\x03\x04", b"MZ", b"\xd0\xcf\x11\xe0", b"\x7fELF", b"Rar!")
MACRO_TYPES = (b"macroenabled", b"vbaproject", b"macrosheet")
XML_ENDS = (".xml", ".rels", ".vml")


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that passed: its bytes, and by part name what the scan saw of each sheet."""

    data: bytes
    parts: dict[str, SheetFacts] = field(default_factory=dict)
    small: dict[str, bytes] = field(default_factory=dict)


def admit(source: str | PathLike[str] | bytes | IO[bytes], *, limits: Limits | None = None) -> Workbook:
    """The workbook in a path, bytes or an open file; InvalidInput with a remedy for anything hostile or foreign."""
    data = _bytes_of(source)
    container = open_container(data)
    members = [member for member in container.infolist() if not member.is_dir()]
    names = {member.filename for member in members}
    if not {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"} <= names:
        _refuse_other_package(names)
    refuse_overlaps(data, members)
    book = Workbook(data)
    gate = _Gate(book, limits or Limits())
    for member in members:
        _check_name(member.filename)
        gate.admit(member)
    return book


def _bytes_of(source: str | PathLike[str] | bytes | IO[bytes]) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, str | PathLike):
        with Path(source).open("rb") as opened:
            return opened.read(MAX_UPLOAD + 1)
    source.seek(0)
    return source.read(MAX_UPLOAD + 1)


def _refuse_other_package(names: set[str]) -> None:
    if any(name.startswith("word/") for name in names):
        raise InvalidInput("这是 Word 文档，不是 Excel 表格。", remedy=TEMPLATE)
    if any(name.startswith("ppt/") for name in names):
        raise InvalidInput("这是演示文稿，不是 Excel 表格。", remedy=TEMPLATE)
    if any(name.endswith("workbook.bin") for name in names):
        raise InvalidInput("这是 .xlsb 二进制工作簿，系统只接收 .xlsx。", remedy=SAVE_AS)
    raise NOT_WORKBOOK.error()


def _check_name(name: str) -> None:
    if ACTIVE_NAMES.search(name):
        raise ACTIVE.error()
    if LINKED_NAMES.search(name):
        raise LINKED.error()
    if NESTED_NAMES.search(name):
        raise NESTED.error()


class _Gate:
    """Lets the members of one file through, out of one budget of bytes and one of work."""

    def __init__(self, book: Workbook, limits: Limits) -> None:
        self.book = book
        self.limits = limits
        self.bytes_left = [MAX_INFLATED]
        self.work_left = [limits.work]

    def admit(self, member: zipfile.ZipInfo) -> None:
        chunks = inflate(self.book.data, member, self.bytes_left)
        if member.filename.lower().endswith(XML_ENDS):
            self._admit_xml(member.filename, chunks)
        else:
            _admit_other(chunks)

    def _admit_xml(self, name: str, chunks: Iterator[bytes]) -> None:
        scanner = PartScanner(self.limits, self.work_left)
        is_kept = name.endswith(".rels") or name in ("[Content_Types].xml", "xl/workbook.xml")
        kept, tail, first = bytearray(), b"", True
        for chunk in chunks:
            _check_markup(tail + chunk, first)
            tail, first = chunk[-16:], False
            if is_kept:
                kept += chunk
            if len(kept) > self.limits.small_part:
                raise DAMAGED.error()
            _feed(scanner, chunk, final=False)
        _feed(scanner, b"", final=True)
        _check_types(name, bytes(kept))
        self.book.parts[name] = scanner.facts
        if is_kept:
            self.book.small[name] = bytes(kept)


def _admit_other(chunks: Iterator[bytes]) -> None:
    head = next(chunks, b"")
    if head.startswith(NESTED_MAGIC):
        raise NESTED.error()
    # A part that hides its XML behind another ending is still XML to a lenient reader.
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise DAMAGED.error()
    for _ in chunks:
        pass


def _check_markup(piece: bytes, first: bool) -> None:
    if first and (piece.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in piece[:64]):
        raise DAMAGED.error()  # UTF-16 would hide a DOCTYPE from the byte search below
    if first:
        declared = re.match(rb"[^>]*encoding=[\"']([A-Za-z0-9._-]+)", piece[:200])
        if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
            raise DAMAGED.error()
    if b"<!" in piece and re.search(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", piece, re.I):
        raise ENTITIES.error()


def _feed(scanner: PartScanner, chunk: bytes, *, final: bool) -> None:
    try:
        scanner.feed(chunk, final=final)
    except expat.ExpatError:
        raise DAMAGED.error() from None


def _check_types(name: str, content: bytes) -> None:
    lowered = content.lower()
    if name == "[Content_Types].xml" and any(word in lowered for word in MACRO_TYPES):
        raise ACTIVE.error()
    if name.endswith(".rels") and _links_outside(lowered):
        raise LINKED.error()
    if name == "_rels/.rels" and not re.search(rb"target\s*=\s*[\"']/?xl/workbook\.xml[\"']", lowered):
        raise DAMAGED.error()


def _links_outside(lowered: bytes) -> bool:
    """An external target is only harmless as the hyperlink of a cell."""
    for tag in re.findall(rb"<[^>]*relationship\s[^>]*>", lowered):
        if re.search(rb"targetmode\s*=\s*[\"']external", tag) and b"/hyperlink" not in tag:
            return True
    return False
