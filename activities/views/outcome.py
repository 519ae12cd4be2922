"""What a record changed in the score, told once on the page after sending."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from activities.collect import collect
from activities.models import Activity
from activities.rules.choose import period_of
from activities.selectors.records import facts_of_record, items_of
from assessment.touched import ItemChange, refresh_branch
from branches.models import Tier
from core.periods import Month, today

KEY = "activity_outcome"


def settle(branch_id: int, *, now: datetime) -> None:
    """Count what is still waiting to be counted, so that the next refresh shows the record's own effect."""
    refresh_branch(branch_id, now=now)


def recount(activity: Activity, *, now: datetime) -> list[ItemChange]:
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
    items = items_of(activity.root_id, Month.of(activity.held_on), {fact.metric_id for fact in facts})
    points = _points(changes)
    request.session[KEY] = {
        "activity": activity.pk,
        "items": [{"code": code, "name": name, "points": str(points.get(code, 0))} for code, name in items],
    }


def take_outcome(request: HttpRequest, activity_id: int) -> dict[str, Any] | None:
    """The outcome of this record's sending, the first time it is asked for."""
    outcome = request.session.get(KEY)
    if not outcome or outcome.get("activity") != activity_id:
        return None
    del request.session[KEY]
    return outcome


def _points(changes: Iterable[ItemChange]) -> dict[str, Decimal]:
    """What each item gained, pending records included."""
    sums: dict[str, int] = defaultdict(int)
    for change in changes:
        sums[change.item_code] += change.provisional
    return {code: Decimal(total) / 1_000_000 for code, total in sums.items()}
