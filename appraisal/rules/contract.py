"""Pure rules of the responsibility contract: what a scheme's rule asks of a year, how far a target is, what a change is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

THOUSAND = 1000
MILLION = 1_000_000
HUNDRED_PERCENT = 100 * THOUSAND
LARGEST = 10**15  # thousandths; a larger target is a slip of the hand
PERCENT = "%"


@dataclass(frozen=True, slots=True)
class YearTarget:
    """What a rule asks of the whole year: a quantity in thousandths with its unit, or words alone."""

    quantity: int | None
    unit: str = ""
    words: str = ""


def year_target(
    kind: str,
    *,
    unit: str,
    target: int = 0,
    per_months: int = 0,
    first_month: int = 1,
    thresholds: Sequence[int] = (),
    deadline: str = "",
    top_level: str = "",
) -> YearTarget:
    """The target of a year measured from `first_month` on; thresholds are the tiers' rates in millionths."""
    if kind == "ratio_full" and per_months:
        periods = sum(start >= first_month for start in range(1, 13, per_months))
        return YearTarget(target * periods, unit)
    if kind == "ratio_full":
        return YearTarget(HUNDRED_PERCENT, PERCENT)
    if kind == "tier_rate":
        return YearTarget(max(thresholds, default=MILLION) * HUNDRED_PERCENT // MILLION, PERCENT)
    words = {
        "yes_no": f"{deadline}前完成",
        "deduct": "不发生扣分事项",
        "add_cap": "力争加满",
        "reviewer": f"评定为{top_level}" if top_level else "评定",
    }
    return YearTarget(None, "", words.get(kind, ""))


def reached(done: int | None, target: int | None) -> int | None:
    """How far a target is, in thousandths of it, at most 1000; None where there is nothing to compare."""
    if done is None or not target:
        return None
    return max(0, min(THOUSAND, done * THOUSAND // target))


def rate(done: int, need: int) -> int:
    """A rate as thousandths of a percent, cut off (never rounded up to a target that was not met)."""
    return done * HUNDRED_PERCENT // need if need else 0


def expected_by(month: int, *, first_month: int = 1) -> int:
    """Which part of the year, in thousandths, is over at the end of `month` for who is measured from `first_month`."""
    whole = 13 - first_month
    return max(0, min(THOUSAND, (month - first_month + 1) * THOUSAND // whole)) if whole > 0 else 0


def quantity_of(text: str) -> int | None:
    """What was typed as a target, in thousandths: 12, 12.5, 98%, 1,200; None if that is no such number."""
    try:
        number = Decimal(text.strip().rstrip("%％").replace(",", "").replace("，", ""))
        scaled = (number * THOUSAND).to_integral_value(ROUND_HALF_UP) if number.is_finite() else Decimal(-1)
    except InvalidOperation:
        return None
    return int(scaled) if 0 <= scaled <= LARGEST and scaled == number * THOUSAND else None


def quantity_words(quantity: int, unit: str) -> str:
    """A target as a page says it: 12次, 98%."""
    return f"{(Decimal(quantity) / THOUSAND).normalize():f}{unit}"
