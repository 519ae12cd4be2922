"""Schemes (what counts), facts (what happened), scores (what follows) and closings (what stands)."""

from .closing import ClosedScore, MonthClosing, OpeningImport, Restatement
from .fact import DirtyMark, Fact, FactState, RootLock
from .scheme import (
    Category,
    ExtraItem,
    ExtraKind,
    GradeLine,
    Item,
    Metric,
    MetricKind,
    Rule,
    RuleEvent,
    RuleTier,
    Scheme,
    SchemeStatus,
    VetoItem,
)
from .score import BranchMonth, ExtraScore, MonthSum, ReviewMark, RuleScore

__all__ = [
    "BranchMonth",
    "Category",
    "ClosedScore",
    "DirtyMark",
    "ExtraItem",
    "ExtraKind",
    "ExtraScore",
    "Fact",
    "FactState",
    "GradeLine",
    "Item",
    "Metric",
    "MetricKind",
    "MonthClosing",
    "MonthSum",
    "OpeningImport",
    "Restatement",
    "ReviewMark",
    "RootLock",
    "Rule",
    "RuleEvent",
    "RuleScore",
    "RuleTier",
    "Scheme",
    "SchemeStatus",
    "VetoItem",
]
