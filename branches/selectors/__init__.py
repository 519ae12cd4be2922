"""Readings of the register: the tree and its people on any day, and the lists of the pages."""

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
    "Expected",
    "branches_under",
    "committee_members_on",
    "expected_people",
    "groups_on",
    "has_committee_on",
    "members_on",
    "officers_of",
    "secretary_names",
    "terms_on",
]
