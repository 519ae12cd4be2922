"""Composing the year: totals, ranks and proposed grades of every branch, and the committee's own grades."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.shortcuts import get_object_or_404

from appraisal.explain import composition_lines, composition_record
from appraisal.models import YearEnd, YearResult, YearState
from appraisal.rules import Candidate, Composition, Standing, compose, grade_all
from appraisal.selectors import BranchYear, branch_years, grade_steps, shares_of, year_frame
from appraisal.services._year import locked_year, open_for_entry, said
from assessment.rules.terms import POINT
from assessment.selectors import SchemeFrame
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict, InvalidInput


@transaction.atomic
def settle(*, actor: Viewer, year_end_id: int, now: datetime) -> int:
    """Compose every branch's total, rank and proposed grade of the present revision. Returns how many branches.

    Grades already decided by the committee stay; an earlier revision is never touched.
    """
    year_end = locked_year(actor=actor, year_end_id=year_end_id)
    open_for_entry(year_end)
    frame = year_frame(year_end)
    years = branch_years(year_end)
    if not years:
        raise Conflict(f"{year_end.year}年12月还没有得分。", remedy="请先运行12月的汇总。")
    made = {one.branch_id: _compose(one, frame) for one in years}
    standings = _standings(years, made, frame)
    YearResult.objects.filter(year_end=year_end, revision=year_end.revision).exclude(branch_id__in=made).delete()
    for one in years:
        _store(year_end, one, made[one.branch_id], standings[one.branch_id], now)
    year_end.state = YearState.SETTLING
    year_end.save(update_fields=["state"])
    audit.record(actor=actor, action="year.settle", target=year_end, summary=f"合成{len(years)}个支部的年终得分")
    return len(years)


@transaction.atomic
def decide_grade(*, actor: Viewer, result_id: int, grade: str, reason: str) -> YearResult:
    """The committee's grade for one branch, with the reason; an empty grade takes the decision back.

    Never better than a decided veto allows.
    """
    result = get_object_or_404(YearResult, pk=result_id)
    year_end = locked_year(actor=actor, year_end_id=result.year_end_id)
    open_for_entry(year_end)
    if result.revision != year_end.revision:
        raise Conflict("这是以前版次的结果，不能改写。", remedy="请在当前版次中办理。")
    if grade:
        _check_grade(result, year_end, grade)
    before = {"decided_grade": result.decided_grade, "reason": result.decision_reason}
    result.decided_grade = grade
    result.decision_reason = said(reason, what="审定说明", limit=200) if grade else ""
    result.save(update_fields=["decided_grade", "decision_reason"])
    after = {"decided_grade": grade, "reason": result.decision_reason}
    audit.record(actor=actor, action="year.grade", target=result, before=before, after=after)
    return result


def _check_grade(result: YearResult, year_end: YearEnd, grade: str) -> None:
    steps = grade_steps(year_frame(year_end))
    order = [step.code for step in steps]
    if grade not in order:
        raise InvalidInput("请从方案的等次中选择。", fields={"grade": ["请从方案的等次中选择。"]})
    cap = result.composition.get("cap", "")
    if cap and order.index(grade) < order.index(cap):
        name = next(step.name for step in steps if step.code == cap)
        raise Conflict(f"一票否决已认定，等次最高为{name}。", remedy="请选择不高于上限的等次。")


def _compose(one: BranchYear, frame: SchemeFrame) -> Composition:
    return compose(
        shares_of(frame),
        half=one.half,
        parts=dict(one.parts),
        reasons=one.reasons,
        bonus=one.bonus,
        penalty=one.penalty,
        floor=Fraction(frame.floor, POINT),
        cap=Fraction(frame.cap, POINT),
    )


def _standings(years: list[BranchYear], made: dict[int, Composition], frame: SchemeFrame) -> dict[int, Standing]:
    groups = list(frame.row.rank_groups)
    candidates = [
        Candidate(
            one.branch_id,
            one.rank_group if groups else "",
            made[one.branch_id].total,
            one.tie_break,
            one.months,
            one.cap,
        )
        for one in years
    ]
    return grade_all(candidates, grade_steps(frame), rank_min_months=frame.row.rank_min_months, group_order=groups)


def _store(year_end: YearEnd, one: BranchYear, made: Composition, standing: Standing, now: datetime) -> None:
    total = made.total
    record = composition_record(one, made, standing)
    record["lines"] = composition_lines(made)
    YearResult.objects.update_or_create(
        year_end=year_end,
        revision=year_end.revision,
        branch_id=one.branch_id,
        defaults={
            "root_id": year_end.root_id,
            "rank_group": one.rank_group,
            "numerator": str(total.numerator) if total is not None else "",
            "denominator": str(total.denominator) if total is not None else "",
            "shown_hundredths": int(standing.shown * 100) if standing.shown is not None else None,
            "composition": record,
            "rank": standing.rank,
            "proposed_grade": standing.grade,
            "proposal_reason": standing.reason,
            "at_quota_border": standing.at_quota_border,
            "computed_at": now,
        },
    )
