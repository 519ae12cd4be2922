"""The workbook of a round: 检查发现问题及整改情况, and the summary by branch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Any

from appraisal.models import Finding, Inspection, InspectionRound
from assessment.exports import unit_line
from core.xlsx.write import Column, Sheet, workbook_file

FINDING_COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("branch", "党支部", 18),
    Column("item", "小项", 22),
    Column("severity", "程度", 8, "center"),
    Column("text", "问题", 34, wrap=True),
    Column("record", "抽查记录", 26, wrap=True),
    Column("demand", "整改要求", 30, wrap=True),
    Column("due_on", "整改期限", 12, "date"),
    Column("done_on", "报完成", 12, "date"),
    Column("state", "整改情况", 12),
    Column("found_by", "检查人", 10),
)
BRANCH_COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("branch", "党支部", 18),
    Column("inspector", "检查人", 10),
    Column("population", "记录总数", 9, "int", total=True),
    Column("records", "抽查", 7, "int", total=True),
    Column("findings", "问题", 7, "int", total=True),
    Column("score", "日常得分", 10, "points"),
    Column("state", "状态", 10),
    Column("conclusion", "检查结论", 46, wrap=True),
)


def round_workbook(
    found: InspectionRound, inspections: list[Inspection], findings: list[Finding], *, on: date
) -> IO[bytes]:
    """Two tabs: the findings with their corrections, and the branches; the seed stands below."""
    notes = [f"抽取种子：{found.seed}；数据截止日：{found.cut_off.isoformat()}。"]
    notes += [f"结果摘要：{found.digest}"] if found.digest else []
    line = unit_line(found.root.name, on)
    return workbook_file(
        Sheet(
            title=f"{found.title}发现问题及整改情况",
            name="问题",
            columns=FINDING_COLUMNS,
            rows=_finding_rows(findings),
            unit_line=line,
            notes=notes,
        ),
        Sheet(
            title=f"{found.title}支部情况",
            name="支部",
            columns=BRANCH_COLUMNS,
            rows=_branch_rows(inspections),
            unit_line=line,
            notes=notes,
        ),
    )


def _finding_rows(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(findings, start=1):
        item = row.item  # type: ignore[attr-defined] -- given by with_items
        yield {
            "number": number,
            "branch": row.inspection.branch.short_name,
            "item": f"{row.item_code} {row.item_name}",
            "severity": row.get_severity_display(),
            "text": row.text,
            "record": row.record.label if row.record else "",
            "demand": row.demand,
            "due_on": item.due_on if item else row.due_on,
            "done_on": item.done_on if item else None,
            "state": item.get_state_display() if item else "检查未完成",
            "found_by": row.found_by.display_name if row.found_by else "系统",
        }


def _branch_rows(inspections: Iterable[Inspection]) -> Iterator[dict[str, Any]]:
    for one in inspections:
        yield {
            "number": one.place,
            "branch": one.branch.short_name,
            "inspector": one.inspector.display_name if one.inspector else "",
            "population": len(one.population),
            "records": one.record_count,  # type: ignore[attr-defined] -- annotated by the selector
            "findings": one.finding_count,  # type: ignore[attr-defined] -- annotated by the selector
            "score": None if one.score_hundredths is None else Decimal(one.score_hundredths).scaleb(-2),
            "state": one.get_state_display(),
            "conclusion": one.conclusion,
        }
