"""From a sheet and its matched columns to rows of values and faults; what is skipped is said by name."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from branches.imports.columns import Column, columns_of
from branches.imports.heads import Head
from branches.imports.values import MonthOnly, read_value
from core.xlsx.cells import CellError, as_text
from core.xlsx.template import is_filler

FOOTERS = (
    "合计",
    "总计",
    "小计",
    "填报人",
    "审核人",
    "负责人",
    "填表人",
    "制表",
    "说明",
    "注：",
    "注:",
    "联系电话",
    "备注：",
)
SPREAD = ("branch", "group", "parent")  # one merged cell may stand for all the rows beside it


@dataclass(slots=True)
class CellFault:
    """One fault of one row: sheet column, field name, what stood there, what is wrong, what to do."""

    column: str
    label: str
    value: str
    message: str
    remedy: str
    is_warning: bool = False


@dataclass(slots=True)
class ReadRow:
    """One row of the roster: typed values by field (only those filled) and the faults of its cells."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return any(not fault.is_warning for fault in self.faults)


@dataclass(slots=True)
class Roster:
    """All rows below a head, and notes on what was not read."""

    rows: list[ReadRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)  # field → column letter


def read_roster(sheet: Any, head: Head, columns: dict[str, str], kind: str) -> Roster:
    """Every row below the head, through the matched columns (letter → field)."""
    used = {letter: key for letter, key in columns.items() if key and letter not in sheet.hidden_columns}
    known = columns_of(kind)
    roster = Roster(letters={key: letter for letter, key in used.items()}, notes=_notes(sheet, head, columns))
    spread = _spread_values(sheet, head)
    for row in sheet.rows[head.row + head.height - 1 :]:
        if row.is_blank or is_filler(row.cells[0].value) or _is_footer(row) or _is_head_again(row, head):
            continue
        read = _read_row(row, used, known, spread)
        if row.number in sheet.hidden_rows:
            read.faults.insert(
                0, CellFault("", "整行", "", "这一行被隐藏或筛选掉了，不导入。", "请取消隐藏和筛选后重新上传。")
            )
        if read.values or read.faults:
            roster.rows.append(read)
    return roster


def _read_row(row: Any, used: dict[str, str], known: dict[str, Column], spread: dict[tuple[int, str], Any]) -> ReadRow:
    read = ReadRow(row.number)
    for cell in row.cells:
        column = known.get(used.get(cell.column_letter, ""))
        if column is None:
            continue
        raw, merged = cell.value, (row.number, cell.column_letter)
        if cell.is_formula:
            read.faults.append(_fault(cell, column, raw, "这一格是公式。", "请复制后“选择性粘贴—值”再上传。"))
            continue
        if merged in spread and column.key in SPREAD:
            raw = spread[merged]
        elif merged in spread:
            read.faults.append(_fault(cell, column, raw, "这一格与别的行合并了。", "请取消合并，每名一行逐格填写。"))
            continue
        _take(read, cell, column, raw)
    return read


def _take(read: ReadRow, cell: Any, column: Column, raw: Any) -> None:
    try:
        value = read_value(raw, column)
    except CellError as error:
        read.faults.append(_fault(cell, column, raw, error.message, error.remedy))
        return
    if value is not None:
        read.values[column.key] = value
    elif column.is_required:
        read.faults.append(_fault(cell, column, "", f"{column.label}没有填写。", "请补填。"))


def _fault(cell: Any, column: Column, raw: Any, message: str, remedy: str) -> CellFault:
    return CellFault(cell.column_letter, column.label, shown(column.kind, raw), message, remedy)


def shown(kind: str, raw: Any) -> str:
    """A value as a fault may quote it: of personal numbers only the ends."""
    text = as_text(raw)[:40]
    if kind in ("id", "phone") and len(text) > 7:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    return text


def _notes(sheet: Any, head: Head, columns: dict[str, str]) -> list[str]:
    notes = []
    unread = [f"{letter} 列“{label}”" for letter, label in head.labels.items() if label and not columns.get(letter)]
    hidden = [f"{letter} 列“{head.labels.get(letter, '')}”" for letter in sheet.hidden_columns if columns.get(letter)]
    if unread:
        notes.append(f"没有读取：{'、'.join(unread)}。")
    if hidden:
        notes.append(f"隐藏的列没有读取：{'、'.join(hidden)}。要导入请先取消隐藏。")
    if len(sheet.sheet_names) > 1:
        others = "、".join(name for name in sheet.sheet_names if name != sheet.name)
        notes.append(f"只读取工作表“{sheet.name}”；没有读取：{others}。"[:200])
    return notes


def _spread_values(sheet: Any, head: Head) -> dict[tuple[int, str], Any]:
    """(row, letter) → value for every place in a block that is merged over several rows below the head."""
    places: dict[tuple[int, str], Any] = {}
    for reference in sheet.merged:
        first, _, last = reference.partition(":")
        letter = first.rstrip("0123456789")
        top, bottom = int(first[len(letter) :]), int(last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if top >= head.row + head.height and bottom > top and last.startswith(letter):
            value = sheet.merged_value(top, letter)
            places.update({(row, letter): value for row in range(top, min(bottom, len(sheet.rows)) + 1)})
    return places


def _is_footer(row: Any) -> bool:
    filled = [as_text(cell.value) for cell in row.cells if cell.value is not None]
    return bool(filled) and len(filled) <= 6 and filled[0].replace(" ", "").startswith(FOOTERS)


def _is_head_again(row: Any, head: Head) -> bool:
    """The head printed once more in the middle of a long roster."""
    filled = {cell.column_letter: as_text(cell.value) for cell in row.cells if cell.value is not None}
    return len(filled) > 2 and all(head.labels.get(letter) == text for letter, text in filled.items())


def pack(roster: Roster) -> dict[str, Any]:
    """The roster as JSON can keep it; days as {"d": "2026-08-05"}, months as {"m": "2026-08-01"}."""
    rows = [
        {
            "n": row.number,
            "v": {key: _packed(value) for key, value in row.values.items()},
            "f": [asdict(fault) for fault in row.faults],
        }
        for row in roster.rows
    ]
    return {"rows": rows, "notes": roster.notes, "letters": roster.letters}


def unpack(packed: dict[str, Any]) -> Roster:
    """What `pack` made, as it was."""
    rows = [
        ReadRow(
            item["n"],
            {key: _unpacked(value) for key, value in item["v"].items()},
            [CellFault(**fault) for fault in item["f"]],
        )
        for item in packed["rows"]
    ]
    return Roster(rows, packed["notes"], packed["letters"])


def _packed(value: Any) -> Any:
    if isinstance(value, date):
        return {"m" if isinstance(value, MonthOnly) else "d": value.isoformat()}
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        return MonthOnly.fromisoformat(value["m"]) if "m" in value else date.fromisoformat(value["d"])
    return value
