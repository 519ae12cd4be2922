"""Which items moved the score of branches between two months: read from the stored sums, split by rules.contribution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessment.rules.contribution import (
    CLAMP,
    ItemStand,
    Standing,
    apportioned,
    contributions,
    mean_contributions,
)
from assessment.rules.terms import rounded
from assessment.selectors.figures import Figures, Share
from assessment.selectors.frame import SchemeFrame
from assessment.selectors.scoreboard import mean, rule_scores
from assessment.selectors.trend import frames_of
from core.periods import Month

CLAMP_NAME = "得分封顶、保底"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One item (or bonus, penalty) and what it moved the score by; the item's e and a where it is one branch's."""

    code: str
    name: str
    exact: Fraction
    shown: Decimal
    before: Share | None = None
    after: Share | None = None


@dataclass(frozen=True)
class Change:
    """The change of a score from one month to a later one, with its parts; their sums agree, exact and as shown."""

    since: Month
    month: Month
    before: Decimal
    after: Decimal
    lines: tuple[ChangeLine, ...]
    count: int = 1  # of how many branches it is the mean

    @property
    def total(self) -> Decimal:
        return self.after - self.before

    @property
    def moved(self) -> tuple[ChangeLine, ...]:
        """What moved it, the strongest rise first, the strongest fall last."""
        return tuple(sorted((one for one in self.lines if one.exact), key=lambda one: (-one.exact, one.code)))


def branch_change(
    root_id: int, branch_id: int, since: Month, month: Month, *, which: str = "confirmed"
) -> Change | None:
    """The change of one branch; None where one of the two months has no score. 3 queries, not scoped."""
    found = _figures(root_id, [branch_id], since, month, which)
    if branch_id not in found:
        return None
    before, after = found[branch_id]
    parts = contributions(standing_of(before), standing_of(after))
    return _change(since, month, parts, [before], [after], is_one=True)


def mean_change(
    root_id: int, branch_ids: Iterable[int], since: Month, month: Month, *, which: str = "confirmed"
) -> Change | None:
    """The mean change of the branches that have a score in both months; None where none has. Not scoped."""
    found = list(_figures(root_id, list(branch_ids), since, month, which).values())
    if not found:
        return None
    parts = mean_contributions(contributions(standing_of(before), standing_of(after)) for before, after in found)
    return _change(since, month, parts, [one for one, _ in found], [one for _, one in found], is_one=False)


def standing_of(figures: Figures) -> Standing:
    """The stored sums of a branch as the pure rules take them."""
    frame = figures.frame
    points: dict[str, dict[str, int]] = {"bonus": {}, "penalty": {}}
    for extra in frame.extras:
        points[extra.kind][extra.code] = figures.extras.get(extra.pk, 0)
    return Standing(
        items=tuple(
            ItemStand(item.code, one.points, figures.categories[one.code].ceiling, share.earned, share.available)
            for one in frame.categories
            for item in one.items
            for share in [figures.items[item.code]]
        ),
        bonus=points["bonus"],
        penalty=points["penalty"],
        bonus_cap=frame.bonus_cap,
        penalty_cap=frame.penalty_cap,
        floor=frame.floor,
        cap=frame.cap,
    )


def earlier_scored(month: Month) -> list[Month]:
    """The months of the same year a month can be compared with: the score begins anew each January."""
    return Month(month.year, 1).until(month.previous) if month.number > 1 else []


def _figures(
    root_id: int, branch_ids: Sequence[int], since: Month, month: Month, which: str
) -> dict[int, tuple[Figures, Figures]]:
    """Branch → figures of both months, each under the scheme of its own month; only where both have a score."""
    frames = frames_of(root_id, [since, month])
    if since.key not in frames or month.key not in frames:
        return {}
    scores = rule_scores(root_id, [since, month], branch_ids)
    side = 1 if which == "provisional" else 0
    found = {}
    for branch_id in branch_ids:
        before = scores.figures(frames[since.key], since, branch_id)[side]
        after = scores.figures(frames[month.key], month, branch_id)[side]
        if before.score is not None and after.score is not None:
            found[branch_id] = (before, after)
    return found


def _change(
    since: Month,
    month: Month,
    parts: Mapping[str, Fraction],
    before: Sequence[Figures],
    after: Sequence[Figures],
    *,
    is_one: bool,
) -> Change:
    earlier, later = _shown(before), _shown(after)
    shown = apportioned(parts, later - earlier)
    names = _names(before[0].frame) | _names(after[0].frame)
    lines = tuple(
        ChangeLine(
            code=code,
            name=names.get(code, CLAMP_NAME if code == CLAMP else code),
            exact=exact,
            shown=shown[code],
            before=before[0].items.get(code) if is_one else None,
            after=after[0].items.get(code) if is_one else None,
        )
        for code, exact in parts.items()
    )
    return Change(since, month, earlier, later, lines, len(before))


def _shown(figures: Sequence[Figures]) -> Decimal:
    return rounded(mean(one.score for one in figures) or Fraction(0))


def _names(frame: SchemeFrame) -> dict[str, str]:
    return {item.code: item.name for item in frame.items} | {extra.code: extra.name for extra in frame.extras}
