"""Bonus and penalty evidence of a year, branch by branch, with the records behind each point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from appraisal.models import YearEnd
from appraisal.selectors.inputs import year_frame
from assessment.models import ExtraKind, ExtraScore, Fact
from branches.models import Organisation
from branches.permissions import Viewer, visible, visible_branches
from core.periods import Month


@dataclass
class BonusLine:
    """One bonus or penalty item of one branch: its points (millionths) and the records that give it."""

    code: str
    name: str
    is_bonus: bool
    points: int
    facts: list[Fact] = field(default_factory=list)


@dataclass
class BonusBranch:
    """One branch with its items; `pending` counts records that nobody reviewed yet."""

    branch: Organisation
    lines: list[BonusLine]
    pending: int

    @property
    def bonus(self) -> int:
        return sum(line.points for line in self.lines if line.is_bonus)

    @property
    def penalty(self) -> int:
        return sum(line.points for line in self.lines if not line.is_bonus)


def bonus_branches(viewer: Viewer, year_end: YearEnd, branch_ids: Iterable[int] | None = None) -> list[BonusBranch]:
    """The branches with a bonus or penalty in the year, in their order; 4 queries."""
    frame = year_frame(year_end)
    extras = {extra.pk: extra for extra in frame.extras}
    by_metric = {extra.metric_id: extra for extra in frame.extras}
    seen = visible_branches(viewer, "score").filter(root_id=year_end.root_id)
    if branch_ids is not None:
        seen = seen.filter(pk__in=list(branch_ids))
    branches = {one.pk: one for one in seen.order_by("sort_key", "code")}
    lines: dict[int, dict[int, BonusLine]] = {pk: {} for pk in branches}
    december = Month(year_end.year, 12).key
    for row in ExtraScore.objects.filter(root_id=year_end.root_id, month=december, branch_id__in=branches):
        if row.extra_id in extras and (row.points_confirmed or row.points_provisional):
            extra = extras[row.extra_id]
            line = BonusLine(extra.code, extra.name, extra.kind == ExtraKind.BONUS, row.points_confirmed)
            lines[row.branch_id][extra.pk] = line
    span = (Month(year_end.year, 1).key, december)
    facts = visible(Fact.objects.filter(root_id=year_end.root_id, month__range=span), viewer)
    live = facts.filter(metric_id__in=by_metric, reverses__isnull=True, reversal__isnull=True)
    pending: dict[int, int] = {}
    for fact in live.filter(branch_id__in=branches).select_related("entered_by").order_by("happened_on", "pk"):
        extra = by_metric[fact.metric_id]
        blank = BonusLine(extra.code, extra.name, extra.kind == ExtraKind.BONUS, 0)
        lines[fact.branch_id].setdefault(extra.pk, blank).facts.append(fact)
        pending[fact.branch_id] = pending.get(fact.branch_id, 0) + (fact.state == "pending")
    return [
        BonusBranch(branches[pk], sorted(found.values(), key=lambda one: one.code), pending.get(pk, 0))
        for pk, found in lines.items()
        if found
    ]
