"""Keeping a record as it is typed; nothing counts before it is sent."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from activities.models import (
    Activity,
    ActivityFile,
    ActivityState,
    ActivityTag,
    ActivityText,
    ActivityType,
    Attendance,
    AttendanceStatus,
    Participation,
    ParticipationState,
    TalkPair,
    VoteItem,
)
from activities.rules.attendance import Mark, head_count
from activities.selectors.due import due_people
from activities.services import steps
from activities.services.inputs import AttendanceMark, RecordInput
from branches.models import Member, Membership, Organisation, Tier
from branches.permissions import Viewer, check, visible
from branches.selectors import Expected
from core import audit
from core.errors import InvalidInput
from core.models import Attachment
from core.periods import Month, today

EARLIEST_YEAR = 2000
TEXTS = ("agenda", "first_agenda", "speeches", "resolution", "observers", "follow_ups")


@transaction.atomic
def save_draft(
    *,
    actor: Viewer,
    record: RecordInput,
    now: datetime,
    activity_id: int | None = None,
    version: int | None = None,
    form_token: str = "",
) -> Activity:
    """Keep a record as a draft (new, or one that is a draft or was returned).

    `form_token` leads the same form sent again to the same draft. Conflict if the record moved on since
    `version`; 404 or Refused where the branch is not the actor's to log for.
    """
    _demand_days(record, now)
    activity = _open(actor, record, now, activity_id, version, form_token)
    _write_row(activity, record, actor)
    _write_text(activity, record)
    _write_tags(activity, record)
    _write_votes(activity, record)
    _write_talks(activity, record, actor)
    _write_files(activity, record, actor, now)
    write_organiser_share(activity, record.attendance)
    audit.record(
        actor=actor, action="activity.save", target=activity, root_id=activity.root_id, branch_id=activity.branch_id
    )
    return activity


def _demand_days(record: RecordInput, now: datetime) -> None:
    """A day that is none of ours (year 1, year 9999) is refused even in a draft: every list reckons with its month."""
    years = range(EARLIEST_YEAR, today(now).year + 2)
    if record.held_on.year not in years:
        raise InvalidInput("日期不对。", remedy="请核对年份。", fields={"held_on": ["请核对年份。"]})
    if record.for_year and record.for_year not in years:
        raise InvalidInput("所属年度不对。", remedy="请核对年度。", fields={"for_year": ["请核对年度。"]})


@transaction.atomic
def delete_draft(*, actor: Viewer, activity_id: int) -> None:
    """Throw away a draft that was never sent."""
    activity = steps.locked(actor, activity_id, "activity.log")
    if activity.state != ActivityState.DRAFT or activity.first_submitted_at:
        raise InvalidInput("报送过的记录不能删除。", remedy="如登记有误，请作废。")
    audit.record(
        actor=actor, action="activity.delete", target=activity, root_id=activity.root_id, branch_id=activity.branch_id
    )
    activity.delete()


def _open(
    actor: Viewer, record: RecordInput, now: datetime, activity_id: int | None, version: int | None, form_token: str
) -> Activity:
    """The draft to write to: the one named, the one this form made before, or a new one."""
    branch = Organisation.objects.select_related("root").filter(pk=record.branch_id).first()
    if branch is None or branch.tier == Tier.GROUP:
        raise InvalidInput("请选择组织者。", fields={"branch": ["请选择党支部。"]})
    check(actor, "activity.log", branch)
    if activity_id is None and form_token:
        made = Activity.objects.filter(root_id=branch.root_id or branch.pk, form_token=form_token).first()
        activity_id = made.pk if made else None
    if activity_id is not None:
        activity = steps.locked(actor, activity_id, "activity.log")
        steps.demand_state(activity, *ActivityState.editable(), step="修改")
        steps.demand_version(activity, version)
        activity.branch = branch if activity.first_submitted_at is None else activity.branch
        return activity
    return Activity(
        root_id=branch.root_id or branch.pk,
        branch=branch,
        created_at=now,
        version=0,
        form_token=form_token or None,
        entered_by_id=actor.user_id,
    )


def _write_row(activity: Activity, record: RecordInput, actor: Viewer) -> None:
    activity.kind = _kind(record.kind_code)
    activity.group_id = _group_id(activity, record)
    activity.held_on = record.held_on
    activity.month = Month.of(record.held_on).key
    activity.title = (record.title.strip() or activity.kind.name)[:100]
    for name in ("starts_at", "ends_at"):
        setattr(activity, name, getattr(record, name))
    for name, size in (("place", 100), ("host", 50), ("recorder", 50)):
        setattr(activity, name, getattr(record, name).strip()[:size])
    activity.for_year = (record.for_year or record.held_on.year) if activity.kind.has_for_year else None
    activity.invited = sorted({int(pk) for pk in record.invited} - {activity.branch_id})
    activity.on_behalf = steps.is_on_behalf(actor, activity.branch)
    activity.text_digest = _digest(record)
    activity.version += 1
    try:
        with transaction.atomic():
            activity.save()
    except IntegrityError as error:  # two sendings of one form at the same moment
        raise InvalidInput("同一张表单正在保存。", remedy="请稍候再提交一次，不会重复登记。") from error


def _kind(code: str) -> ActivityType:
    kind = ActivityType.objects.filter(code=code, is_active=True).first()
    if kind is None:
        raise InvalidInput("没有这种活动类型。", fields={"kind": ["请选择活动类型。"]})
    return kind


def _group_id(activity: Activity, record: RecordInput) -> int | None:
    if activity.kind.attendees != "group" or not record.group_id:
        return None
    group = Organisation.objects.filter(pk=record.group_id, parent_id=activity.branch_id, tier=Tier.GROUP).first()
    if group is None:
        raise InvalidInput("党小组不属于这个支部。", fields={"group": ["请选择本支部的党小组。"]})
    return group.pk


def _digest(record: RecordInput) -> str:
    said = "".join("".join(record.texts.get(name, "").split()) for name in ("agenda", "speeches", "resolution"))
    return hashlib.sha256(said.encode()).hexdigest() if said else ""


def _write_text(activity: Activity, record: RecordInput) -> None:
    extra = {name: record.extras.get(name, "").strip()[:200] for name in activity.kind.extras}
    fields = {name: record.texts.get(name, "").strip() for name in TEXTS} | {"extra": extra}
    ActivityText.objects.update_or_create(activity=activity, defaults=fields)


def _write_tags(activity: Activity, record: RecordInput) -> None:
    activity.tags.all().delete()
    tags = [tag for tag in dict.fromkeys(record.tags) if tag in activity.kind.tags]
    ActivityTag.objects.bulk_create(ActivityTag(activity=activity, tag=tag) for tag in tags)


def _write_votes(activity: Activity, record: RecordInput) -> None:
    activity.votes.all().delete()
    if activity.kind.has_votes:
        VoteItem.objects.bulk_create(
            VoteItem(
                activity=activity,
                matter=vote.matter.strip()[:200],
                case=vote.case,
                yes=max(0, vote.yes),
                no=max(0, vote.no),
                abstain=max(0, vote.abstain),
                written_yes=max(0, vote.written_yes),
            )
            for vote in record.votes
            if vote.matter.strip()
        )


def _write_talks(activity: Activity, record: RecordInput, actor: Viewer) -> None:
    """The talks, between people the actor may see or who were in the branch that day; others are nobody here."""
    activity.talks.all().delete()
    if activity.kind.shape != "talk":
        return
    ids = {talk.talked_id for talk in record.talks} | {talk.talker_id for talk in record.talks if talk.talker_id}
    of_branch = Membership.objects.filter(branch_id=activity.branch_id, from_on__lte=activity.held_on)
    of_branch = of_branch.filter(Q(to_on__isnull=True) | Q(to_on__gte=activity.held_on))
    seen = visible(Member.objects.all(), actor)
    people = Member.objects.filter(Q(pk__in=seen.values("pk")) | Q(pk__in=of_branch.values("member_id")))
    known = dict(people.filter(pk__in=ids, root_id=activity.root_id).values_list("pk", "name"))
    pairs = {}
    for talk in record.talks:
        name = known.get(talk.talker_id or 0) or talk.talker_name.strip()[:50]
        if talk.talked_id in known and name and talk.talked_id != talk.talker_id:
            pairs[(name, talk.talked_id)] = TalkPair(
                root_id=activity.root_id,
                activity=activity,
                talker_id=talk.talker_id if talk.talker_id in known else None,
                talker_name=name,
                talked_id=talk.talked_id,
                happened_on=activity.held_on,
            )
    TalkPair.objects.bulk_create(pairs.values())


def _write_files(activity: Activity, record: RecordInput, actor: Viewer, now: datetime) -> None:
    if record.dropped_file_ids:
        activity.files.filter(pk__in=record.dropped_file_ids).delete()
    own = Attachment.objects.filter(pk__in=record.attachment_ids, root_id=activity.root_id)
    if not actor.is_system:
        own = own.filter(uploaded_by_id=actor.user_id)
    known = set(activity.files.values_list("attachment__sha256", flat=True))  # a browser may send the same file again
    files = []
    for attachment in own.order_by("pk"):
        if attachment.sha256 not in known:
            known.add(attachment.sha256)
            files.append(ActivityFile(root_id=activity.root_id, activity=activity, attachment=attachment, added_at=now))
    ActivityFile.objects.bulk_create(files, ignore_conflicts=True)


def write_organiser_share(activity: Activity, marks: dict[int, AttendanceMark]) -> Participation:
    """The organiser's own share with its roll call; people without a mark have no row, and sending asks for them."""
    share, _ = Participation.objects.update_or_create(
        root_id=activity.root_id,
        activity=activity,
        branch=activity.branch,
        defaults={
            "held_on": activity.held_on,
            "month": activity.month,
            "is_organiser": True,
            "state": ParticipationState.CONFIRMED,
        },
    )
    # the organiser may have changed while it was a draft
    activity.participations.filter(is_organiser=True).exclude(pk=share.pk).delete()
    write_attendance(share, activity, marks)
    return share


