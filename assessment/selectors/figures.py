"""From the stored millionths of rules to items, categories, base and score: exact, rounded only when shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from assessment.rules.terms import POINT, rounded
from assessment.selectors.frame import SchemeFrame

Triple = tuple[int, int, int]  # e, a, a′ in millionths
NOTHING: Triple = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Share:
    """Earned, available and ceiling of an item or category; `points` is what its scheme gives it."""

    points: int
    earned: int
    available: int
    ceiling: int

    @property
    def is_due(self) -> bool:
        return self.available > 0

    @property
    def rate(self) -> Fraction | None:
        """e / a, None where nothing is due."""
        return Fraction(self.earned, self.available) if self.available else None

    @property
    def score(self) -> Fraction | None:
        """points × e / a (scoring.md: category score, item score)."""
        return Fraction(self.points * self.earned, self.available * POINT) if self.available else None

    @property
    def shown(self) -> Decimal | None:
        score = self.score
        return None if score is None else rounded(score)


@dataclass(frozen=True)
class Figures:
    """One branch at one month, confirmed or provisional: rules by id, extras by id, and all that follows."""

    frame: SchemeFrame
    rules: dict[int, Triple]
    extras: dict[int, int]

    @cached_property
    def items(self) -> dict[str, Share]:
        return {item.code: self._share(item.points, item.rule_ids) for item in self.frame.items}

    @cached_property
    def categories(self) -> dict[str, Share]:
        return {one.code: self._share(one.points, one.rule_ids) for one in self.frame.categories}

    @cached_property
    def base(self) -> Fraction | None:
        """100 × Σ (K × e / a′) / Σ (K × a / a′); None where nothing is due yet."""
        return base_of(self.categories.values())

    @cached_property
    def bonus(self) -> Fraction:
        return Fraction(min(self.frame.bonus_cap, self._extra_sum("bonus")), POINT)

    @cached_property
    def penalty(self) -> Fraction:
        return Fraction(min(self.frame.penalty_cap, self._extra_sum("penalty")), POINT)

    @cached_property
    def score(self) -> Fraction | None:
        """max(floor, min(display_cap, base + bonus − penalty))."""
        if self.base is None:
            return None
        total = self.base + self.bonus - self.penalty
        return max(Fraction(self.frame.floor, POINT), min(Fraction(self.frame.cap, POINT), total))

    @property
    def shown(self) -> Decimal | None:
        return None if self.score is None else rounded(self.score)

    def _share(self, points: int, rule_ids: Iterable[int]) -> Share:
        earned = available = ceiling = 0
        for rule_id in rule_ids:
            e, a, top = self.rules.get(rule_id, NOTHING)
            earned, available, ceiling = earned + e, available + a, ceiling + top
        return Share(points, earned, available, ceiling)

    def _extra_sum(self, kind: str) -> int:
        return sum(self.extras.get(extra.pk, 0) for extra in self.frame.extras if extra.kind == kind)


def base_of(categories: Iterable[Share]) -> Fraction | None:
    """The base over categories, by integers over one common denominator (a Fraction a term is ten times slower)."""
    parts = [one for one in categories if one.ceiling]
    common = 1
    for one in parts:
        common *= one.ceiling
    earned = sum(one.points * one.earned * (common // one.ceiling) for one in parts)
    available = sum(one.points * one.available * (common // one.ceiling) for one in parts)
    return Fraction(100 * earned, available) if available else None
