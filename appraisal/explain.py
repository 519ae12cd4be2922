"""The composition of a year's total in words and numbers that a reader can do again by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from appraisal.rules.composition import Bracket, Composition, Part
from appraisal.rules.grading import Standing
from assessment.statement.words import plain, two

if TYPE_CHECKING:
    from appraisal.selectors.inputs import BranchYear


def composition_record(one: BranchYear, made: Composition, standing: Standing) -> dict[str, Any]:
    """What is kept with the result: every part with its exact value (n/d), weight and why it was left out."""
    return {
        "parts": [
            _part(made.outer.parts[0], plain(made.outer.parts[0].weight)),
            *(_part(part, f"{plain(made.outer.parts[1].weight)} × {plain(part.weight)}") for part in made.inner.parts),
        ],
        "bonus": str(made.bonus),
        "penalty": str(made.penalty),
        "months": one.months,
        "by_threshold": standing.by_threshold,
        "cap": one.cap,
        "vetoes": one.vetoes,
        "categories": one.categories,
        "notes": list(made.notes),
    }


def composition_lines(made: Composition) -> list[str]:
    """The arithmetic, line by line: the year part, the bracket of half and year, bonus and penalty."""
    if made.total is None or made.outer.value is None:
        return ["没有12月的日常得分，不计算年终总分。"]
    lines = [f"年度部分 = {_bracket(made.inner)}"]
    lines.append(f"半年与年度 = {_bracket(made.outer)}")
    extra = f"{plain(made.outer.value)} + {plain(made.bonus)} − {plain(made.penalty)} = "
    unclamped = made.outer.value + made.bonus - made.penalty
    capped = "" if unclamped == made.total else f"，按上下限取 {two(made.total)}"
    lines.append(f"总分 = {extra}{two(unclamped)}{capped}")
    return lines


def _bracket(bracket: Bracket) -> str:
    """(0.70 × 91.35 + 0.15 × 88) ÷ 0.85 = 90.76; without the division where the weights sum to 1."""
    terms = " + ".join(
        f"{plain(part.weight)} × {plain(part.value)}" for part in bracket.collected if part.value is not None
    )
    weight = bracket.weight
    body = terms if weight == 1 else f"({terms}) ÷ {plain(weight)}"
    return f"{body} = {plain(bracket.value or Fraction(0))}"


def _part(part: Part, weight: str) -> dict[str, Any]:
    return {
        "code": part.code,
        "name": part.name,
        "weight": weight,
        "value": None if part.value is None else str(part.value),
        "shown": None if part.value is None else two(part.value),
        "why": part.why_left_out,
    }
