"""The words of scoring as plain values: rule types, units, and integer rounding. No model, no clock."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

QUANTITY = 1000  # one of anything, in thousandths
POINT = 1_000_000  # one point, one factor or a rate of 1, in millionths


class RuleKind(StrEnum):
    """The six rule types (scoring.md)."""

    RATIO_FULL = "ratio_full"
    TIER_RATE = "tier_rate"
    DEDUCT = "deduct"
    ADD_CAP = "add_cap"
    YES_NO = "yes_no"
    REVIEWER = "reviewer"

    @property
    def label(self) -> str:
        return {
            RuleKind.RATIO_FULL: "完成比例",
            RuleKind.TIER_RATE: "比率分档",
            RuleKind.DEDUCT: "扣分",
            RuleKind.ADD_CAP: "累加封顶",
            RuleKind.YES_NO: "按期完成",
            RuleKind.REVIEWER: "人工评分",
        }[self]


def divided(numerator: int, denominator: int) -> int:
    """numerator / denominator as an integer, half up; both at least 0, as the SQL does it."""
    return (2 * numerator + denominator) // (2 * denominator)


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """A score as it is shown: rounded once, half up (scoring.md, Numbers)."""
    scaled = value * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-places)


def thousandths(value: Decimal | int | str) -> int:
    """A quantity as stored; more than 3 decimals are rounded half up."""
    return int((Decimal(value) * QUANTITY).quantize(Decimal(1), ROUND_HALF_UP))


def millionths(value: Decimal | int | str | float) -> int:
    """Points, factors and rates as stored. A float of YAML is read by its shortest decimal form."""
    return int((Decimal(str(value)) * POINT).quantize(Decimal(1), ROUND_HALF_UP))
