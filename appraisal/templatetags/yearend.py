"""Filters of the year-end pages: a word by its code, exact values to two places."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import template

from assessment.statement.words import plain, two

register = template.Library()


@register.filter
def named(code: Any, names: dict) -> Any:
    """What stands under a code; the code itself where nothing does, a dash for none."""
    return names.get(code, code) if code not in (None, "") else "—"


@register.filter
def shown(hundredths: int | str | None) -> str:
    """A mark stored in hundredths, as typed: 88 or 88.5."""
    return "" if hundredths is None or hundredths == "" else plain(Fraction(int(hundredths), 100), 2)


@register.filter
def exact_two(text: str | None) -> str:
    """An exact value kept as n/d, with two places."""
    return "—" if text is None else two(Fraction(text))


@register.filter
def shown_two(hundredths: int | None) -> str:
    """A total stored in hundredths, with two places."""
    return "—" if hundredths is None else two(Fraction(hundredths, 100))


@register.filter
def signed_two(hundredths: int) -> str:
    """A change in hundredths with its sign."""
    return f"{'+' if hundredths > 0 else '−'}{two(Fraction(abs(hundredths), 100))}"


@register.filter
def dash(part: str, branch_id: int) -> str:
    """The name of a field of one branch: committee-12."""
    return f"{part}-{branch_id}"


@register.filter
def at(values: Any, key: str) -> Any:
    """What stands under a key, or nothing."""
    return values.get(key, "")


@register.filter
def part_two(value: Fraction | str | None) -> str:
    """The value of a part as it is, for a placeholder."""
    return two(value) if isinstance(value, Fraction) else "未录入"
