"""The sheet of a year's results: 支部考核得分汇总表 with composition, grade and veto (domain.md §7.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from appraisal.models import YearEnd, YearResult
from appraisal.selectors import grade_steps, results_of, year_frame
from assessment.exports import unit_line
from assessment.models import BranchMonth
from assessment.rules.terms import rounded
from branches.permissions import Viewer
from branches.selectors import secretary_names
from core.xlsx.write import Column, Sheet, workbook_file


def result_sheet(viewer: Viewer, year_end: YearEnd, *, on: date) -> Sheet:
    """One revision's results of the branches the viewer may see; the figures of the page."""
    frame = year_frame(year_end)
    rows = results_of(viewer, year_end)
    names = {step.code: step.name for step in grade_steps(frame)}
    return Sheet(
        title=f"{year_end.root.name}{year_end.year}年度支部考核得分汇总表",
        name=f"{year_end.year}年度第{year_end.revision}版",
        unit_line=unit_line(year_end.root.name, on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("rank", "名次", 8, "center"),
            Column("name", "党支部", 22),
            Column("secretary", "书记", 12),
            Column("members", "党员数", 8, "int"),
            *(
                Column(f"category-{one.code}", f"{one.code} {one.name}", 10, "points", group="日常得分（12月）")
                for one in frame.categories
            ),
            Column("half", "半年日常", 10, "points", group="年终合成"),
            Column("daily", "全年日常", 10, "points", group="年终合成"),
            Column("committee", "机关党委评", 10, "points", group="年终合成"),
            Column("members_poll", "民主测评", 10, "points", group="年终合成"),
            Column("peers", "互评", 9, "points", group="年终合成"),
            Column("bonus", "加分", 8, "points"),
            Column("penalty", "扣分", 8, "points"),
            Column("total", "总分", 10, "points"),
            Column("grade", "等次", 9, "center"),
            Column("veto", "一票否决", 12),
            Column("note", "备注", 26, wrap=True),
        ),
        rows=_rows(rows, year_end, names),
        notes=[
            f"第{year_end.revision}版，{year_end.get_state_display()}；名次为组内名次，“—”为未采集，其余权重按比例放大。"
        ],
        freeze_columns=3,
    )


def result_workbook(sheet: Sheet):
    """The sheet as a file for `core.http.download`."""
    return workbook_file(sheet)


def _rows(rows: list[YearResult], year_end: YearEnd, names: dict[str, str]) -> Iterator[dict[str, Any]]:
    ids = [row.branch_id for row in rows]
    december = BranchMonth.objects.filter(root_id=year_end.root_id, month=year_end.year * 100 + 12, branch_id__in=ids)
    counts = dict(december.values_list("branch_id", "member_count"))
    secretaries = secretary_names(ids, date(year_end.year, 12, 31))
    for number, row in enumerate(rows, start=1):
        yield {
            "number": number,
            "rank": f"{row.rank_group} {row.rank}".strip() if row.rank else "",
            "name": row.branch.short_name,
            "secretary": secretaries.get(row.branch_id, ""),
            "members": counts.get(row.branch_id),
            "total": row.shown,
            "grade": names.get(row.grade, ""),
            "veto": "、".join(row.composition.get("vetoes", [])),
            "note": "；".join(
                filter(None, [row.decision_reason or row.proposal_reason, *row.composition.get("notes", [])])
            ),
            **_composition(row),
        }


def _composition(row: YearResult) -> dict[str, Any]:
    keys: dict[str, str] = {
        "half": "half",
        "daily": "daily",
        "committee": "committee",
        "members": "members_poll",
        "peers": "peers",
    }
    found: dict[str, Any] = {}
    for part in row.composition["parts"]:
        found[str(keys.get(part["code"], part["code"]))] = (
            None if part["value"] is None else rounded(Fraction(part["value"]))
        )
    found["bonus"] = rounded(Fraction(row.composition["bonus"]))
    found["penalty"] = rounded(Fraction(row.composition["penalty"]))
    for code, shown in row.composition["categories"].items():
        found[f"category-{code}"] = None if shown == "None" else Decimal(shown)
    return found
