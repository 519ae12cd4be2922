"""The figures beside the menu entries, all in one query."""

from __future__ import annotations

from django.db.models import QuerySet

from activities.models import Activity, ActivityState, Claim, ClaimState
from appraisal.models import Appeal, AppealState
from branches.models import User
from branches.permissions import Viewer, can, visible
from branches.rules import Role
from core.counting import counts_of
from notices.selectors import unread
from worklists.models import Item, ItemState

CAP = 100  # "99+": nobody needs the exact length of a long queue in a menu


def counters_of(viewer: Viewer | None) -> dict[str, int]:
    """Counter name → figure for one viewer; one query."""
    if viewer is None or viewer.user_id is None:
        return {}
    queues = {"unread": unread(viewer.user_id), **_of_branches(viewer)}
    if can(viewer, "activity.review"):
        queues |= _to_review(viewer)
    found = counts_of(User.objects.filter(pk=viewer.user_id), CAP, **queues)
    found["notices"] = found.pop("unread")
    if "records" in found:
        found["review"] = min(CAP, found.pop("records") + found.pop("claims"))
    return found


def _of_branches(viewer: Viewer) -> dict[str, QuerySet]:
    """What is to be put right: for the officer what waits for a second person, for a branch what is not done."""
    if viewer.is_a(Role.OFFICER):
        return {
            "worklists": visible(Item.objects.filter(state=ItemState.DONE), viewer),
            "appeals": visible(Appeal.objects.filter(state=AppealState.OPEN), viewer),
        }
    if viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE):
        return {"worklists": visible(Item.objects.filter(state=ItemState.OPEN), viewer)}
    return {}


def _to_review(viewer: Viewer) -> dict[str, QuerySet]:
    records = visible(Activity.objects.filter(state=ActivityState.SUBMITTED), viewer)
    claims = visible(Claim.objects.filter(state=ClaimState.SUBMITTED), viewer)
    return {"records": records, "claims": claims}
