"""Sheets of ballots: 述职评议汇总 and the results of the other polls (domain.md §7.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from appraisal.models import Poll
from appraisal.rules.ballots import scale_of
from appraisal.selectors.polls import SubjectResult
from assessment.exports import unit_line
from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_file

HIDDEN = "＊"


def poll_sheet(poll: Poll, results: Sequence[SubjectResult], *, on: date, name: str = "测评汇总") -> Sheet:
    """One line per subject: votes by grade, votes, overall grade; lines under 5 votes stay hidden."""
    is_person = poll.kind in ("accountability", "member_appraisal")
    has_mean = any(choice.points is not None for choice in scale_of(poll.kind))
    return Sheet(
        title=f"{poll.branch.name}{poll.year}年度{poll.get_kind_display()}汇总表",
        name=name,
        unit_line=unit_line(poll.branch.name, on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("label", "姓名" if is_person else "党支部", 16 if is_person else 24),
            Column("note", "所在支部" if is_person else "书记", 20),
            *(Column(choice.code, choice.name, 8, "center", group="票数") for choice in scale_of(poll.kind)),
            Column("votes", "票数", 8, "center"),
            *((Column("mean", "得分", 9, "points"), Column("overall", "综合", 8, "center")) if has_mean else ()),
            Column("handed_out", "发出", 8, "int"),
            Column("returned", "收回", 8, "int"),
            Column("word", "备注", 20),
        ),
        rows=_rows(results),
        notes=[
            f"无记名测评；收回率达到{poll.min_percent}%有效，不足5票的不显示（{HIDDEN}）。结果摘要 {poll.digest[:16]}"
        ],
        freeze_columns=2,
    )


def poll_workbook(poll: Poll, results: Sequence[SubjectResult], *, on: date) -> Any:
    """The sheet as a file for `core.http.download`."""
    return workbook_file(poll_sheet(poll, results, on=on))


def _rows(results: Sequence[SubjectResult]) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(results, start=1):
        counts = row.counts or {}
        yield {
            "number": number,
            "label": row.subject.label,
            "note": row.subject.note or row.branch.short_name,
            **{choice.code: str(counts[choice.code]) if counts else HIDDEN for choice in row.scale},
            "votes": HIDDEN if row.votes is None else str(row.votes),
            "mean": row.mean,
            "overall": row.overall_name if row.is_valid else "",
            "handed_out": row.handed_out,
            "returned": row.returned,
            "word": row.word,
        }
