"""A year as it would be: other weights, marks, vetoes and grades put over the entries, which stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from appraisal.rules.composition import Shares

HALF = "half"


@dataclass(frozen=True)
class Assumptions:
    """What is assumed, by code of the part, by branch and part, by branch; nothing of it is kept."""

    weights: Mapping[str, Fraction] = field(default_factory=dict)
    marks: Mapping[tuple[int, str], Fraction] = field(default_factory=dict)
    caps: Mapping[int, str] = field(default_factory=dict)  # "" lifts a veto
    grades: Mapping[int, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.weights or self.marks or self.caps or self.grades)


def assumed_shares(shares: Shares, weights: Mapping[str, Fraction]) -> Shares:
    """The weights with the assumed ones; the year's is what the half leaves."""
    half = weights.get(HALF, shares.half)
    parts = tuple((code, name, weights.get(code, weight)) for code, name, weight in shares.parts)
    return replace(shares, half=half, year=1 - half, parts=parts)
