"""Scores over months and over a committee: trend, quartiles, distribution, radar; sums made by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import quantiles as split

from django.db.models import QuerySet, Sum

from assessment.models import BranchMonth, ExtraScore, RuleScore, Scheme, SchemeStatus
from assessment.rules.terms import POINT, rounded
from assessment.selectors.figures import Share, base_of
from assessment.selectors.frame import SchemeFrame, best_scheme, frame_of
from core.periods import Month

BANDS = ((90, "≥90"), (80, "80—90"), (70, "70—80"), (60, "60—70"), (0, "<60"))
FEWEST_FOR_QUARTILES = 4  # with fewer, a quartile would be somebody's own figure


@dataclass(frozen=True)
class Quartiles:
    """Lower quartile, median and upper quartile of the scores of a committee's branches in one month."""

    lower: Fraction
    median: Fraction
    upper: Fraction
    count: int

    def quarter(self, score: Fraction) -> int:
        """1 for the best quarter, 4 for the last."""
        return 1 + sum(score < bound for bound in (self.upper, self.median, self.lower))


def month_scores(
    root_id: int,
    months: Sequence[Month],
    branch_ids: Iterable[int] | QuerySet | None = None,
    frames: Mapping[int, SchemeFrame] | None = None,
) -> dict[int, dict[int, Fraction]]:
    """Month key → branch → confirmed score, from category sums; not scoped: callers decide who sees what.

    Two queries, and one for the schemes where `frames` (month key → scheme) are not at hand.
    """
    where: dict = {"root_id": root_id, "month__in": [month.key for month in months]}
    if branch_ids is not None:
        where["branch_id__in"] = branch_ids if isinstance(branch_ids, QuerySet) else list(branch_ids)
    frames = frames_of(root_id, months) if frames is None else frames
    extras = _extras(where)
    sums: dict[tuple[int, int], dict[str, tuple[int, int, int]]] = defaultdict(dict)
    rows = RuleScore.objects.filter(**where).values_list("month", "branch_id", "rule__category__code")
    for key, branch_id, code, *triple in rows.annotate(
        e=Sum("earned_confirmed"), a=Sum("available_confirmed"), top=Sum("ceiling_confirmed")
    ).order_by():
        sums[key, branch_id][code] = tuple(int(one) for one in triple)  # type: ignore[assignment] -- three sums, as annotated
    found: dict[int, dict[int, Fraction]] = {month.key: {} for month in months}
    for (key, branch_id), parts in sums.items():
        score = _score(frames.get(key), parts, extras.get((key, branch_id), {}))
        if score is not None:
            found[key][branch_id] = score
    return found


def quartiles(root_id: int, month: Month, frame: SchemeFrame | None = None) -> Quartiles | None:
    """The quartiles of a committee's month; None for fewer than 4 branches with a score."""
    frames = None if frame is None else {month.key: frame}
    return quartiles_of(month_scores(root_id, [month], frames=frames)[month.key].values())


def quartiles_of(scores: Iterable[Fraction]) -> Quartiles | None:
    known = sorted(scores)
    if len(known) < FEWEST_FOR_QUARTILES:
        return None
    lower, median, upper = split(known, n=4, method="inclusive")
    return Quartiles(lower, median, upper, len(known))


def trend(
    root_id: int, month: Month, branch_ids: Iterable[int] | QuerySet | None = None
) -> list[tuple[Month, Decimal | None]]:
    """The mean confirmed score of these branches for each month of the year up to `month`."""
    months = Month(month.year, 1).until(month)
    scores = month_scores(root_id, months, branch_ids)
    return [(one, _mean(scores[one.key].values())) for one in months]


def distribution(scores: Iterable[Fraction | None]) -> list[tuple[str, int]]:
    """How many branches there are in each band of the score as shown."""
    shown = [rounded(score) for score in scores if score is not None]
    found, above = [], 0
    for floor, name in BANDS:
        count = sum(score >= floor for score in shown)
        found.append((name, count - above))
        above = count
    return found


def latest_month(root_id: int) -> Month | None:
    """The last month for which the committee has been computed."""
    key = BranchMonth.objects.filter(root_id=root_id).order_by("-month").values_list("month", flat=True).first()
    return Month.from_key(key) if key else None


def _mean(scores: Iterable[Fraction]) -> Decimal | None:
    known = list(scores)
    return rounded(sum(known, Fraction(0)) / len(known)) if known else None


def frames_of(root_id: int, months: Sequence[Month]) -> dict[int, SchemeFrame]:
    years = {month.year for month in months}
    rows = Scheme.objects.filter(subject="branch", year__in=years).exclude(status=SchemeStatus.DRAFT)
    known = [row for row in rows if row.root_id in (None, root_id)]
    found = {}
    for month in months:
        best = best_scheme(row for row in known if row.year == month.year and row.valid_from <= month.key)
        if best:
            found[month.key] = frame_of(best)
    return found


def _extras(where: dict) -> dict[tuple[int, int], dict[int, int]]:
    found: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for key, branch_id, extra_id, points in ExtraScore.objects.filter(**where).values_list(
        "month", "branch_id", "extra_id", "points_confirmed"
    ):
        found[key, branch_id][extra_id] = points
    return found


def _score(
    frame: SchemeFrame | None, parts: dict[str, tuple[int, int, int]], extras: dict[int, int]
) -> Fraction | None:
    if frame is None:
        return None
    base = base_of(Share(one.points, *parts[one.code]) for one in frame.categories if one.code in parts)
    if base is None:
        return None
    caps = {"bonus": frame.bonus_cap, "penalty": frame.penalty_cap}
    total = {
        kind: min(cap, sum(extras.get(extra.pk, 0) for extra in frame.extras if extra.kind == kind))
        for kind, cap in caps.items()
    }
    score = base + Fraction(total["bonus"] - total["penalty"], POINT)
    return max(Fraction(frame.floor, POINT), min(Fraction(frame.cap, POINT), score))
