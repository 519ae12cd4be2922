"""存证核对：查一份由党建考核平台导出的表格，看数据格是否与“存证”工作表一致。

用法： python3 check_form.py 表格.xlsx [平台上登记的存证摘要]
不联网，只用 Python 3.9 以上自带的功能。全部一致时退出码为 0，有改动为 1，文件不能核对为 2。
只核对存证表列出的数据格；标题、格式、公式的结果不在其内。改了数据又同时改了存证表的，
只有与平台“导出记录”里的存证摘要比较才查得出来，所以请把那一串也写在命令后面。
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import sys
import zipfile
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from xml.etree import ElementTree

SHEET = "存证"
HEADS = ("表格", "版次", "原表摘要", "填报对象", "期间")  # what the digest covers besides the figures
DIGEST = "存证摘要"
COLUMNS = ("序号", "工作表", "单元格", "字段", "内容", "核对值", "来源", "链接")
LARGEST = 60 * 1024 * 1024
PLACES = Decimal("0.000001")


class Line(NamedTuple):
    """One figure: where it stands, what it is, and its value in the one writing that is compared."""

    sheet: str
    address: str
    field: str
    value: str


class CannotCheck(Exception):
    """The file is no workbook with a 存证 sheet."""


def canonical(kind: str, text: str) -> str:
    """A cell's content in the one writing that is compared: n: for numbers (6 places), s: for words, empty for nothing."""
    if text == "":
        return ""
    if kind != "n":
        return "s:" + text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    try:
        number = Decimal(text).quantize(PLACES).normalize()
    except InvalidOperation:
        return "s:" + text
    return f"n:{number:f}" if number else "n:0"


def digest_of(heads: dict[str, str], lines: list[Line]) -> str:
    """SHA-256 over the heads and all figures in their order."""
    parts = [f"{name}\t{heads.get(name, '')}" for name in HEADS]
    parts += [f"{line.sheet}!{line.address}\t{line.field}\t{line.value}" for line in lines]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


class Workbook:
    """The cells of a workbook as they are stored."""

    def __init__(self, source: object) -> None:
        try:
            self.file = zipfile.ZipFile(source)  # type: ignore[arg-type] -- a path or an open file
        except (zipfile.BadZipFile, OSError) as error:
            raise CannotCheck("打不开这个文件，不是 .xlsx 工作簿。") from error
        if sum(part.file_size for part in self.file.infolist()) > LARGEST:
            raise CannotCheck("文件展开后过大。")
        self.words = [_text_of(item) for item in self._root("xl/sharedStrings.xml", "si")]
        self.parts = self._sheets()
        self._read: dict[str, dict[str, tuple[str, str]]] = {}

    def cells(self, sheet: str) -> dict[str, tuple[str, str]]:
        """Address → (kind, text) of one sheet."""
        if sheet not in self._read:
            if sheet not in self.parts:
                raise CannotCheck(f"文件里没有工作表“{sheet}”。")
            found = (self._cell(cell) for cell in self._root(self.parts[sheet], "c"))
            self._read[sheet] = dict(found)
        return self._read[sheet]

    def value(self, sheet: str, address: str) -> str:
        """One cell in the writing that is compared."""
        return canonical(*self.cells(sheet).get(address, ("s", "")))

    def _cell(self, cell: ElementTree.Element) -> tuple[str, tuple[str, str]]:
        kind, text = cell.get("t", "n"), ""
        for part in cell:
            name = _local(part)
            if name == "v":
                text = part.text or ""
            elif name == "is":
                text = _text_of(part)
        if kind == "s" and text.isdigit() and int(text) < len(self.words):
            text = self.words[int(text)]
        return cell.get("r", ""), ("n" if kind == "n" else "s", text)

    def _sheets(self) -> dict[str, str]:
        targets = {}
        for relation in self._root("xl/_rels/workbook.xml.rels", "Relationship"):
            target = posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
            targets[relation.get("Id", "")] = target
        found = {}
        for sheet in self._root("xl/workbook.xml", "sheet"):
            relation = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            found[sheet.get("name", "")] = targets.get(relation, "")
        return found

    def _root(self, part: str, name: str) -> list[ElementTree.Element]:
        try:
            content = self.file.read(part)
        except KeyError:
            return []
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise CannotCheck("文件里有不允许的内容。")
        return [element for element in ElementTree.fromstring(content).iter() if _local(element) == name]


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text_of(element: ElementTree.Element) -> str:
    """The words of a shared or inline string; readings of characters (rPh) are not part of them."""
    pieces = []
    for part in element:
        if _local(part) == "t":
            pieces.append(part.text or "")
        elif _local(part) == "r":
            pieces += [run.text or "" for run in part if _local(run) == "t"]
    text = "".join(pieces)
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


class Proof(NamedTuple):
    """What the 存证 sheet says."""

    heads: dict[str, str]
    digest: str
    lines: list[Line]


def read_proof(book: Workbook) -> Proof:
    """The 存证 sheet of a workbook."""
    cells = {address: text for address, (_, text) in book.cells(SHEET).items()}
    last = max((int(re.sub(r"\D", "", address) or 0) for address in cells), default=0)
    heads, lines, in_table = {}, [], False
    for row in range(1, last + 1):
        first = cells.get(f"A{row}", "")
        if in_table and first:
            lines.append(Line(*(cells.get(f"{column}{row}", "") for column in "BCDF")))
        elif first == COLUMNS[0]:
            in_table = True
        elif first:
            heads[first] = cells.get(f"B{row}", "")
    if not heads.get(DIGEST) or not lines:
        raise CannotCheck("“存证”工作表不完整，不能核对。")
    return Proof(heads, heads[DIGEST], lines)


def check(source: object, registered: str = "") -> list[str]:
    """What is wrong with the workbook, the first altered cell first; empty if all is as it was handed out."""
    book = Workbook(source)
    proof = read_proof(book)
    found = []
    for line in proof.lines:
        now = book.value(line.sheet, line.address)
        if now != line.value:
            found.append(
                f"“{line.sheet}”{line.address}（{line.field}）已改动：存证为“{_words(line.value)}”，现在是“{_words(now)}”。"
            )
    if digest_of(proof.heads, proof.lines) != proof.digest:
        found.append("“存证”工作表本身已改动：所列内容与存证摘要不符。")
    if registered and registered.strip().lower() != proof.digest.lower():
        found.append("存证摘要与平台登记的不同：不是平台导出的那一份，或数据和存证表被一起改过。")
    return found


def _words(value: str) -> str:
    return value[2:] if value else "空"


def _say(words: str | None) -> None:
    sys.stdout.write(f"{words}\n")


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        _say(__doc__)
        return 2
    try:
        found = check(arguments[0], arguments[1] if len(arguments) == 2 else "")
    except CannotCheck as error:
        _say(f"不能核对：{error}")
        return 2
    except ElementTree.ParseError:
        _say("不能核对：文件已损坏。")
        return 2
    for line in found:
        _say(line)
    if not found:
        _say("一致：所有数据格与存证相符。" + ("" if len(arguments) == 2 else "（没有与平台登记的摘要比较）"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
