"""Ranks, quota and proposed grades of a committee's branches, from exact totals (scoring.md, Grade)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby


@dataclass(frozen=True)
class GradeStep:
    """One grade of the scheme, best first: threshold on the total as shown, and a quota (share) if any."""

    code: str
    name: str
    minimum: Decimal
    quota: Fraction | None = None


@dataclass(frozen=True)
class Candidate:
    """What grading needs of one branch; `tie_break` are exact numbers, higher is better."""

    key: int
    group: str
    total: Fraction | None
    tie_break: tuple[Fraction, ...] = ()
    months: int = 12
    cap: str = ""  # the worst grade a decided veto allows at best

    @property
    def order(self) -> tuple[Fraction, ...]:
        return ((self.total or Fraction(0)), *self.tie_break)


@dataclass(frozen=True)
class Standing:
    """Where a branch stands: rank in its group (None: not ranked), the proposed grade, and why."""

    key: int
    shown: Decimal | None
    rank: int | None
    grade: str
    by_threshold: str
    at_quota_border: bool = False
    reason: str = ""


def shown(value: Fraction) -> Decimal:
    """Half up to 2 places, the one rounding there is (totals are never negative)."""
    cents = (value * 200 + 1) // 2
    return (Decimal(int(cents)) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def grade_for(total: Decimal, steps: Sequence[GradeStep]) -> str:
    """The best grade whose threshold the shown total meets."""
    return next((step.code for step in steps if total >= step.minimum), steps[-1].code)


def worse_grade(one: str, other: str, steps: Sequence[GradeStep]) -> str:
    """The lower of two grades; an empty one does not bind."""
    order = [step.code for step in steps]
    return max((code for code in (one, other) if code), key=order.index)


def quota_seats(quota: Fraction, sizes: dict[str, int]) -> dict[str, int]:
    """floor(quota × ranked branches) shared among the groups by largest remainder.

    Equal remainders go to the larger group, then to the one named first.
    """
    ranked = sum(sizes.values())
    seats = int(quota * ranked)
    if not ranked:
        return dict.fromkeys(sizes, 0)
    exact = {group: Fraction(seats * size, ranked) for group, size in sizes.items()}
    result = {group: int(share) for group, share in exact.items()}
    left = seats - sum(result.values())
    by_remainder = sorted(sizes, key=lambda group: (result[group] - exact[group], -sizes[group]))
    for group in by_remainder[:left]:
        result[group] += 1
    return result


def ranks_of(candidates: Sequence[Candidate]) -> dict[int, int]:
    """Rank by unrounded total, then tie_break, then equal (1, 2, 2, 4)."""
    ranks, place = {}, 1
    ordered = sorted(candidates, key=lambda one: one.order, reverse=True)
    for _, same in groupby(ordered, key=lambda one: one.order):
        equals = list(same)
        ranks.update((one.key, place) for one in equals)
        place += len(equals)
    return ranks


def grade_all(
    candidates: Sequence[Candidate],
    steps: Sequence[GradeStep],
    *,
    rank_min_months: int = 3,
    group_order: Sequence[str] = (),
) -> dict[int, Standing]:
    """Every branch's standing. A branch measured too short is graded, not ranked; one without total gets neither."""
    ranked = [one for one in candidates if one.total is not None and one.months >= rank_min_months]
    groups = _grouped(ranked, group_order)
    standings = {one.key: _by_threshold(one, steps, rank_min_months) for one in candidates}
    top = steps[0]
    seats = (
        quota_seats(top.quota, {name: len(rows) for name, rows in groups.items()}) if top.quota is not None else None
    )
    for name, rows in groups.items():
        ranks = ranks_of(rows)
        for one in rows:
            standings[one.key] = replace(standings[one.key], rank=ranks[one.key])
        if seats is not None:
            standings.update(_within_quota(rows, standings, steps, seats[name]))
    return standings


def _grouped(rows: Sequence[Candidate], order: Sequence[str]) -> dict[str, list[Candidate]]:
    names = [name for name in order if any(one.group == name for one in rows)]
    names += sorted({one.group for one in rows} - set(names))
    return {name: [one for one in rows if one.group == name] for name in names}


def _by_threshold(one: Candidate, steps: Sequence[GradeStep], rank_min_months: int) -> Standing:
    """The grade the total alone gives, capped by a veto; the top one needs a rank."""
    if one.total is None:
        return Standing(one.key, None, None, "", "", reason="无年终总分，不评等次")
    total = shown(one.total)
    by_total = grade_for(total, steps)
    grade = worse_grade(by_total, one.cap, steps)
    reason = ""
    if one.cap and grade != by_total:
        reason = f"一票否决，最高{_name(one.cap, steps)}"
    if one.months < rank_min_months:
        reason = reason or f"计量不足{rank_min_months}个月，只评不排名"
        if grade == steps[0].code and steps[0].quota is not None:
            grade = steps[1].code
    return Standing(one.key, total, None, grade, by_total, reason=reason)


def _within_quota(
    rows: Sequence[Candidate], standings: dict[int, Standing], steps: Sequence[GradeStep], seats: int
) -> dict[int, Standing]:
    """Those of the top grade who fall out of the quota get the next; a tie across its border is left to the committee."""
    top, second = steps[0], steps[1]
    able = sorted(
        (one for one in rows if standings[one.key].grade == top.code), key=lambda one: one.order, reverse=True
    )
    if len(able) <= seats:
        return {}
    border = able[seats].order
    tied_across = seats > 0 and able[seats - 1].order == border
    changed = {}
    for place, one in enumerate(able):
        if tied_across and one.order == border:
            changed[one.key] = replace(
                standings[one.key],
                grade=second.code,
                at_quota_border=True,
                reason=f"并列跨{top.name}名额边界，由机关党委决定",
            )
        elif place >= seats:
            changed[one.key] = replace(
                standings[one.key], grade=second.code, reason=f"达到{top.name}分数线，{top.name}名额{seats}个已满"
            )
    return changed


def _name(code: str, steps: Sequence[GradeStep]) -> str:
    return next((step.name for step in steps if step.code == code), code)
