"""The figures beside the menu entries, all in one query."""

from __future__ import annotations

from django.db.models import QuerySet

from activities.models import Activity, ActivityState, Claim, ClaimState
from branches.models import User
from branches.permissions import Viewer, can, visible
from core.counting import counts_of
from notices.selectors import unread

CAP = 100  # "99+": nobody needs the exact length of a long queue in a menu


def counters_of(viewer: Viewer | None) -> dict[str, int]:
    """Counter name → figure for one viewer; one query."""
    if viewer is None or viewer.user_id is None:
        return {}
    reviews = can(viewer, "activity.review")
    queues = _to_review(viewer) if reviews else {}
    found = counts_of(User.objects.filter(pk=viewer.user_id), CAP, unread=unread(viewer.user_id), **queues)
    counts = {"notices": found["unread"]}
    if reviews:
        counts["review"] = min(CAP, found["records"] + found["claims"])
    return counts


def _to_review(viewer: Viewer) -> dict[str, QuerySet]:
    records = visible(Activity.objects.filter(state=ActivityState.SUBMITTED), viewer)
    claims = visible(Claim.objects.filter(state=ClaimState.SUBMITTED), viewer)
    return {"records": records, "claims": claims}
