"""Gatherings held with other branches: each invited branch says who of its people was there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404

from activities import facts
from activities.models import Activity, ActivityState, Participation, ParticipationState, ReviewAction
from activities.services import steps
from activities.services.checks import roll_call_faults
from activities.services.drafting import write_attendance
from activities.services.inputs import AttendanceMark
from activities.services.submitting import judge_share
from branches.permissions import Viewer, check, visible
from core.errors import Conflict, InvalidInput


@transaction.atomic
def confirm_participation(
    *, actor: Viewer, share_id: int, attendance: dict[int, AttendanceMark], now: datetime, version: int | None = None
) -> Participation:
    """Confirm (or, until it is reviewed, correct) an invited branch's attendance; it gets its own facts."""
    share = _locked_share(actor, share_id, version)
    activity = share.activity
    if share.is_reviewed:
        raise Conflict("本支部的出席已审核，不能再改。", remedy="如有出入，请在记录里补充说明。")
    write_attendance(share, activity, attendance)
    if faults := roll_call_faults(activity, share):
        raise InvalidInput("出席情况还不完整。", remedy="请补齐后再确认。", fields={"attendance": faults})
    was_confirmed = share.state == ParticipationState.CONFIRMED
    share.state, share.confirmed_by_id = ParticipationState.CONFIRMED, actor.user_id
    share.first_confirmed_at = share.first_confirmed_at or now
    share.version += 1
    share.save()
    judge_share(activity, share)
    steps.note(activity, ReviewAction.CONFIRMED, actor=actor, now=now, text=share.branch.short_name)
    if was_confirmed:
        facts.retract_share(share, by_id=actor.user_id, reason="更正出席", now=now)
    facts.report_share(share, now=now)
    return share


@transaction.atomic
def decline_participation(*, actor: Viewer, share_id: int, now: datetime, reason: str = "") -> Participation:
    """Say that the invited branch was not there."""
    share = _locked_share(actor, share_id, None)
    if share.is_reviewed:
        raise Conflict("本支部的出席已审核，不能再改。", remedy="如有出入，请在记录里补充说明。")
    was_confirmed = share.state == ParticipationState.CONFIRMED
    share.attendances.all().delete()
    share.state, share.is_valid, share.expected, share.present = ParticipationState.DECLINED, False, 0, 0
    share.version += 1
    share.save()
    text = f"{share.branch.short_name} {reason}".strip()
    steps.note(share.activity, ReviewAction.DECLINED, actor=actor, now=now, text=text)
    if was_confirmed:
        facts.retract_share(share, by_id=actor.user_id, reason="未参加", now=now)
    return share


def _locked_share(actor: Viewer, share_id: int, version: int | None) -> Participation:
    """The invited share, its branch and its record locked; 404 outside the scope."""
    found = visible(Participation.objects.all(), actor).filter(pk=share_id, is_organiser=False).first()
    if found is None:
        raise Http404
    steps.lock_branches(steps.branches_of([found.activity_id]))
    rows = Activity.objects.select_for_update(of=("self",)).select_related("kind", "branch", "root")
    activity = rows.get(pk=found.activity_id)
    share = Participation.objects.select_related("branch").get(pk=share_id)
    share.activity = activity
    check(actor, "activity.submit", share.branch)
    if activity.state not in ActivityState.counting():
        raise Conflict("组织者正在修改这条记录，暂不能确认。", remedy="等组织者重新报送后再确认。")
    if activity.branch.tier != "branch":
        raise Conflict("机关党委的会议由机关党委登记到会支部，不用支部确认。", remedy="如有出入，请联系机关党委。")
    if version is not None and share.version != version:
        raise Conflict("出席情况已被别人改动。", remedy="请刷新页面后再填。")
    return share
