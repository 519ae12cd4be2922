"""A branch's share of a record as the pure rules read it."""

from __future__ import annotations

from activities.models import Activity, Participation
from activities.rules.attendance import Headcount
from activities.rules.facts import Record
from branches.models import Tier


def record_of(activity: Activity, share: Participation, *, has_material: bool = True) -> Record:
    """The pure record of one branch's share; reads kind, branch and tags of the activity."""
    kind = activity.kind
    return Record(
        kind=kind.code,
        shape=kind.shape,
        held_on=activity.held_on,
        held_metric=kind.held_metric,
        attendance_metric=kind.attendance_metric,
        quorum=kind.quorum,
        tags=frozenset(tag.tag for tag in activity.tags.all()),
        count=count_of(share),
        by_branch=is_by_branch(activity),
        attachment_missing=kind.attachment_required and share.is_organiser and not has_material,
    )


def count_of(share: Participation) -> Headcount:
    return Headcount(
        expected=share.expected,
        present=share.present,
        voters_due=share.voters_due,
        voters_present=share.voters_present,
        committee_due=share.committee_due,
        committee_present=share.committee_present,
    )


def is_by_branch(activity: Activity) -> bool:
    """Whether branches took part as such: a meeting of the committee, logged once by the officer."""
    return activity.branch.tier != Tier.BRANCH
