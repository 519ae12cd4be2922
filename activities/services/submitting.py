"""Sending a record, taking it back, and writing it off as a mistake."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from activities import facts
from activities.models import (
    Activity,
    ActivityState,
    Participation,
    ParticipationState,
    RecordShape,
    ReviewAction,
)
from activities.reporting.shares import is_by_branch, record_of
from activities.rules.facts import is_late, is_valid
from activities.rules.keys import natural_key
from activities.rules.quorum import Ballot, is_passed, is_vote_valid
from activities.selectors.people import secretary_accounts
from activities.services import checks, steps
from activities.services.drafting import save_draft
from activities.services.inputs import RecordInput
from branches.models import Organisation, Tier
from branches.permissions import Viewer
from core.errors import Conflict, InvalidInput
from core.periods import Month, today
from notices.services import notify


@transaction.atomic
def submit_activity(*, actor: Viewer, activity_id: int, now: datetime, version: int | None = None) -> Activity:
    """Send a draft or a returned record: it counts as pending from now on, and its first sending decides late.

    InvalidInput with every fault by field; Conflict if it has been sent, changed, or the same gathering is there.
    """
    activity = steps.locked(actor, activity_id, "activity.submit")
    steps.demand_state(activity, *ActivityState.editable(), step="报送")
    steps.demand_version(activity, version)
    _date_paper(activity, now)
    checks.demand_complete(activity, today=today(now))
    _send(activity, actor, now)
    _judge(activity)
    _invite(activity, actor, now)
    steps.note(activity, ReviewAction.SUBMITTED, actor=actor, now=now)
    facts.report(activity, now=now)
    return activity


@transaction.atomic
def log_activity(*, actor: Viewer, record: RecordInput, now: datetime, form_token: str = "") -> Activity:
    """Write a record and send it in one go; nothing is kept if it cannot be sent."""
    activity = save_draft(actor=actor, record=record, now=now, form_token=form_token)
    return submit_activity(actor=actor, activity_id=activity.pk, now=now)


@transaction.atomic
def pull_back(*, actor: Viewer, activity_id: int, now: datetime) -> Activity:
    """Take a sent record back to change it, until it is reviewed; its first sending stays."""
    activity = steps.locked(actor, activity_id, "activity.withdraw")
    steps.demand_own(actor, activity)
    steps.demand_state(activity, ActivityState.SUBMITTED, step="撤回")
    activity.state, activity.natural_key = ActivityState.DRAFT, None
    steps.bump(activity, "state", "natural_key")
    steps.note(activity, ReviewAction.PULLED_BACK, actor=actor, now=now)
    facts.retract(activity, by_id=actor.user_id, reason="撤回修改", now=now)
    return activity


@transaction.atomic
def withdraw_activity(*, actor: Viewer, activity_id: int, now: datetime, reason: str = "") -> Activity:
    """Write a record off as logged by mistake, until it is reviewed: everything it gave is reversed, for all branches."""
    activity = steps.locked(actor, activity_id, "activity.withdraw")
    steps.demand_own(actor, activity)
    steps.demand_state(activity, ActivityState.SUBMITTED, ActivityState.RETURNED, ActivityState.DRAFT, step="作废")
    if activity.first_submitted_at is None:
        raise InvalidInput("还没有报送的草稿不用作废。", remedy="直接删除草稿即可。")
    activity.state, activity.natural_key = ActivityState.WITHDRAWN, None
    steps.bump(activity, "state", "natural_key")
    steps.note(activity, ReviewAction.WITHDRAWN, actor=actor, now=now, text=reason)
    facts.retract(activity, by_id=actor.user_id, reason=reason or "登记有误，作废", now=now, with_handling=True)
    return activity


def _date_paper(activity: Activity, now: datetime) -> None:
    """A yearly paper happens on the day it is first sent."""
    if activity.kind.shape != RecordShape.PAPER or not activity.kind.has_for_year:
        return
    activity.held_on = today(activity.first_submitted_at or now)
    activity.month = Month.of(activity.held_on).key
    activity.participations.filter(is_organiser=True).update(held_on=activity.held_on, month=activity.month)


def _send(activity: Activity, actor: Viewer, now: datetime) -> None:
    activity.state = ActivityState.SUBMITTED
    activity.revision += 1
    activity.submitted_at = now
    activity.first_submitted_at = activity.first_submitted_at or now
    activity.is_late = is_late(activity.held_on, activity.first_submitted_at)
    activity.entered_by_id = actor.user_id or activity.entered_by_id
    activity.on_behalf = steps.is_on_behalf(actor, activity.branch)
    activity.return_reason = ""
    activity.reviewed_by = activity.reviewed_at = None
    activity.natural_key = _natural_key(activity)
    activity.version += 1
    twin = Activity.objects.filter(root_id=activity.root_id, natural_key=activity.natural_key).exclude(pk=activity.pk)
    if found := twin.first():
        raise _twin_conflict(found)
    try:
        with transaction.atomic():
            activity.save()
    except IntegrityError as error:
        raise _twin_conflict(twin.first()) from error


def _natural_key(activity: Activity) -> str:
    return natural_key(
        kind_code=activity.kind.code,
        shape=activity.kind.shape,
        branch_id=activity.branch_id,
        group_id=activity.group_id,
        held_on=activity.held_on,
        starts_at=activity.starts_at,
        for_year=activity.for_year,
        title=activity.title,
        pairs=activity.talks.values_list("talker_name", "talked_id"),
    )


def _twin_conflict(twin: Activity | None) -> Conflict:
    name = f"“{twin.title}”（{twin.held_on:%Y-%m-%d}）" if twin else "同一条记录"
    return Conflict(
        f"已经报送过{name}，没有重复登记。",
        remedy="请在组织生活列表里查看；确是另一次活动，请核对类型、日期和开始时间。",
    )


def _judge(activity: Activity) -> None:
    """Whether each confirmed share is valid, and whether what was voted on passed."""
    for share in activity.participations.filter(state=ParticipationState.CONFIRMED):
        judge_share(activity, share)
    if is_by_branch(activity):
        return
    share = activity.participations.get(is_organiser=True)
    due, present = checks.voters_of(activity, share)
    for vote in activity.votes.all():
        ballot = Ballot(vote.case, vote.yes, vote.no, vote.abstain, vote.written_yes)
        vote.is_valid = is_vote_valid(vote.case, due=due, present=present)
        vote.passed = is_passed(ballot, due=due, present=present)
        vote.save(update_fields=["is_valid", "passed"])


def judge_share(activity: Activity, share: Participation) -> None:
    """Store whether a share is valid as what the record is; a first confirmation gets its time."""
    share.is_valid = is_valid(record_of(activity, share))
    if share.is_organiser:
        share.first_confirmed_at = activity.first_submitted_at
    share.save(update_fields=["is_valid", "first_confirmed_at"])


def _invite(activity: Activity, actor: Viewer, now: datetime) -> None:
    """Ask the invited branches to confirm; of a meeting of the committee the officer's list is the attendance."""
    under = {"root_id": activity.root_id, "tier": Tier.BRANCH}
    invited = list(Organisation.objects.filter(pk__in=activity.invited, **under).exclude(pk=activity.branch_id))
    activity.participations.filter(is_organiser=False).exclude(branch__in=invited).delete()
    by_branch = is_by_branch(activity)
    for branch in invited:
        _share_of(activity, branch, by_branch, actor, now)
    waiting = list(activity.participations.filter(state=ParticipationState.INVITED).values_list("branch_id", flat=True))
    accounts = secretary_accounts(waiting, today(now))
    notify(
        recipients=[user for users in accounts.values() for user in users],
        kind="to_confirm",
        title=f"{activity.branch.short_name}邀请确认：{activity.title}",
        text=f"{activity.held_on:%Y-%m-%d}的{activity.kind.name}，请确认本支部出席情况。",
        url=f"/activities/{activity.pk}/",
        dedupe_key=f"activity-invite:{activity.pk}:{activity.revision}",
        root_id=activity.root_id,
        now=now,
    )


def _share_of(activity: Activity, branch: Organisation, by_branch: bool, actor: Viewer, now: datetime) -> None:
    same = {"held_on": activity.held_on, "month": activity.month}
    share, _ = Participation.objects.get_or_create(
        root_id=activity.root_id, activity=activity, branch=branch, defaults=same
    )
    for name, value in same.items():
        setattr(share, name, value)
    if by_branch:
        share.state, share.is_valid = ParticipationState.CONFIRMED, True
        share.confirmed_by_id = actor.user_id
        share.first_confirmed_at = share.first_confirmed_at or activity.first_submitted_at
    share.save()
