"""The office sheet of visits: the rows of the page in their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http.response import HttpResponseBase

from branches.models import PatchVisit
from branches.permissions import Viewer
from core import audit
from core.http import download
from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_file

COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("visited_on", "走访日期", 12, "date"),
    Column("leader", "包片领导", 12),
    Column("branch", "党支部", 20),
    Column("seen", "了解到的情况", 46, wrap=True),
    Column("promises", "答应的事", 40, wrap=True),
    Column("open", "未办结", 8, "int", total=True),
)


def visits_sheet(viewer: Viewer, rows: Iterable[PatchVisit]) -> HttpResponseBase:
    """包片走访记录 of these visits."""
    sheet = Sheet(
        title="包片走访记录",
        unit_line=f"填报日期：{viewer.today.year}年{viewer.today.month}月{viewer.today.day}日",
        columns=COLUMNS,
        rows=(_row(number, visit) for number, visit in enumerate(rows, start=1)),
    )
    if viewer.user is not None:
        audit.record(actor=viewer, action="export", target=viewer.user, summary="导出包片走访记录")
    return download(workbook_file(sheet), f"包片走访记录_{viewer.today:%Y%m%d}.xlsx")


def _row(number: int, visit: PatchVisit) -> dict[str, Any]:
    promises = list(visit.promises.all())
    return {
        "number": number,
        "visited_on": visit.visited_on,
        "leader": str(visit.leader),
        "branch": visit.branch.short_name,
        "seen": visit.seen,
        "promises": "；".join(f"{one.words}（{one.outcome or '未办结'}）" for one in promises),
        "open": sum(one.settled_on is None for one in promises),
    }
