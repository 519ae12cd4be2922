"""Pure rules of scoring: numbers in, numbers out; no model, no clock (scoring.md)."""

from .terms import POINT, QUANTITY, RuleKind, divided, millionths, rounded, thousandths
from .total import CategorySum, ExtraTerms, base, composed, extra_points, extra_quantities, extras_total, score
from .types import Event, Inputs, RuleResult, RuleTerms, Tier, counted_periods, rule_score
from .window import Window, first_month, is_measured

__all__ = [
    "POINT",
    "QUANTITY",
    "CategorySum",
    "Event",
    "ExtraTerms",
    "Inputs",
    "RuleKind",
    "RuleResult",
    "RuleTerms",
    "Tier",
    "Window",
    "base",
    "composed",
    "counted_periods",
    "divided",
    "extra_points",
    "extra_quantities",
    "extras_total",
    "first_month",
    "is_measured",
    "millionths",
    "rounded",
    "rule_score",
    "score",
    "thousandths",
]
