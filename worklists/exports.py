"""The workbook of the list: 整改事项清单."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import IO, Any

from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_file
from worklists.models import Item, ItemState
from worklists.rules import days_words

COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("branch", "责任单位", 18),
    Column("kind", "清单", 14),
    Column("title", "事项", 28, wrap=True),
    Column("demand", "整改要求", 36, wrap=True),
    Column("owner", "责任人", 10),
    Column("due_on", "时限", 12, "date"),
    Column("done_on", "报完成", 12, "date"),
    Column("files", "佐证", 7, "int"),
    Column("state", "进度", 14),
    Column("origin", "来源", 28, wrap=True),
)


def items_workbook(items: Iterable[Item], *, today: date, unit_line: str) -> IO[bytes]:
    """整改事项清单 of exactly these items, in their order."""
    rows = [item_line(item, number, today) for number, item in enumerate(items, start=1)]
    return workbook_file(Sheet(title="整改事项清单", columns=COLUMNS, rows=rows, unit_line=unit_line))


def item_line(item: Item, number: int, today: date) -> dict[str, Any]:
    """One item as the page shows it."""
    words = days_words(item.state, item.due_on, today)
    late = "（逾期）" if item.is_late else f"（{words}）" if words else ""
    return {
        "number": number,
        "branch": item.branch.short_name,
        "kind": item.kind_word,
        "title": item.title,
        "demand": item.demand,
        "owner": item.owner.display_name if item.owner else "支部书记",
        "due_on": item.due_on,
        "done_on": item.done_on,
        "files": item.file_count,  # type: ignore[attr-defined] -- annotated by the selector
        "state": ItemState(item.state).label + late,
        "origin": item.origin_label,
    }
