"""A branch's own score on its workbench: both figures, beside the quartiles, never beside a named other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse

from assessment.models import BranchMonth
from assessment.selectors.frame import frame_of
from assessment.selectors.scoreboard import rule_scores, scheme_and_closing
from assessment.selectors.trend import Quartiles, quartiles
from assessment.statement.build import raises_in
from assessment.statement.raises import Raise
from branches.models import Organisation
from branches.permissions import Viewer
from core.periods import Month

RAISES = 6
STEP = 10  # the gauge begins at a multiple of this


@dataclass(frozen=True)
class Gauge:
    """Where the own score stands between `floor` and 100, in hundredths of the width."""

    floor: int
    low: Fraction
    high: Fraction
    band_x: str
    band_width: str
    mark_x: str


@dataclass(frozen=True)
class Standing:
    """One branch's score at one month, and what would still raise it."""

    month: Month
    is_closed: bool
    confirmed: Fraction | None
    provisional: Fraction | None
    gauge: Gauge | None
    raises: list[Raise]
    url: str


def standing_of(viewer: Viewer, branch: Organisation) -> Standing | None:
    """The latest month that was computed for a branch in the viewer's scope; None before there is one. 7 queries."""
    root_id = branch.root_id
    months = {row.month: row for row in BranchMonth.objects.filter(root_id=root_id, branch_id=branch.pk)}
    measured = [key for key, row in months.items() if row.is_measured]
    if root_id is None or not measured:
        return None
    month = Month.from_key(max(measured))
    scheme, closed = scheme_and_closing(root_id, month)
    if scheme is None:
        return None
    frame = frame_of(scheme)
    both = rule_scores(root_id, [month], [branch.pk]).figures(frame, month, branch.pk)
    confirmed, provisional = (figures.score for figures in both)
    return Standing(
        month=month,
        is_closed=closed is not None,
        confirmed=confirmed,
        provisional=provisional,
        gauge=gauge_of(confirmed, quartiles(root_id, month, frame)),
        raises=raises_in(viewer, branch, month.year, frame, months)[:RAISES],
        url=reverse("assessment:statement", args=[branch.pk, month]),
    )


def gauge_of(score: Fraction | None, bounds: Quartiles | None) -> Gauge | None:
    """The gauge of one score among the quartiles; None where one of the two is missing."""
    if score is None or bounds is None:
        return None
    floor = max(0, min(90, int(min(score, bounds.lower)) // STEP * STEP - STEP))
    low, high, mark = (_share(value, floor) for value in (bounds.lower, bounds.upper, score))
    return Gauge(floor, bounds.lower, bounds.upper, str(low), str(max(high - low, Decimal("0.4"))), str(mark))


def _share(value: Fraction, floor: int) -> Decimal:
    """How far `value` is from `floor` to 100, in per cent of the width."""
    share = min(max(value - floor, Fraction(0)), Fraction(100 - floor)) * 100 / (100 - floor)
    return Decimal(round(share * 100)) / 100
