"""民主评议汇总: of a year by branch, and of one branch by member; ballots under 5 votes stay hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from appraisal.exports_ballots import HIDDEN
from appraisal.models import AppraisalGrade, DemocraticAppraisal
from appraisal.rules.democratic import excellent_limit
from appraisal.selectors.democratic import PersonLine
from assessment.exports import unit_line
from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_file

NAMES = {grade.value: str(grade.label) for grade in AppraisalGrade}


def year_sheet(rows: Iterable[DemocraticAppraisal], *, year: int, on: date) -> Sheet:
    """One line per branch: people, graded, by grade, the limit of 优秀, when it was held, how far it is."""
    return Sheet(
        title=f"{year}年度民主评议党员汇总表",
        name=f"{year}年度",
        unit_line=unit_line("", on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("branch", "党支部", 22),
            Column("members", "参加评议", 10, "int", total=True),
            Column("full", "评定等次", 10, "int", total=True),
            *(Column(code, name, 10, "int", group="等次", total=True) for code, name in NAMES.items()),
            Column("limit", "优秀名额", 10, "int"),
            Column("held_on", "召开日期", 12, "date"),
            Column("body", "评定机构", 16),
            Column("state", "状态", 10, "center"),
        ),
        rows=_year_rows(rows),
        notes=["优秀不超过党员总数的三分之一；预备党员参加评议，不评定等次。"],
        freeze_columns=2,
    )


def branch_sheet(appraisal: DemocraticAppraisal, lines: Sequence[PersonLine], *, on: date) -> Sheet:
    """One line per member: self-appraisal, votes by grade, proposal, decision."""
    return Sheet(
        title=f"{appraisal.branch.name}{appraisal.year}年度民主评议党员汇总表",
        name="民主评议汇总",
        unit_line=unit_line(appraisal.branch.name, on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("name", "姓名", 12),
            Column("self", "自评", 10, "center"),
            *(Column(code, name, 9, "center", group="民主测评票数") for code, name in NAMES.items()),
            Column("proposed", "支委会建议", 12, "center"),
            Column("grade", "评定等次", 12, "center"),
            Column("reason", "备注", 30, wrap=True),
        ),
        rows=_branch_rows(lines),
        notes=[f"无记名测评，不足5票的不显示（{HIDDEN}）；预备党员不评定等次。{appraisal.get_state_display()}。"],
        freeze_columns=2,
    )


def year_workbook(rows: Iterable[DemocraticAppraisal], *, year: int, on: date) -> Any:
    """The year's sheet as a file."""
    return workbook_file(year_sheet(rows, year=year, on=on))


def branch_workbook(appraisal: DemocraticAppraisal, lines: Sequence[PersonLine], *, on: date) -> Any:
    """The branch's sheet as a file."""
    return workbook_file(branch_sheet(appraisal, lines, on=on))


def _year_rows(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, start=1):
        yield {
            "number": number,
            "branch": row.branch.short_name,
            "members": row.members,
            "full": row.full,
            **{code: getattr(row, code) for code in NAMES},
            "limit": excellent_limit(row.members),
            "held_on": row.held_on,
            "body": row.get_decided_by_display(),
            "state": row.get_state_display(),
        }


def _branch_rows(lines: Sequence[PersonLine]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        person, counts = line.person, line.result.counts if line.result else {}
        blank = HIDDEN if line.result else ""
        yield {
            "number": number,
            "name": person.name,
            "self": person.get_self_grade_display() or ("已自评" if person.self_on else ""),
            **{code: str(counts[code]) if counts else blank for code in NAMES},
            "proposed": person.get_proposed_grade_display(),
            "grade": person.get_grade_display() if person.is_graded else "预备党员",
            "reason": person.reason,
        }
