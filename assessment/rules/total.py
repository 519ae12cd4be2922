"""From rules to a score: categories, base, bonus and penalty, score (scoring.md, From rules to a score).

Everything is an exact Fraction of points; it is rounded once, by terms.rounded, when shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from assessment.rules.terms import POINT, QUANTITY
from assessment.rules.types import NO_LIMIT, RuleResult

HUNDRED = 100


@dataclass(frozen=True, slots=True)
class CategorySum:
    """A category (or an item): its points K, and e, a and a′ over its rules; all in millionths."""

    points: int
    earned: int
    available: int
    ceiling: int

    @classmethod
    def of(cls, points: int, results: Iterable[RuleResult]) -> CategorySum:
        results = list(results)
        return cls(
            points,
            sum(result.earned for result in results),
            sum(result.available for result in results),
            sum(result.ceiling for result in results),
        )

    @property
    def score(self) -> Fraction | None:
        """K × e / a; None where nothing is due."""
        return Fraction(self.points * self.earned, self.available * POINT) if self.available else None


def base(categories: Iterable[CategorySum]) -> Fraction | None:
    """100 × Σ (K × e / a′) / Σ (K × a / a′); None where nothing is due. What is not due carries no weight."""
    parts = [part for part in categories if part.ceiling]
    available = sum((Fraction(part.points * part.available, part.ceiling) for part in parts), Fraction(0))
    if not available:
        return None
    return HUNDRED * sum((Fraction(part.points * part.earned, part.ceiling) for part in parts), Fraction(0)) / available


@dataclass(frozen=True, slots=True)
class ExtraTerms:
    """One bonus or penalty item in plain values."""

    code: str
    points: int
    most: int = NO_LIMIT
    occurrence_group: str = ""


def extra_quantities(items: Iterable[ExtraTerms], told: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """What counts of each item (thousandths), from its quantities by occurrence.

    Of one occurrence honoured at several levels of a group the highest alone counts, and once. Without an
    occurrence number every honour is one of its own.
    """
    items = list(items)
    counted = dict.fromkeys((item.code for item in items), 0)
    highest: dict[tuple[str, str], ExtraTerms] = {}
    for item in items:
        for occurrence, quantity in told.get(item.code, {}).items():
            if not (item.occurrence_group and occurrence):
                counted[item.code] += quantity
            elif quantity > 0:
                key = (item.occurrence_group, occurrence)
                highest[key] = max(highest.get(key, item), item, key=lambda one: one.points)
    for (_, occurrence), item in highest.items():
        counted[item.code] += min(QUANTITY, told[item.code][occurrence])
    return counted


def extra_points(item: ExtraTerms, quantity: int) -> int:
    """min(cap, n × points), in millionths."""
    worth = quantity * (item.points // 1000)
    return worth if item.most == NO_LIMIT else min(item.most, worth)


def extras_total(points: Iterable[int], cap: int) -> Fraction:
    """min(cap, Σ) of all bonus (or all penalty) items, in points."""
    return Fraction(min(cap, sum(points)), POINT)


def score(base_points: Fraction, bonus: Fraction, penalty: Fraction, *, floor: int, cap: int) -> Fraction:
    """max(floor, min(display_cap, base + bonus − penalty)); floor and cap in millionths."""
    return max(Fraction(floor, POINT), min(Fraction(cap, POINT), base_points + bonus - penalty))


def composed(parts: Iterable[tuple[Fraction | None, Fraction]]) -> Fraction | None:
    """The weighted mean of the parts that were collected; the weights of the others are shared out.

    `parts` are (value or None, weight); None if none was collected (scoring.md, Year-end total: a bracket).
    """
    kept = [(value, weight) for value, weight in parts if value is not None]
    weight = sum((weight for _, weight in kept), Fraction(0))
    return sum((value * share for value, share in kept), Fraction(0)) / weight if weight else None
