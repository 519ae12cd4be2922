"""One streaming look at an XML part of a workbook: positions, formulas, merges, what is hidden; no values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from core.errors import InvalidInput

REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
LONGEST_TAG = 3 * 1024 * 1024
# A reader may set memory aside for as many entries as a part says it has: four thousand million end the process.
_COUNT_NAMES = frozenset({"count", "uniqueCount"})
LARGEST_COUNT = 999_999
FALSE = (None, "0", "false")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a sheet may be before it is refused."""

    rows: int = 20_000
    columns: int = 200
    cells: int = 300_000
    area: int = 1_000_000
    work: int = 3_000_000  # of the whole file: 2 for each element, 1 for each attribute
    merges: int = 20_000
    small_part: int = 4 * 1024 * 1024


@dataclass(slots=True)
class SheetFacts:
    """What the scan saw of one part; rows and columns count from 1."""

    root: str = ""
    max_row: int = 0
    max_column: int = 0
    cells: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_spans: list[tuple[int, int]] = field(default_factory=list)

    def hidden_columns(self) -> list[str]:
        """Letters of the hidden columns that lie within the used area."""
        return [
            column_letter(number)
            for first, last in self.hidden_spans
            for number in range(first, min(last, self.max_column) + 1)
        ]


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letter(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class PartScanner:
    """Feeds one XML part through expat and keeps the facts; refuses as soon as a limit is passed."""

    def __init__(self, limits: Limits, work_left: list[int]) -> None:
        self.limits = limits
        self._work_left = work_left
        self.facts = SheetFacts()
        self._fed = 0
        self._is_sheet = False
        self._row = 0
        self._column = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._handlers = {
            "c": self._cell,
            "row": self._start_row,
            "f": self._formula,
            "col": self._columns,
            "mergeCell": self._merge,
        }

    def feed(self, chunk: bytes, *, final: bool) -> None:
        """Take the next bytes; ExpatError if they are not XML, InvalidInput if a limit is passed."""
        self._fed += len(chunk)
        self._parser.Parse(chunk, final)
        # Old expat reads an unfinished tag again from its start with every chunk: quadratic work.
        if self._fed - self._parser.CurrentByteIndex > LONGEST_TAG:
            raise InvalidInput("表格里有异常长的内容，无法读取。", remedy="请把内容按“值”粘贴进导入模板后再上传。")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._work_left[0] -= 2 + len(attributes)
        if self._work_left[0] < 0:
            raise InvalidInput("表格里的内容过多，不像是名册或台账。", remedy="请只保留需要导入的工作表和行。")
        if attributes and not _COUNT_NAMES.isdisjoint(attributes):
            _check_counts(attributes)
        local = name.rpartition(":")[2]
        if not self.facts.root:
            self.facts.root = local
            self._is_sheet = local == "worksheet"
        # Another reader may take any part with sheetData for a sheet, whatever its root is called.
        self._is_sheet = self._is_sheet or local == "sheetData"
        handler = self._handlers.get(local) if self._is_sheet else None
        if handler is not None:
            handler(attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = _int(attributes.get("r"), self._row + 1)
        self._column = 0
        if attributes.get("hidden") not in FALSE and len(self.facts.hidden_rows) < self.limits.rows:
            self.facts.hidden_rows.add(self._row)
        self._reach(self._row, 0)

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            match = REFERENCE.fullmatch(reference)
            if match is None:
                raise InvalidInput("表格里有写坏的单元格位置，无法读取。", remedy="请用 Excel 打开另存后再上传。")
            self._row, self._column = int(match[2]), column_number(match[1])
        self.facts.cells += 1
        self._reach(self._row, self._column)

    def _reach(self, row: int, column: int) -> None:
        facts, limits = self.facts, self.limits
        facts.max_row = max(facts.max_row, row)
        facts.max_column = max(facts.max_column, column)
        if row > limits.rows:
            raise InvalidInput(
                f"第 {row} 行还有内容或格式，超过了 {limits.rows} 行的上限。",
                remedy="请选中最后一条数据以下的所有空行，整行删除后保存，再上传。",
            )
        if column > limits.columns:
            raise InvalidInput(
                f"{column_letter(column)} 列还有内容或格式，超过了 {limits.columns} 列的上限。",
                remedy="请选中最后一列数据右边的所有空列，整列删除后保存，再上传。",
            )
        if facts.cells > limits.cells or facts.max_row * facts.max_column > limits.area:
            raise InvalidInput("表格里的单元格过多，不像是名册或台账。", remedy="请删去空白的行和列后再上传。")

    def _formula(self, attributes: dict[str, Any]) -> None:
        self.facts.formulas.add((self._row, self._column))

    def _columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") not in FALSE and len(self.facts.hidden_spans) < self.limits.columns:
            first = _int(attributes.get("min"), 1)
            self.facts.hidden_spans.append((first, max(first, _int(attributes.get("max"), first))))

    def _merge(self, attributes: dict[str, str]) -> None:
        if len(self.facts.merged) >= self.limits.merges:
            raise InvalidInput("表格里的合并单元格过多。", remedy="请取消合并后再上传。")
        self.facts.merged.append(attributes.get("ref", ""))


def _check_counts(attributes: dict[str, str]) -> None:
    for name in _COUNT_NAMES & attributes.keys():
        if _int(attributes[name], LARGEST_COUNT + 1) > LARGEST_COUNT:
            raise InvalidInput("文件里写明的条数不可信，已拒收。", remedy="请用 Excel 或 WPS 打开，另存后再上传。")


def _int(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 9 else otherwise
