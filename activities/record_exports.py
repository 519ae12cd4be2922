"""The workbook of the list of records: exactly the rows and columns of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

from activities.models import Participation, ParticipationState
from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_file

COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("held_on", "日期", 12, "date"),
    Column("branch", "支部", 18),
    Column("title", "名称", 36, wrap=True),
    Column("kind", "类型", 20),
    Column("host", "主持人", 10),
    Column("expected", "应到", 7, "int", total=True),
    Column("present", "实到", 7, "int", total=True),
    Column("state", "状态", 14),
)


def records_workbook(rows: Iterable[Participation], *, unit_line: str) -> IO[bytes]:
    """组织生活记录 of these rows, streamed."""
    return workbook_file(Sheet(title="组织生活记录", columns=COLUMNS, rows=_lines(rows), unit_line=unit_line))


def _lines(rows: Iterable[Participation]) -> Iterator[dict[str, Any]]:
    for number, share in enumerate(rows, start=1):
        activity = share.activity
        is_counted = activity.kind.shape == "gathering" and share.expected
        yield {
            "number": number,
            "held_on": share.held_on,
            "branch": share.branch.short_name,
            "title": activity.title,
            "kind": f"{activity.kind.name}{f'（{activity.group.short_name}）' if activity.group else ''}",
            "host": activity.host,
            "expected": share.expected if is_counted else None,
            "present": share.present if is_counted else None,
            "state": _state(share),
        }


def _state(share: Participation) -> str:
    """The words of the page: where it stands, late, on behalf."""
    activity = share.activity
    is_open = share.state != ParticipationState.CONFIRMED
    words = [share.get_state_display() if is_open else activity.get_state_display()]
    words += ["补报"] if activity.is_late else []
    words += ["代录"] if activity.on_behalf else []
    return "、".join(words)
