"""Hostile and foreign files, built when they are needed: none of them is kept in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    "</Types>"
)
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FRAME = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
SHEET = "xl/worksheets/sheet1.xml"
Parts = dict[str, str | bytes]


def sheet_xml(body: str, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{body}</sheetData>{after}</worksheet>'


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def parts(sheet: str | None = None, **others: str | bytes) -> Parts:
    """The parts of a small honest workbook, one of them replaced."""
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": FRAME,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELS,
        SHEET: sheet or sheet_xml(f'<row r="1">{text_cell("A1", "姓名")}</row>'),
        **others,
    }


def packed(members: Parts, *, stored: bool = False) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_part(name: str, content: str | bytes = "x") -> bytes:
    return packed({**parts(), name: content})


def with_sheet(body: str, before: str = "", after: str = "") -> bytes:
    return packed(parts(sheet_xml(body, before, after)))


def bomb() -> bytes:
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "0" * 300_000_000 + "</t></is></c></row>"
    return with_sheet(cell)


def lying_bomb(spaces: int) -> bytes:
    """Both headers say the part has 900 bytes."""
    members = parts(sheet_xml('<row r="1">' + " " * spaces + "</row>"))
    size = len(str(members[SHEET]).encode())
    return packed(members).replace(struct.pack("<I", size), struct.pack("<I", 900))


def overlapping() -> bytes:
    """Two directory entries share one body."""
    data = packed({**parts(), "xl/worksheets/sheet2.xml": sheet_xml("")}, stored=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.getinfo(SHEET).header_offset
        second = archive.getinfo("xl/worksheets/sheet2.xml").header_offset
    return data[: data.index(b"PK\x01\x02")] + data[data.index(b"PK\x01\x02") :].replace(
        struct.pack("<I", second), struct.pack("<I", first)
    )


def flagged_as_encrypted() -> bytes:
    data = bytearray(packed(parts()))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def utf16_doctype() -> bytes:
    return with_part("xl/theme.xml", "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>".encode("utf-16"))


def doctype_across_chunks() -> bytes:
    return with_part("xl/theme.xml", "<!--" + "x" * (1024 * 1024 - 10) + "--><!DOCTYPE a><a/>")


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE a [<!ENTITY l0 "ha">{entities}]>' + sheet_xml(f'<row r="1">{text_cell("A1", "&l11;")}</row>')


def lying_count() -> bytes:
    """Says it holds four thousand million strings."""
    relation = f'<Relationship Id="rId2" Type="{RELATION}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    strings = f'<sst xmlns="{MAIN}" count="1" uniqueCount="4294967295"><si><t>a</t></si></sst>'
    rels = RELS.replace("</Relationships>", relation)
    return packed({**parts(), "xl/sharedStrings.xml": strings, "xl/_rels/workbook.xml.rels": rels})


def duplicated() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in [*parts().items(), (SHEET.upper(), "x")]:
            archive.writestr(name, content)
    return target.getvalue()


def external_relation() -> bytes:
    return with_part(
        "xl/worksheets/_rels/sheet1.xml.rels",
        f'<Relationships><Relationship Id="r1" Type="{RELATION}/image" TargetMode="External" Target="http://x.invalid/a"/>'
        "</Relationships>",
    )


def package(part: str) -> bytes:
    return packed({"[Content_Types].xml": TYPES, part: "<a/>"})


# Name → (builder, a word that the sentence or its remedy must hold).
CORPUS: dict[str, tuple[Callable[[], bytes], str]] = {
    "macro": (lambda: with_part("xl/vbaProject.bin", b"\xcc\x61"), "宏"),
    "macro by type": (
        lambda: packed({**parts(), "[Content_Types].xml": TYPES.replace("sheet.main", "sheet.macroEnabled.main")}),
        "宏",
    ),
    "macro sheet": (lambda: with_part("xl/macrosheets/sheet1.xml", "<a/>"), "宏"),
    "activex": (lambda: with_part("xl/activeX/activeX1.bin"), "控件"),
    "encrypted": (lambda: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16le") + b"\0" * 600, "密码"),
    "encrypted member": (flagged_as_encrypted, "密码"),
    "bomb": (bomb, "50 MB"),
    "lying bomb": (lambda: lying_bomb(200_000_000), "50 MB"),
    "lying header": (lambda: lying_bomb(20_000), "损坏"),
    "lying count": (lying_count, "条数"),
    "overlapping members": (overlapping, "损坏"),
    "duplicate names": (duplicated, "损坏"),
    "nested zip": (lambda: with_part("xl/media/a.zip", packed(parts())), "嵌有"),
    "nested zip by content": (lambda: with_part("xl/media/image1.png", packed(parts())), "嵌有"),
    "embedded object": (lambda: with_part("xl/embeddings/oleObject1.bin", OLE), "嵌有"),
    "too many members": (lambda: packed({**parts(), **{f"xl/media/{n}.txt": "" for n in range(2001)}}), "部件过多"),
    "huge directory": (lambda: packed({**parts(), **{f"x/{n:090}": "" for n in range(9_000)}}), "损坏"),
    "xxe": (
        lambda: packed(parts('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + sheet_xml(""))),
        "文档类型",
    ),
    "billion laughs": (lambda: packed(parts(laughs())), "文档类型"),
    "utf-16 doctype": (utf16_doctype, "损坏"),
    "doctype across chunks": (doctype_across_chunks, "文档类型"),
    "xml in disguise": (lambda: with_part("xl/sheet.bin", "<!DOCTYPE a><a/>"), "损坏"),
    "external link": (lambda: with_part("xl/externalLinks/externalLink1.xml", "<a/>"), "断开链接"),
    "external relation": (external_relation, "断开链接"),
    "external relation far down": (
        lambda: with_part(
            "xl/_rels/x.rels",
            "<Relationships>"
            + "<Relationship/>" * 100_000
            + f'<Relationship Id="r1" Type="{RELATION}/image" TargetMode="External" Target="http://x.invalid/a"/></Relationships>',
        ),
        "断开链接",
    ),
    "huge relations": (lambda: with_part("xl/_rels/x.rels", "<R>" + "<r/>" * 1_200_000 + "</R>"), "损坏"),
    "connection": (lambda: with_part("xl/connections.xml", "<a/>"), "断开链接"),
    "path traversal": (lambda: with_part("../../evil.xml", "<a/>"), "路径"),
    "absolute path": (lambda: with_part("/etc/evil.xml", "<a/>"), "路径"),
    "far cell": (lambda: with_sheet(f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'), "1048576"),
    "far column": (lambda: with_sheet(f'<row r="1">{text_cell("XFD1", "x")}</row>'), "列"),
    "million rows": (lambda: with_sheet("".join(f'<row r="{n}"/>' for n in range(1, 1_000_001))), "空行"),
    "million unnumbered rows": (lambda: with_sheet("<row><c/></row>" * 1_000_000), "空行"),
    "wide and long": (
        lambda: with_sheet(f'<row r="1">{text_cell("GR1", "x")}</row><row r="19000">{text_cell("A19000", "x")}</row>'),
        "单元格过多",
    ),
    "too many cells": (lambda: with_sheet(("<row>" + "<c/>" * 190 + "</row>") * 4_000), "单元格过多"),
    "too many styles": (lambda: with_part("xl/styles.xml", "<s>" + "<xf/>" * 4_000_000 + "</s>"), "内容过多"),
    "much in many parts": (
        lambda: packed({**parts(), **{f"xl/theme/t{n}.xml": "<s>" + "<a/>" * 400_000 + "</s>" for n in range(25)}}),
        "内容过多",
    ),
    "many attributes": (
        lambda: with_part(
            "xl/styles.xml", "<s>" + ("<a" + "".join(f' b{n}=""' for n in range(1_500)) + "/>") * 3_000 + "</s>"
        ),
        "内容过多",
    ),
    "endless text": (lambda: with_sheet(f'<row r="1">{text_cell("B1", "啊" * 10_000_000)}</row>'), "B1"),
    "long tag": (lambda: with_part("xl/styles.xml", f'<s a="{"x" * 30_000_000}"/>'), "异常长"),
    "sheet under another root": (
        lambda: with_part(
            "xl/x.xml", f'<x><sheetData><row r="1048576">{text_cell("XFD1048576", "x")}</row></sheetData></x>'
        ),
        "1048576",
    ),
    "two sheets of one name": (
        lambda: packed(
            {
                **parts(),
                "xl/workbook.xml": WORKBOOK.replace("<sheets>", '<sheets><sheet name="名册" sheetId="2" r:id="rId1"/>'),
            }
        ),
        "损坏",
    ),
    "another workbook part": (
        lambda: packed({**parts(), "_rels/.rels": FRAME.replace("workbook.xml", "book.xml")}),
        "损坏",
    ),
    "bad reference": (lambda: with_sheet('<row r="1"><c r="R1C1"/></row>'), "位置"),
    "many merges": (
        lambda: with_sheet("", after="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 30_000 + "</mergeCells>"),
        "合并",
    ),
    "malformed xml": (lambda: packed(parts("<worksheet><a></worksheet>")), "损坏"),
    "no relations": (
        lambda: packed({k: v for k, v in parts().items() if k != "xl/_rels/workbook.xml.rels"}),
        "损坏",
    ),
    "no sheet": (lambda: packed({k: v for k, v in parts().items() if k != SHEET}), "没有工作表"),
    "pdf": (lambda: b"%PDF-1.7\n" + b"x" * 999, "PDF"),
    "exe": (lambda: b"MZ\x90\0" + b"\0" * 999, "程序"),
    "doc": (lambda: OLE + b"\0" * 600 + "WordDocument".encode("utf-16le"), "Word"),
    "docx": (lambda: package("word/document.xml"), "Word"),
    "pptx": (lambda: package("ppt/presentation.xml"), "演示"),
    "xlsb": (lambda: package("xl/workbook.bin"), "xlsb"),
    "xls": (lambda: OLE + b"\0" * 600 + "Workbook".encode("utf-16le"), "另存为"),
    "csv": (lambda: "姓名,性别\n张三,男\n".encode(), "CSV"),
    "html": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "图片"),
    "rar": (lambda: b"Rar!\x1a\x07" + b"\0" * 99, "压缩包"),
    "noise": (lambda: bytes(range(256)) * 20, "不是 Excel"),
    "truncated": (lambda: packed(parts())[:-200], "损坏"),
    "zip of nothing": (lambda: packed({"a.txt": "x"}), "不是 Excel"),
    "no content types": (
        lambda: packed({k: v for k, v in parts().items() if k != "[Content_Types].xml"}),
        "不是 Excel",
    ),
    "empty": (lambda: b"", "空的"),
    "too large": (lambda: b"PK\x03\x04" + b"x" * (5 * 1024 * 1024 + 1), "5 MB"),
}
