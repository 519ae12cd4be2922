"""Readings of the register: the tree and its people on any day, and the lists of the pages."""

from .lists import (
    BranchChoice,
    MemberRow,
    OrganisationRow,
    branches_and,
    leader_names,
    list_choices,
    member_list,
    member_rows,
    organisation_list,
    organisation_rows,
    party_age,
    posts_of,
    reads_people,
)
from .organisations import (
    branches_under,
    committee_members_on,
    groups_on,
    has_committee_on,
    officers_of,
    secretary_names,
    terms_on,
)
from .people import Expected, expected_people, members_on

__all__ = [
    "BranchChoice",
    "Expected",
    "MemberRow",
    "OrganisationRow",
    "branches_and",
    "branches_under",
    "committee_members_on",
    "expected_people",
    "groups_on",
    "has_committee_on",
    "leader_names",
    "list_choices",
    "member_list",
    "member_rows",
    "members_on",
    "officers_of",
    "organisation_list",
    "organisation_rows",
    "party_age",
    "posts_of",
    "reads_people",
    "secretary_names",
    "terms_on",
]
