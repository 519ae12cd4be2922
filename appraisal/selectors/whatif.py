"""The year end as it is and as it would be, side by side; computed the way settling does, and never stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

from appraisal.models import YearEnd, YearResult
from appraisal.rules import Place, refusal
from appraisal.rules.whatif import Assumptions, assumed_shares
from appraisal.selectors.composing import Composed, compose_all, group_of
from appraisal.selectors.inputs import BranchYear, branch_years, grade_steps, shares_of, year_frame
from assessment.selectors import SchemeFrame
from branches.permissions import Viewer, visible_branches


@dataclass(frozen=True)
class Outcome:
    """What a branch gets: shown total in hundredths, rank, grade; `fault` where that grade could not be given."""

    hundredths: int | None
    rank: int | None
    grade: str
    fault: str = ""


@dataclass(frozen=True)
class WhatIfLine:
    """One branch now and then."""

    year: BranchYear
    now: Outcome
    then: Outcome
    at_border: bool

    @property
    def change(self) -> int | None:
        """The change of the total as shown, in hundredths."""
        if self.now.hundredths is None or self.then.hundredths is None:
            return None
        return self.then.hundredths - self.now.hundredths

    @property
    def has_moved(self) -> bool:
        now, then = self.now, self.then
        return (now.hundredths, now.rank, now.grade) != (then.hundredths, then.rank, then.grade)


def what_if(viewer: Viewer, year_end: YearEnd, assumed: Assumptions) -> list[WhatIfLine]:
    """Every branch of the year that the viewer may see, by group and the rank it would have."""
    frame = year_frame(year_end)
    years = branch_years(year_end)
    decided = _decided(year_end)
    now = compose_all(years, frame)
    changed = [_assumed(one, assumed) for one in years]
    then = compose_all(changed, frame, assumed_shares(shares_of(frame), assumed.weights))
    before, after = _outcomes(now, decided, {}, frame), _outcomes(then, decided, assumed.grades, frame)
    seen = set(visible_branches(viewer, "year_end").values_list("pk", flat=True))
    lines = [
        WhatIfLine(one, before[pk], after[pk], then[pk].standing.at_quota_border)
        for one in years
        if (pk := one.branch_id) in seen
    ]
    order = list(frame.row.rank_groups)
    return sorted(lines, key=lambda line: (_place(line.year.rank_group, order), line.then.rank or 10**6))


def _place(group: str, order: list[str]) -> tuple[int, str]:
    return (order.index(group) if group in order else len(order), group)


def _assumed(one: BranchYear, assumed: Assumptions) -> BranchYear:
    marks = {part: value for (pk, part), value in assumed.marks.items() if pk == one.branch_id}
    reasons = {part: why for part, why in one.reasons.items() if part not in marks}
    cap = assumed.caps.get(one.branch_id, one.cap)
    return replace(one, parts={**one.parts, **marks}, reasons=reasons, cap=cap)


def _decided(year_end: YearEnd) -> dict[int, tuple[str, bool]]:
    rows = YearResult.objects.filter(year_end=year_end, revision=year_end.revision).exclude(decided_grade="")
    return {pk: (grade, over) for pk, grade, over in rows.values_list("branch_id", "decided_grade", "is_over_quota")}


def _outcomes(composed: dict[int, Composed], decided, grades, frame: SchemeFrame) -> dict[int, Outcome]:
    """Totals, ranks, and the grades with what the committee decided or would decide."""
    steps, order = grade_steps(frame), list(frame.row.rank_groups)
    given = {pk: grades.get(pk) or decided.get(pk, ("", False))[0] for pk in composed}
    places = {
        pk: Place(
            pk,
            group_of(one.year.rank_group, frame),
            one.standing.rank is not None,
            given[pk] or one.standing.grade,
            one.standing.by_threshold,
            one.year.cap,
            one.standing.at_quota_border,
            decided.get(pk, ("", False))[1],
        )
        for pk, one in composed.items()
    }
    found = {}
    for pk, one in composed.items():
        shown, place = one.standing.shown, places[pk]
        why = refusal(place, place.grade, list(places.values()), steps, order) if given[pk] and place.grade else None
        found[pk] = Outcome(
            None if shown is None else int(shown * 100), one.standing.rank, place.grade, why.words if why else ""
        )
    return found
