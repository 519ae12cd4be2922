"""What was done: types and duties, gatherings and who was there, claims, month sheets."""

from .activity import Activity, ActivityFile, ActivityState, ActivityTag, ActivityText
from .added import AddedKind
from .attendance import Attendance, AttendanceStatus, Participation, ParticipationState
from .claim import Claim, ClaimFile, ClaimState
from .kind import ActivityType, Attendees, Duty, RecordShape
from .member_claim import MemberClaim, MemberClaimFile
from .method import Method, MethodKind, MethodNode, MethodProof
from .outcome import TalkPair, VoteCase, VoteItem
from .plan import CalendarFeed, PlanEntry
from .review import ReviewAction, ReviewEvent
from .sheet import MonthSheet, SheetState

__all__ = [
    "Activity",
    "ActivityFile",
    "ActivityState",
    "ActivityTag",
    "ActivityText",
    "ActivityType",
    "AddedKind",
    "Attendance",
    "AttendanceStatus",
    "Attendees",
    "CalendarFeed",
    "Claim",
    "ClaimFile",
    "ClaimState",
    "Duty",
    "MemberClaim",
    "MemberClaimFile",
    "Method",
    "MethodKind",
    "MethodNode",
    "MethodProof",
    "MonthSheet",
    "Participation",
    "ParticipationState",
    "PlanEntry",
    "RecordShape",
    "ReviewAction",
    "ReviewEvent",
    "SheetState",
    "TalkPair",
    "VoteCase",
    "VoteItem",
]
