"""Reviewing records: approve, return with a reason, find false, append a note."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.http import Http404

from activities import facts
from activities.models import (
    Activity,
    ActivityState,
    Participation,
    ParticipationState,
    ReviewAction,
    ReviewEvent,
)
from activities.selectors.people import secretary_accounts
from activities.services import steps
from activities.services.sheets import settle_sheets
from branches.permissions import Viewer, check, visible
from core.errors import InvalidInput, Refused
from core.periods import today
from notices.services import notify


@transaction.atomic
def approve_activities(*, actor: Viewer, activity_ids: Iterable[int], now: datetime) -> list[Activity]:
    """Approve one or many records, all or none; their facts are confirmed.

    404 if any is outside the scope, Refused if the actor entered any, Conflict if any does not await review.
    """
    ids = sorted(set(activity_ids))
    rows = _locked_for_review(actor, ids)
    for activity in rows:
        steps.demand_state(activity, ActivityState.SUBMITTED, step="审核")
    refuse_self_review(actor, *rows)
    _refuse_own_roll_calls(actor, rows)
    confirmed = Participation.objects.filter(activity__in=rows, state=ParticipationState.CONFIRMED)
    confirmed.update(is_reviewed=True)
    for activity in rows:
        activity.state, activity.reviewed_at = ActivityState.APPROVED, now
        activity.reviewed_by_id = actor.user_id
        steps.bump(activity, "state", "reviewed_at", "reviewed_by")
        steps.note(activity, ReviewAction.APPROVED, actor=actor, now=now)
    facts.confirm_many(rows, by_id=actor.user_id, now=now)
    settle_sheets(actor=actor, pairs={(activity.branch_id, activity.month) for activity in rows}, now=now)
    return rows


@transaction.atomic
def approve_shares(*, actor: Viewer, activity_id: int, now: datetime) -> int:
    """Review the attendance that invited branches confirmed after the record had been approved; how many."""
    activity = steps.locked(actor, activity_id, "activity.review")
    steps.demand_state(activity, ActivityState.APPROVED, step="审核各支部出席")
    refuse_self_review(actor, activity)
    _refuse_own_roll_calls(actor, [activity])
    late = activity.participations.filter(state=ParticipationState.CONFIRMED, is_organiser=False, is_reviewed=False)
    count = late.update(is_reviewed=True)
    steps.note(activity, ReviewAction.APPROVED, actor=actor, now=now, text="各支部出席")
    facts.confirm_many([activity], by_id=actor.user_id, now=now)
    return count


@transaction.atomic
def return_activity(*, actor: Viewer, activity_id: int, reason: str, now: datetime) -> Activity:
    """Send a record back to be mended; it counts no longer, and that it was returned is counted once."""
    activity = steps.locked(actor, activity_id, "activity.review")
    reason = _demand_reason(reason, "请写明退回的原因，让支部知道改什么。")
    steps.demand_state(activity, ActivityState.SUBMITTED, ActivityState.APPROVED, step="退回")
    refuse_self_review(actor, activity)
    activity.state, activity.return_reason, activity.natural_key = ActivityState.RETURNED, reason[:500], None
    activity.reviewed_by_id, activity.reviewed_at = actor.user_id, now
    steps.bump(activity, "state", "return_reason", "natural_key", "reviewed_by", "reviewed_at")
    steps.note(activity, ReviewAction.RETURNED, actor=actor, now=now, text=reason)
    activity.participations.update(is_reviewed=False)
    facts.retract(activity, by_id=actor.user_id, reason=f"退回：{reason}"[:200], now=now)
    facts.report_handling(activity, "record.returned", on=today(now), by_id=actor.user_id, now=now)
    settle_sheets(actor=actor, pairs={(activity.branch_id, activity.month)}, now=now)
    _tell(activity, f"{activity.title}已退回", reason, now)
    return activity


@transaction.atomic
def mark_false(*, actor: Viewer, activity_id: int, reason: str, now: datetime) -> Activity:
    """Find a record false: all it gave is reversed, and record.false is counted (it opens a veto proposal)."""
    activity = steps.locked(actor, activity_id, "activity.review")
    reason = _demand_reason(reason, "请写明核实的情况和依据。")
    steps.demand_state(activity, ActivityState.SUBMITTED, ActivityState.APPROVED, step="认定失实")
    refuse_self_review(actor, activity)
    activity.state, activity.natural_key = ActivityState.FALSE, None
    activity.reviewed_by_id, activity.reviewed_at = actor.user_id, now
    steps.bump(activity, "state", "natural_key", "reviewed_by", "reviewed_at")
    steps.note(activity, ReviewAction.FALSE, actor=actor, now=now, text=reason)
    facts.retract(activity, by_id=actor.user_id, reason=f"失实：{reason}"[:200], now=now)
    facts.report_handling(activity, "record.false", on=today(now), by_id=actor.user_id, now=now)
    _tell(activity, f"{activity.title}被认定失实", reason, now)
    return activity


@transaction.atomic
def append_note(*, actor: Viewer, activity_id: int, text: str, now: datetime) -> Activity:
    """Add a correction to a record that has been sent; what was written is not overwritten."""
    activity = steps.locked(actor, activity_id, "activity.log")
    text = _demand_reason(text, "请写要补充说明的内容。")
    steps.demand_state(activity, ActivityState.SUBMITTED, ActivityState.APPROVED, step="补充说明")
    steps.note(activity, ReviewAction.NOTED, actor=actor, now=now, text=text)
    return activity


def refuse_self_review(actor: Viewer, *activities: Activity) -> None:
    """Nobody reviews what they entered, at any of its sendings."""
    if actor.user_id is None:
        return
    sent = ReviewEvent.objects.filter(activity__in=activities, action=ReviewAction.SUBMITTED, actor_id=actor.user_id)
    own = set(sent.values_list("activity_id", flat=True))
    for activity in activities:
        if activity.entered_by_id == actor.user_id or activity.pk in own:
            raise Refused(f"“{activity.title}”是您登记的，不能由您审核。", remedy="请由机关党委另一位同志审核。")


def _refuse_own_roll_calls(actor: Viewer, activities: Iterable[Activity]) -> None:
    """An invited branch's attendance that waits for review is not reviewed by who confirmed it on its behalf."""
    waiting = Participation.objects.filter(
        activity__in=activities, state=ParticipationState.CONFIRMED, is_organiser=False, is_reviewed=False
    )
    if actor.user_id and waiting.filter(confirmed_by_id=actor.user_id).exists():
        raise Refused("其中有您代为确认的出席，不能由您审核。", remedy="请由机关党委另一位同志审核。")


def _locked_for_review(actor: Viewer, ids: list[int]) -> list[Activity]:
    seen = visible(Activity.objects.all(), actor).filter(pk__in=ids)
    if seen.count() != len(ids):
        raise Http404
    steps.lock_branches(steps.branches_of(ids))
    rows = Activity.objects.select_for_update(of=("self",)).select_related("kind", "branch", "root")
    rows = list(rows.filter(pk__in=ids).order_by("pk"))
    for branch in {activity.branch for activity in rows}:
        check(actor, "activity.review", branch)
    return rows


def _demand_reason(text: str, remedy: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput("没有填写原因或说明。", remedy=remedy, fields={"reason": [remedy]})
    return text


def _tell(activity: Activity, title: str, text: str, now: datetime) -> None:
    accounts = secretary_accounts([activity.branch_id], today(now)).get(activity.branch_id, [])
    people = {*accounts, activity.entered_by_id} - {None}
    notify(
        recipients=sorted(people),
        kind="returned",
        title=title,
        text=text,
        url=f"/activities/{activity.pk}/",
        dedupe_key=f"activity-{activity.state}:{activity.pk}:{activity.revision}",
        root_id=activity.root_id,
        now=now,
    )
