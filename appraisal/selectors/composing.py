"""Composing totals, ranks and proposed grades from what was entered: the one way, for settling and for what-if alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from appraisal.models import YearEnd, YearResult
from appraisal.rules import (
    Candidate,
    Composition,
    GradeStep,
    Place,
    Refusal,
    Shares,
    Standing,
    compose,
    grade_all,
    over_quota,
    refusal,
)
from appraisal.selectors.inputs import BranchYear, grade_steps, shares_of, year_frame
from assessment.rules.terms import POINT
from assessment.selectors import SchemeFrame


@dataclass(frozen=True)
class Composed:
    """One branch's year with the total made of it and where it stands."""

    year: BranchYear
    made: Composition
    standing: Standing


def compose_all(years: Sequence[BranchYear], frame: SchemeFrame, shares: Shares | None = None) -> dict[int, Composed]:
    """Branch id → its total, rank and proposed grade; `shares` in place of the scheme's own weights."""
    shares = shares or shares_of(frame)
    made = {one.branch_id: _compose(one, frame, shares) for one in years}
    standings = _standings(years, made, frame)
    return {one.branch_id: Composed(one, made[one.branch_id], standings[one.branch_id]) for one in years}


def places_of(rows: Iterable[YearResult], frame: SchemeFrame) -> list[Place]:
    """The results as deciding a grade needs them."""
    return [
        Place(
            key=row.branch_id,
            group=group_of(row.rank_group, frame),
            is_ranked=row.rank is not None,
            grade=row.grade,
            by_threshold=row.composition.get("by_threshold", ""),
            cap=row.composition.get("cap", ""),
            at_border=row.at_quota_border,
            is_over_quota=row.is_over_quota,
        )
        for row in rows
    ]


def grade_refusal(year_end: YearEnd, result: YearResult, grade: str) -> Refusal | None:
    """Why the committee may not give `grade` (or what the system proposes, where empty) to a branch now."""
    frame = year_frame(year_end)
    rows = YearResult.objects.filter(year_end=year_end, revision=year_end.revision)
    places = places_of(rows, frame)
    place = next(one for one in places if one.key == result.branch_id)
    wanted = grade or result.proposed_grade
    if not wanted:
        return None
    return refusal(place, wanted, places, grade_steps(frame), list(frame.row.rank_groups))


def quota_faults(year_end: YearEnd) -> list[str]:
    """In words, the groups with more of the top grade than they have places."""
    frame = year_frame(year_end)
    steps = grade_steps(frame)
    rows = YearResult.objects.filter(year_end=year_end, revision=year_end.revision)
    found = over_quota(places_of(rows, frame), steps, list(frame.row.rank_groups))
    return [f"{group or '全委'}{steps[0].name}{given}个，超过名额{seats}个" for group, (given, seats) in found.items()]


def group_of(name: str, frame: SchemeFrame) -> str:
    """A branch's rank group, or the one group there is."""
    return name if frame.row.rank_groups else ""


def _compose(one: BranchYear, frame: SchemeFrame, shares: Shares) -> Composition:
    return compose(
        shares,
        half=one.half,
        parts=dict(one.parts),
        reasons=one.reasons,
        bonus=one.bonus,
        penalty=one.penalty,
        floor=Fraction(frame.floor, POINT),
        cap=Fraction(frame.cap, POINT),
    )


def _standings(years: Sequence[BranchYear], made: Mapping[int, Composition], frame: SchemeFrame) -> dict[int, Standing]:
    steps: tuple[GradeStep, ...] = grade_steps(frame)
    candidates = [
        Candidate(
            one.branch_id,
            group_of(one.rank_group, frame),
            made[one.branch_id].total,
            one.tie_break,
            one.months,
            one.cap,
        )
        for one in years
    ]
    order = list(frame.row.rank_groups)
    return grade_all(candidates, steps, rank_min_months=frame.row.rank_min_months, group_order=order)
