"""The year around the score: marks, polls, rounds, appeals, reviews, vetoes, results and their publication."""

from .accountability import AccountabilityReport, AccountabilityReview, ReportState, ReviewState
from .appeal import Appeal, AppealFile, AppealState, AppealSubject
from .award import AwardRule
from .contract import (
    Contract,
    ContractDuty,
    ContractLine,
    ContractState,
    ContractTemplate,
    DutyKind,
    NextTarget,
    TargetReport,
)
from .decision import Decision
from .democratic import AppraisalGrade, AppraisalState, AppraisedMember, DecidedBy, DemocraticAppraisal
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
from .poll import Poll, PollCode, PollGroup, PollKind, PollState, PollSubject, PollTally, Rates
from .result import Publication, PublicationScope, PublicationState, YearResult
from .round import InspectionRound, RoundInspector, RoundKind, RoundState
from .veto import VetoCase, VetoState
from .year_end import YearEnd, YearState

__all__ = [
    "PART_CHOICES",
    "AccountabilityReport",
    "AccountabilityReview",
    "Appeal",
    "AppealFile",
    "AppealState",
    "AppealSubject",
    "AppraisalGrade",
    "AppraisalState",
    "AppraisedMember",
    "AwardRule",
    "CommitteeDecision",
    "Contract",
    "ContractDuty",
    "ContractLine",
    "ContractState",
    "ContractTemplate",
    "DecidedBy",
    "Decision",
    "DemocraticAppraisal",
    "DutyKind",
    "Finding",
    "Inspection",
    "InspectionRound",
    "InspectionState",
    "ItemCheck",
    "ItemVerdict",
    "NextTarget",
    "NoticeScope",
    "PartCode",
    "PartMark",
    "Poll",
    "PollCode",
    "PollGroup",
    "PollKind",
    "PollState",
    "PollSubject",
    "PollTally",
    "PublicNotice",
    "Publication",
    "PublicationScope",
    "PublicationState",
    "Rates",
    "RecordVerdict",
    "ReportState",
    "ReviewState",
    "RoundInspector",
    "RoundKind",
    "RoundState",
    "RuleLeftOut",
    "SampledRecord",
    "Severity",
    "TargetReport",
    "VetoCase",
    "VetoState",
    "YearEnd",
    "YearResult",
    "YearState",
]
