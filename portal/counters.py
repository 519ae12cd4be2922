"""The figures beside the menu entries, all in one query."""

from __future__ import annotations

from activities.models import Activity, ActivityState, Claim, ClaimState
from branches.models import User
from branches.permissions import Viewer, can, visible
from core.counting import CappedCount
from notices.selectors import unread

CAP = 100  # "99+": nobody needs the exact length of a long queue in a menu


def counters_of(viewer: Viewer | None) -> dict[str, int]:
    """Counter name → figure for one viewer; one query."""
    if viewer is None or viewer.user_id is None:
        return {}
    counted = {"unread": CappedCount(unread(viewer.user_id), CAP)}
    reviews = can(viewer, "activity.review")
    if reviews:
        counted |= _to_review(viewer)
    figures = User.objects.filter(pk=viewer.user_id).values(**counted).get()
    counts = {"notices": figures["unread"]}
    if reviews:
        counts["review"] = min(CAP, figures["records"] + figures["claims"])
    return counts


def _to_review(viewer: Viewer) -> dict[str, CappedCount]:
    records = visible(Activity.objects.filter(state=ActivityState.SUBMITTED), viewer)
    claims = visible(Claim.objects.filter(state=ClaimState.SUBMITTED), viewer)
    return {"records": CappedCount(records, CAP), "claims": CappedCount(claims, CAP)}
