"""Who is due at a gathering of a type on a day."""

from __future__ import annotations

from datetime import date

from activities.models import ActivityType, Attendees
from branches.models import Organisation, Tier
from branches.selectors import Expected, expected_people


def due_people(kind: ActivityType, branch: Organisation, group_id: int | None, on: date) -> list[Expected]:
    """The people of the branch (its committee, one of its groups) that the roll call is about, roster order."""
    if branch.tier != Tier.BRANCH or kind.attendees == Attendees.NOBODY:
        return []
    return due_among(expected_people(branch, on), kind, group_id)


def due_among(people: list[Expected], kind: ActivityType, group_id: int | None) -> list[Expected]:
    """Of a branch's people those the roll call of a type is about."""
    if kind.attendees == Attendees.NOBODY:
        return []
    if kind.attendees == Attendees.COMMITTEE:
        return [person for person in people if person.is_committee]
    if kind.attendees == Attendees.GROUP:
        return [person for person in people if group_id is not None and person.group_id == group_id]
    return people
