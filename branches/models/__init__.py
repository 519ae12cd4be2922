"""Who belongs where: organisations, members, appointments, users and their grants."""

from .appointment import COMMITTEE_POSTS, Appointment, BranchTerm, Post
from .grant import PatchAssignment, RoleGrant
from .imports import HeadMapping, ImportBatch, ImportKind, ImportState
from .member import COUNTED_STATUSES, ENDED_STATUSES, CountExclusion, Member, Membership, MemberStatus, Sex
from .organisation import BranchKind, Organisation, OrganisationPlacement, Tier
from .registry import CodeCounter, NameGram, grams_of
from .user import User
from .visit import PatchVisit, VisitPromise

__all__ = [
    "COMMITTEE_POSTS",
    "COUNTED_STATUSES",
    "ENDED_STATUSES",
    "Appointment",
    "BranchKind",
    "BranchTerm",
    "CodeCounter",
    "CountExclusion",
    "HeadMapping",
    "ImportBatch",
    "ImportKind",
    "ImportState",
    "Member",
    "MemberStatus",
    "Membership",
    "NameGram",
    "Organisation",
    "OrganisationPlacement",
    "PatchAssignment",
    "PatchVisit",
    "Post",
    "RoleGrant",
    "Sex",
    "Tier",
    "User",
    "VisitPromise",
    "grams_of",
]