def write_attendance(share: Participation, activity: Activity, marks: dict[int, AttendanceMark]) -> list[Expected]:
    """The roll call of one branch and its counts; returns the people due, marked or not."""
    due = due_people(activity.kind, share.branch, activity.group_id, activity.held_on)
    rows = [
        _attendance(share, activity, person, marks[person.member_id]) for person in due if person.member_id in marks
    ]
    share.attendances.all().delete()
    Attendance.objects.bulk_create(rows)
    count = head_count(Mark(row.status, row.has_vote, row.is_committee) for row in rows)
    for name in ("expected", "present", "voters_due", "voters_present", "committee_due", "committee_present"):
        setattr(share, name, getattr(count, name))
    share.save()
    return due


def _attendance(share: Participation, activity: Activity, person: Expected, mark: AttendanceMark) -> Attendance:
    status = mark.status if mark.status in AttendanceStatus.values else AttendanceStatus.PRESENT
    reason = mark.reason.strip()
    if status == AttendanceStatus.EXCLUDED:
        reason = reason or person.excluded
    return Attendance(
        root_id=activity.root_id,
        activity=activity,
        participation=share,
        branch_id=share.branch_id,
        member_id=person.member_id,
        status=status,
        reason=reason[:60],
        has_vote=person.has_vote,
        is_committee=person.is_committee,
    )
