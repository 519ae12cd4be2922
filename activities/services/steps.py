"""What every step in the life of a record shares: locks, the trail, the words of a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import Http404

from activities.models import Activity, ActivityState, ReviewEvent
from branches.models import Organisation, Tier
from branches.permissions import Viewer, check, visible
from core import audit
from core.errors import Conflict, Refused


def lock_branches(branch_ids: Iterable[int]) -> None:
    """Take the branches' rows, so that two changes of one branch choose its counting records one after the other.

    no_key: rows that only point at a branch may be written meanwhile. A closing ends with those of every branch
    while senders wait for it; taken whole, the two would wait for each other for ever.
    """
    ids = sorted(set(branch_ids))
    list(
        Organisation.objects.select_for_update(no_key=True)
        .filter(pk__in=ids)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def branches_of(activity_ids: Iterable[int]) -> set[int]:
    """Every branch these records touch, invited ones too: locked all at once, in one order, so that none waits in a ring."""
    rows = Activity.objects.filter(pk__in=list(activity_ids))
    found: set[int] = set()
    for branch_id, share_branch_id, invited in rows.values_list("branch_id", "participations__branch_id", "invited"):
        found |= {branch_id, share_branch_id or branch_id, *invited}
    return found


def locked(actor: Viewer, activity_id: int, action: str) -> Activity:
    """The record, its branches and itself locked; 404 outside the scope, refused where the step is not the actor's."""
    if not visible(Activity.objects.all(), actor).filter(pk=activity_id).exists():
        raise Http404
    lock_branches(branches_of([activity_id]))
    rows = Activity.objects.select_for_update(of=("self",)).select_related("kind", "branch", "root")
    activity = rows.get(pk=activity_id)
    check(actor, action, activity.branch)
    return activity


def demand_state(activity: Activity, *states: str, step: str) -> None:
    """Pass if the record stands in one of these states, else a Conflict that says where it stands."""
    if activity.state not in states:
        word = ActivityState(activity.state).label
        raise Conflict(f"这条记录现在是“{word}”，不能{step}。", remedy="请刷新页面，看最新的状态。")


def demand_version(activity: Activity, version: int | None) -> None:
    """Pass if nobody changed the record since `version` was read."""
    if version is not None and activity.version != version:
        raise Conflict("您打开之后，别人已改动这条记录。", remedy="您填写的内容还在下面；请与最新内容核对后再保存。")


def note(activity: Activity, action: str, *, actor: Viewer, now: datetime, text: str = "") -> ReviewEvent:
    """One step of the trail and its audit entry."""
    audit.record(
        actor=actor,
        action=f"activity.{action}",
        target=activity,
        root_id=activity.root_id,
        branch_id=activity.branch_id,
        after={"state": activity.state, "revision": activity.revision},
        summary=text,
    )
    return ReviewEvent.objects.create(
        root_id=activity.root_id,
        activity=activity,
        action=action,
        text=text[:500],
        actor_id=actor.user_id,
        revision=activity.revision,
        happened_at=now,
    )


def is_on_behalf(actor: Viewer, branch: Organisation) -> bool:
    """Whether an officer enters for a branch that is not their own (代录)."""
    if actor.is_system or branch.tier != Tier.BRANCH:
        return False
    return branch.pk not in actor.secretary_branch_ids and branch.pk not in actor.own_branch_ids


def is_own_to_withdraw(actor: Viewer, activity: Activity) -> bool:
    """Whether the record is the actor's to take back: their branch's, or entered by themselves (an officer's 代录)."""
    if actor.is_system or activity.branch_id in actor.secretary_branch_ids:
        return True
    return actor.user_id is not None and activity.entered_by_id == actor.user_id


def demand_own(actor: Viewer, activity: Activity) -> None:
    """Pass if the record is the actor's to take back."""
    if not is_own_to_withdraw(actor, activity):
        raise Refused("这条记录由支部登记，不能由您撤回或作废。", remedy="要支部修改，请退回并写明原因。")


def bump(activity: Activity, *fields: str) -> None:
    """Save these fields with the next version."""
    activity.version += 1
    activity.save(update_fields=[*fields, "version"])
