"""Who belongs where: organisations, members, appointments, users and their grants."""

from .appointment import Appointment, BranchTerm
from .grant import PatchAssignment, RoleGrant
from .member import CountExclusion, Member, Membership
from .organisation import OrganisationPlacement, Organisation
from .user import User

__all__ = [
    "Appointment",
    "BranchTerm",
    "CountExclusion",
    "Member",
    "Membership",
    "Organisation",
    "OrganisationPlacement",
    "PatchAssignment",
    "RoleGrant",
    "User",
]
