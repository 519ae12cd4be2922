"""The year around the score: marks and polls, vetoes, results and their publication."""

from .appeal import Appeal, AppealFile, AppealState, AppealSubject
from .inspection import (
    Finding,
    Inspection,
    InspectionState,
    ItemCheck,
    ItemVerdict,
    RecordVerdict,
    SampledRecord,
    Severity,
)
from .mark import PART_CHOICES, PartCode, PartMark, RuleLeftOut
from .notice import CommitteeDecision, NoticeScope, PublicNotice
from .result import Publication, PublicationScope, PublicationState, YearResult
from .round import InspectionRound, RoundInspector, RoundKind, RoundState
from .veto import VetoCase, VetoState
from .year_end import YearEnd, YearState

__all__ = [
    "PART_CHOICES",
    "Appeal",
    "AppealFile",
    "AppealState",
    "AppealSubject",
    "CommitteeDecision",
    "Finding",
    "Inspection",
    "InspectionRound",
    "InspectionState",
    "ItemCheck",
    "ItemVerdict",
    "NoticeScope",
    "PartCode",
    "PartMark",
    "PublicNotice",
    "Publication",
    "PublicationScope",
    "PublicationState",
    "RecordVerdict",
    "RoundInspector",
    "RoundKind",
    "RoundState",
    "RuleLeftOut",
    "SampledRecord",
    "Severity",
    "VetoCase",
    "VetoState",
    "YearEnd",
    "YearResult",
    "YearState",
]
