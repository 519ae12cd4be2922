"""Readings of members' scores and credits: one's own, or those of the branches in whose committee one sits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q, QuerySet

from assessment.members import schemes
from assessment.models import MemberExtraScore, MemberMonth, MemberRuleScore, MemberSum, Scheme
from assessment.rules import POINT, composed, rounded
from assessment.selectors.figures import Figures
from assessment.selectors.frame import frame_of
from assessment.selectors.scoreboard import Scores, stored_scores
from branches.models import Member
from branches.permissions import Viewer, visible
from branches.rules import Role
from core.periods import Month

HALF_YEAR = 6


@dataclass(frozen=True)
class MemberReference:
    """What is shown beside an appraisal, as reference only: score (None: not scored), credits and the year's minimum."""

    score: Decimal | None
    credits: Decimal
    minimum: Decimal
    month: Month | None = None

    @property
    def is_short(self) -> bool:
        """Fewer credits than the year asks."""
        return self.credits < self.minimum


def member_reference(viewer: Viewer, member_ids: Iterable[int], year: int) -> dict[int, MemberReference]:
    """Score, credits and minimum of these members in a year, of those whom the viewer may see; 6 queries.

    The score is the year's total once December is computed, until then the year to date. It sets no grade.
    """
    months = MemberMonth.objects.filter(member_id__in=list(member_ids), month__range=(year * 100 + 1, year * 100 + 12))
    latest: dict[int, MemberMonth] = {}
    for row in visible(months, viewer).order_by("month"):
        latest[row.member_id] = row
    by_month: dict[tuple[int, int], list[MemberMonth]] = defaultdict(list)
    for row in latest.values():
        by_month[row.root_id, row.month].append(row)
    found: dict[int, MemberReference] = {}
    for (root_id, key), rows in by_month.items():
        found |= _references(root_id, Month.from_key(key), rows)
    return found


def _references(root_id: int, month: Month, rows: list[MemberMonth]) -> dict[int, MemberReference]:
    scheme = schemes.scheme_for(root_id, month)
    if scheme is None:
        return {}
    ids = [row.member_id for row in rows]
    half = Month(month.year, HALF_YEAR)
    scores = member_scores(root_id, [half, month], ids)
    credits = credits_at(root_id, month, ids)
    return {
        row.member_id: MemberReference(
            score=shown_total(scheme, scores, row.member_id, month) if row.is_measured else None,
            credits=quantity(credits.get(row.member_id, 0)),
            minimum=quantity(row.credits_minimum),
            month=month,
        )
        for row in rows
    }


def member_scores(root_id: int, months: list[Month], member_ids: Iterable[int]) -> Scores:
    """Rule and extra scores of these months and members; one query."""
    return stored_scores(MemberRuleScore, MemberExtraScore, "member_id", root_id, months, member_ids)


def credits_at(root_id: int, month: Month, member_ids: Iterable[int]) -> dict[int, int]:
    """Confirmed credits (thousandths) of the year to date, by member; one query."""
    rows = MemberSum.objects.filter(
        root_id=root_id, month=month.key, member_id__in=list(member_ids), metric__code=schemes.CREDITS
    )
    return dict(rows.values_list("member_id", "confirmed"))


def shown_total(scheme: Scheme, scores: Scores, member_id: int, month: Month) -> Decimal | None:
    """The figure shown for a month: in December the year's total, else the score of the year to date."""
    frame = frame_of(scheme)
    figures = scores.figures(frame, month, member_id)[0]
    if month.number < 12:
        return figures.shown
    half = scores.figures(frame, Month(month.year, HALF_YEAR), member_id)[0]
    total = year_total(half, figures)
    return None if total is None else rounded(total)


def year_total(half: Figures, year: Figures) -> Fraction | None:
    """0.4 × the half-year's base + 0.6 × the year's base + bonus, clamped as the score is; None where nothing was due.

    A half-year without a base (on the roll since July only) is left out and the year's weight is 1.
    """
    weights = year.frame.row.composition
    if year.base is None:
        return None
    parts = [
        (half.base, Fraction(str(weights["half_year_weight"]))),
        (year.base, Fraction(str(weights["year_weight"]))),
    ]
    total = (composed(parts) or Fraction(0)) + year.bonus - year.penalty
    return max(Fraction(year.frame.floor, POINT), min(Fraction(year.frame.cap, POINT), total))


def quantity(thousandths: int) -> Decimal:
    """A stored quantity as a number."""
    return Decimal(thousandths) / 1000


def members_seen(viewer: Viewer) -> QuerySet[Member]:
    """The members whose scores the viewer may see: the viewer, and those of branches in whose committee they sit."""
    if viewer.is_system:
        return Member.objects.all()
    return Member.objects.filter(Q(pk=viewer.member_id) | Q(branch_id__in=committee_branch_ids(viewer)))


def committee_branch_ids(viewer: Viewer) -> frozenset[int]:
    """The branches in whose committee the viewer sits."""
    return frozenset(viewer.places(Role.SECRETARY)) | frozenset(viewer.places(Role.BRANCH_COMMITTEE))
