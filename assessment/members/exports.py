"""学分统计表 of a branch (domain.md §7.2), over the table of its page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from assessment.selectors.member_table import MemberTable
from assessment.selectors.scoreboard import window_label
from core.xlsx.sheet import Column, Sheet


def credits_sheet(table: MemberTable, *, on: date) -> Sheet:
    """学分统计表: class, required and elective credits, collective hours, total, minimum, whether it is met."""
    return Sheet(
        title=f"{table.branch.name}{window_label(table.month)}学分统计表",
        name="学分统计表",
        unit_line=f"填报单位（盖章）：{table.branch.name}    填报日期：{on.year}年{on.month}月{on.day}日    单位：学分、学时",
        columns=(
            Column("number", "序号", 6, "int"),
            Column("name", "姓名", 12),
            Column("class", "类别", 26, wrap=True),
            Column("required", "必修", 10, "number", total=True),
            Column("elective", "选修", 10, "number", total=True),
            Column("hours", "集中学时", 10, "number", total=True),
            Column("credits", "总学分", 10, "number", total=True),
            Column("minimum", "最低", 10, "number"),
            Column("met", "达标", 10, "center"),
        ),
        rows=_rows(table),
        totals={
            name: sum(getattr(row, name) for row in table.rows) for name in ("required", "elective", "hours", "credits")
        },
        notes=[
            f"{table.scheme_label}；只计已审核的；最低学分按在册月数折算，向上取整；达标指学分和集中学时都达到全年最低要求。"
        ],
        freeze_columns=2,
    )


def _rows(table: MemberTable) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(table.rows, start=1):
        yield {
            "number": number,
            "name": row.name,
            "class": f"{row.class_code} {row.class_name}",
            "required": row.required,
            "elective": row.elective,
            "hours": row.hours,
            "credits": row.credits,
            "minimum": row.minimum,
            "met": "达标" if row.is_met else "未达标",
        }
