"""What a record changed in the score, told once on the page after sending."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from activities.collect import collect
from activities.models import Activity
from activities.rules.choose import period_of
from activities.selectors.records import facts_of_record
from assessment.rollup import refresh_branch
from branches.models import Tier
from core.periods import today

KEY = "activity_outcome"


def recount(activity: Activity, *, now: datetime) -> list[Any]:
    """Bring the scores of the record's branches up to date; what changed for the organiser."""
    branches = list(activity.participations.filter(branch__tier=Tier.BRANCH).values_list("branch_id", flat=True))
    if not branches:
        return []
    since = period_of(activity.held_on, "quarter")[0]  # the longest period a duty of the branch has
    collect(root_id=activity.root_id, today=today(now), now=now, since=since, branch_ids=branches)
    changes = {branch_id: refresh_branch(branch_id, now=now) for branch_id in branches}
    return changes.get(activity.branch_id, [])


def remember_outcome(request: HttpRequest, activity: Activity, *, now: datetime) -> None:
    """Compute what sending the record brought, and keep it for the next page."""
    changes = recount(activity, now=now)
    facts = facts_of_record(request.viewer, activity)
    request.session[KEY] = {
        "activity": activity.pk,
        "metrics": sorted({fact.metric.name for fact in facts}),
        "changes": [
            {
                "code": change.item_code,
                "name": change.item_name,
                "rule": change.rule_code,
                "points": str(Decimal(change.provisional) / 1_000_000),
            }
            for change in changes
            if change.provisional
        ],
    }


def take_outcome(request: HttpRequest, activity_id: int) -> dict[str, Any] | None:
    """The outcome of this record's sending, the first time it is asked for."""
    outcome = request.session.get(KEY)
    if not outcome or outcome.get("activity") != activity_id:
        return None
    del request.session[KEY]
    return outcome
