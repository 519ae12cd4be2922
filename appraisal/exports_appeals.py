"""The workbook of appeals: 申诉办理情况."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

from appraisal.models import Appeal
from core.periods import Month
from core.periods import today as today_of
from core.xlsx.write import Column, Sheet, workbook_file

COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("branch", "党支部", 18),
    Column("month", "得分月份", 12),
    Column("label", "申诉事项", 28, wrap=True),
    Column("figure", "申诉时得分", 14, "center"),
    Column("ground", "理由", 36, wrap=True),
    Column("wanted", "请求", 22, wrap=True),
    Column("filed_on", "提出", 12, "date"),
    Column("reply_until", "答复期限", 12, "date"),
    Column("state", "结论", 10, "center"),
    Column("answer", "答复理由", 36, wrap=True),
    Column("answered_by", "答复人", 10),
    Column("mended", "更正", 26, wrap=True),
)


def appeals_workbook(appeals: Iterable[Appeal], *, unit_line: str) -> IO[bytes]:
    """申诉办理情况 of exactly these appeals, in their order."""
    rows = [appeal_line(row, number) for number, row in enumerate(appeals, start=1)]
    return workbook_file(Sheet(title="申诉办理情况", columns=COLUMNS, rows=rows, unit_line=unit_line))


def appeal_line(row: Appeal, number: int) -> dict[str, Any]:
    """One appeal as the page shows it."""
    return {
        "number": number,
        "branch": row.branch.short_name,
        "month": Month.from_key(row.month).label,
        "label": row.label,
        "figure": row.figure,
        "ground": row.ground,
        "wanted": row.wanted,
        "filed_on": today_of(row.filed_at),
        "reply_until": row.reply_until,
        "state": row.get_state_display(),
        "answer": row.answer,
        "answered_by": row.answered_by.display_name if row.answered_by else "",
        "mended": row.mend_note,
    }
