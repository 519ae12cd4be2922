"""Reading what is assumed on the what-if page; what cannot be read is said and left out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.http import QueryDict

from appraisal.models import PartCode
from appraisal.rules import mark_value
from appraisal.rules.whatif import HALF, Assumptions
from core.errors import InvalidInput
from core.http import whole

NO_VETO = "-"


def assumptions(data: QueryDict, grades: tuple[str, ...]) -> tuple[Assumptions, list[str]]:
    """The assumptions of a form, and what of it could not be read."""
    weights: dict[str, Fraction] = {}
    marks: dict[tuple[int, str], Fraction] = {}
    caps: dict[int, str] = {}
    given: dict[int, str] = {}
    faults: list[str] = []
    for name, raw in data.items():
        value = str(raw).strip()
        kind, _, rest = name.partition("-")
        branch = whole(rest)
        if not value:
            continue
        try:
            if kind == "weight" and rest in (HALF, "daily", *PartCode.values):
                weights[rest] = _percent(value)
            elif kind in PartCode.values and branch is not None:
                marks[branch, kind] = mark_value(value)
            elif kind == "cap" and branch is not None and value in (NO_VETO, *grades):
                caps[branch] = "" if value == NO_VETO else value
            elif kind == "grade" and branch is not None and value in grades:
                given[branch] = value
        except InvalidInput as fault:
            faults.append(f"{fault.message}{fault.remedy}")
    return Assumptions(weights, marks, caps, given), faults


def _percent(text: str) -> Fraction:
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= 100:
        raise InvalidInput(f"“{text}”不是可用的权重。", remedy="请填0—100的百分数。")
    return Fraction(number) / 100
