"""Sheets of frozen periods and of restatements, over the pages' own selectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from assessment.exports import unit_line
from assessment.models import PeriodSnapshot, Restatement
from assessment.selectors.periods import PeriodLine
from branches.models import Organisation
from core.periods import Month, today
from core.xlsx.write import Column, Sheet


def period_sheet(root: Organisation, snapshot: PeriodSnapshot, lines: list[PeriodLine], *, on: date) -> Sheet:
    """Every branch of a period: months, before, after and the change; the snapshot before beside it."""
    months = snapshot.period.months
    return Sheet(
        title=f"{root.name}{snapshot.period.label}支部考核得分表",
        name="期间得分",
        unit_line=unit_line(root.name, on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("name", "党支部", 22),
            *(Column(str(month), f"{month.number}月", 9, "points", group="各月累计得分") for month in months),
            Column("before", "期初", 9, "points"),
            Column("score", "期末", 9, "points"),
            Column("change", "本期增减", 10, "points"),
            Column("old", "上次定格", 10, "points"),
        ),
        rows=_period_rows(lines),
        notes=[f"第{snapshot.revision}次定格，{today(snapshot.taken_at).isoformat()}，摘要{snapshot.digest}。"],
        freeze_columns=2,
    )


def _period_rows(lines: list[PeriodLine]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        yield {
            "number": number,
            "name": line.row.branch.short_name,
            "before": _points(line.row.before),
            "score": _hundredths(line.row.shown),
            "change": _points(line.row.change),
            "old": _hundredths(line.old.shown) if line.old else None,
            **{str(month): _hundredths(shown) for month, shown in line.months},
        }


def restatement_sheet(root: Organisation, rows: Iterable[Restatement], *, on: date) -> Sheet:
    """Old and new figures with reason, person and time."""
    return Sheet(
        title=f"{root.name}考核得分更正一览表",
        name="更正",
        unit_line=unit_line(root.name, on),
        columns=(
            Column("month", "月份", 12, "center"),
            Column("name", "党支部", 22),
            Column("old", "原得分", 10, "points"),
            Column("new", "更正后", 10, "points"),
            Column("reason", "原因", 40, wrap=True),
            Column("by", "经办", 12),
            Column("at", "时间", 18, "center"),
        ),
        rows=(_restatement_row(row) for row in rows),
        freeze_columns=2,
    )


def _restatement_row(row: Restatement) -> dict[str, Any]:
    return {
        "month": Month.from_key(row.month).label,
        "name": row.branch.short_name,
        "old": _hundredths(row.old_figure),
        "new": _hundredths(row.new_figure),
        "reason": row.reason,
        "by": str(row.restated_by or "系统"),
        "at": today(row.restated_at).isoformat(),
    }


def _points(millionths: int | None) -> Decimal | None:
    return None if millionths is None else Decimal(millionths).scaleb(-6)


def _hundredths(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-2)
