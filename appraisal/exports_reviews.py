"""述职评议汇总: name, votes by grade, votes, overall (domain.md §7.2), with the reports' state beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from appraisal.exports_ballots import HIDDEN
from appraisal.models import AccountabilityReview
from appraisal.rules.ballots import MARKS
from appraisal.selectors.accountability import ReportLine
from assessment.exports import unit_line
from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_file


def review_sheet(review: AccountabilityReview, lines: Sequence[ReportLine], *, on: date) -> Sheet:
    """The table of a year as the page shows it."""
    return Sheet(
        title=f"{review.root.name}{review.year}年度党支部书记述职评议汇总表",
        name=f"{review.year}年度",
        unit_line=unit_line(review.root.name, on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("name", "姓名", 12),
            Column("branch", "党支部", 22),
            Column("state", "报告", 12, "center"),
            Column("sent_on", "报送日期", 12, "date"),
            *(Column(choice.code, choice.name, 8, "center", group="测评票数") for choice in MARKS),
            Column("votes", "票数", 8, "center"),
            Column("mean", "测评得分", 10, "points"),
            Column("grade", "综合", 8, "center"),
            Column("comment", "机关党委点评", 36, wrap=True),
        ),
        rows=_rows(lines),
        notes=[f"无记名测评，收回率不足的无效，不足5票的不显示（{HIDDEN}）。"],
        freeze_columns=3,
    )


def review_workbook(review: AccountabilityReview, lines: Sequence[ReportLine], *, on: date) -> Any:
    """The sheet as a file for `core.http.download`."""
    return workbook_file(review_sheet(review, lines, on=on))


def _rows(lines: Sequence[ReportLine]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        report, result = line.report, line.result
        counts = result.counts if result and result.counts else {}
        blank = HIDDEN if result else ""
        yield {
            "number": number,
            "name": report.member.name,
            "branch": report.branch.short_name,
            "state": report.get_state_display() + ("（逾期）" if report.is_late else ""),
            "sent_on": report.first_sent_on,
            **{choice.code: str(counts[choice.code]) if counts else blank for choice in MARKS},
            "votes": blank if result is None or result.votes is None else str(result.votes),
            "mean": result.mean if result and result.is_valid else None,
            "grade": line.grade_name,
            "comment": report.comment if line.shows_outcome else "",
        }
