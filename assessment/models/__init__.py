"""Schemes (what counts), facts (what happened), scores (what follows) and closings (what stands)."""

from .closing import ClosedScore, MonthClosing, OpeningImport, Restatement
from .fact import DirtyMark, Fact, FactState, RootLock
from .member_fact import MemberFact, MemberMark
from .member_scheme import ClassOverride, CreditKind, MemberClass
from .member_score import (
    MemberExtraScore,
    MemberMonth,
    MemberPublicity,
    MemberReviewMark,
    MemberRuleScore,
    MemberSource,
    MemberSum,
    MemberYear,
)
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
    "ClassOverride",
    "ClosedScore",
    "CreditKind",
    "DirtyMark",
    "ExtraItem",
    "ExtraKind",
    "ExtraScore",
    "Fact",
    "FactState",
    "GradeLine",
    "Item",
    "MemberClass",
    "MemberExtraScore",
    "MemberFact",
    "MemberMark",
    "MemberMonth",
    "MemberPublicity",
    "MemberReviewMark",
    "MemberRuleScore",
    "MemberSource",
    "MemberSum",
    "MemberYear",
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
