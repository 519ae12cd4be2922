"""What moved a score between two months: exact shares of the change, item by item, that add up to it.

The base is a ratio N / D with N = Σ n and D = Σ d over the items, n = K × e / a′ and d = K × a / a′ (scoring.md, From
rules to a score). Its change from month 0 to month 1 is split between N and D as Shapley does for two factors: the
mean over both orders of changing one after the other. Each half is linear in the items, so no order of the items
matters:

    c = 100 × (Δn × (1/D0 + 1/D1) / 2 − Δd × (N0 + N1) / (2 × D0 × D1))

An item that came due and was earned in full raises the score where the others stood below full; one that came due
and was not earned lowers it. Bonus and penalty items share their cap in proportion; what floor and cap of the score
take off is a part of its own. All exact Fractions; `apportioned` rounds so that the parts shown add up, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessment.rules.terms import POINT

HUNDRED = 100
CLAMP = "clamp"
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class ItemStand:
    """One item in one month: points K and ceiling a′ of its category, its own e and a; in millionths."""

    code: str
    points: int
    ceiling: int
    earned: int
    available: int

    @property
    def earned_weight(self) -> Fraction:
        """n = K × e / a′; nothing where the category has nothing applicable."""
        return Fraction(self.points * self.earned, self.ceiling) if self.ceiling else ZERO

    @property
    def available_weight(self) -> Fraction:
        """d = K × a / a′."""
        return Fraction(self.points * self.available, self.ceiling) if self.ceiling else ZERO


@dataclass(frozen=True, slots=True)
class Standing:
    """One branch in one month: its items, its signed extra points (millionths) before the caps, floor and cap."""

    items: tuple[ItemStand, ...]
    bonus: Mapping[str, int]
    penalty: Mapping[str, int]
    bonus_cap: int
    penalty_cap: int
    floor: int
    cap: int

    @property
    def base(self) -> Fraction | None:
        down = sum((one.available_weight for one in self.items), ZERO)
        return HUNDRED * sum((one.earned_weight for one in self.items), ZERO) / down if down else None

    @property
    def extras(self) -> dict[str, Fraction]:
        """Points of each bonus (+) and penalty (−) item as they count, within their caps."""
        up, down = shared_cap(self.bonus, self.bonus_cap), shared_cap(self.penalty, self.penalty_cap)
        codes = dict.fromkeys((*up, *down))
        return {code: up.get(code, ZERO) - down.get(code, ZERO) for code in codes}

    @property
    def unclamped(self) -> Fraction | None:
        return None if self.base is None else self.base + sum(self.extras.values(), ZERO)

    @property
    def score(self) -> Fraction | None:
        total = self.unclamped
        return None if total is None else max(Fraction(self.floor, POINT), min(Fraction(self.cap, POINT), total))


def shared_cap(points: Mapping[str, int], cap: int) -> dict[str, Fraction]:
    """min(cap, Σ) dealt to the items in proportion to their own points; in points."""
    total = sum(points.values())
    counted = min(cap, total)
    return {code: Fraction(one * counted, total * POINT) if total else ZERO for code, one in points.items()}


def contributions(before: Standing, after: Standing) -> dict[str, Fraction]:
    """Code → what it moved the score by; the sum is exactly after.score − before.score. {} where either has none.

    Bonus and penalty items by their own codes, the work of floor and cap under CLAMP (only where it is not 0).
    """
    if before.score is None or after.score is None:
        return {}
    found = _of_base(before.items, after.items)
    earlier, later = before.extras, after.extras
    for code in dict.fromkeys((*earlier, *later)):
        found[code] = found.get(code, ZERO) + later.get(code, ZERO) - earlier.get(code, ZERO)
    clamp = (after.score - _plain(after)) - (before.score - _plain(before))
    return {**found, CLAMP: clamp} if clamp else found


def mean_contributions(parts: Iterable[Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The mean over several branches; its sum is the mean of their changes."""
    rows = list(parts)
    codes = dict.fromkeys(code for row in rows for code in row)
    return {code: sum((row.get(code, ZERO) for row in rows), ZERO) / len(rows) for code in codes}


def apportioned(exact: Mapping[str, Fraction], total: Decimal) -> dict[str, Decimal]:
    """The parts to two places, so that they add up to `total` (the difference of the two scores as shown).

    Largest remainder: each differs from its exact value by less than 0.01, and what is exactly 0 stays 0.
    """
    scaled = {code: value * HUNDRED for code, value in exact.items()}
    floors = {code: value.numerator // value.denominator for code, value in scaled.items()}
    left = int(total * HUNDRED) - sum(floors.values())
    by_rest = sorted(scaled, key=lambda code: (floors[code] - scaled[code], code))
    for code in by_rest[:left]:
        floors[code] += 1
    return {code: Decimal(cents).scaleb(-2) for code, cents in floors.items()}


def _plain(standing: Standing) -> Fraction:
    """The score before floor and cap; only asked where there is one."""
    return standing.unclamped or ZERO


def _of_base(before: Sequence[ItemStand], after: Sequence[ItemStand]) -> dict[str, Fraction]:
    zero = (ZERO, ZERO)
    earlier = {one.code: (one.earned_weight, one.available_weight) for one in before}
    later = {one.code: (one.earned_weight, one.available_weight) for one in after}
    up0, down0 = _sums(earlier)
    up1, down1 = _sums(later)
    by_earned = (1 / down0 + 1 / down1) / 2
    by_available = (up0 + up1) / (2 * down0 * down1)
    found = {}
    for code in dict.fromkeys((*earlier, *later)):
        (n0, d0), (n1, d1) = earlier.get(code, zero), later.get(code, zero)
        found[code] = HUNDRED * ((n1 - n0) * by_earned - (d1 - d0) * by_available)
    return found


def _sums(parts: Mapping[str, tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
    return sum((n for n, _ in parts.values()), ZERO), sum((d for _, d in parts.values()), ZERO)
