"""The sheet of an award: every branch with each condition, over the page's own selector."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from appraisal.selectors.awards import AwardList
from assessment.exports import unit_line
from branches.models import Organisation
from core.xlsx.write import Column, Sheet


def award_sheet(root: Organisation, found: AwardList, *, on: date) -> Sheet:
    """Who meets the conditions first, then who does not and why."""
    names = [one.name for one in found.lines[0].conditions] if found.lines else []
    return Sheet(
        title=f"{root.name}{found.year}年度{found.rule.name}资格名单",
        name="资格名单",
        unit_line=unit_line(root.name, on),
        columns=(
            Column("number", "序号", 6, "int"),
            Column("name", "党支部", 24),
            Column("total", "总分", 10, "points"),
            Column("grade", "等次", 10, "center"),
            Column("eligible", "是否符合", 10, "center"),
            *(Column(f"condition-{n}", name, 24, wrap=True) for n, name in enumerate(names)),
        ),
        rows=_rows(found),
        notes=[f"按{found.year}年度已公布的结果；整改情况截至{on:%Y-%m-%d}。符合条件只是资格，由党委会决定。"],
        freeze_columns=2,
    )


def _rows(found: AwardList) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(found.lines, start=1):
        yield {
            "number": number,
            "name": line.branch.short_name,
            "total": None if line.hundredths is None else Decimal(line.hundredths).scaleb(-2),
            "grade": found.grade_names.get(line.grade, ""),
            "eligible": "符合" if line.is_eligible else "不符合",
            **{f"condition-{n}": f"{'✓' if one.is_met else '✗'} {one.words}" for n, one in enumerate(line.conditions)},
        }
