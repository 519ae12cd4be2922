"""The figures beside the menu entries, in as few queries as there are figures."""

from __future__ import annotations

from activities.models import Activity, ActivityState, Claim, ClaimState
from branches.permissions import Viewer, can, visible
from notices.selectors import unread_count

CAP = 100  # "99+": nobody needs the exact length of a long queue in a menu


def counters_of(viewer: Viewer | None) -> dict[str, int]:
    """Counter name → figure for one viewer; two or three queries."""
    if viewer is None or viewer.user_id is None:
        return {}
    counts = {"notices": unread_count(viewer.user_id)}
    if can(viewer, "activity.review"):
        counts["review"] = _to_review(viewer)
    return counts


def _to_review(viewer: Viewer) -> int:
    records = visible(Activity.objects.filter(state=ActivityState.SUBMITTED), viewer)
    claims = visible(Claim.objects.filter(state=ClaimState.SUBMITTED), viewer)
    return min(CAP, records[:CAP].count() + claims[:CAP].count())
