"""Puts the demo's gatherings into the portal in bulk, day by day as they were sent and reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.urls import reverse

from activities import facts
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
    ReviewAction,
    ReviewEvent,
    TalkPair,
    VoteItem,
)
from activities.rules.attendance import Mark, head_count
from activities.rules.facts import is_late
from activities.rules.keys import natural_key
from activities.rules.quorum import is_quorate
from branches.models import User
from core.models import Attachment
from core.periods import SHANGHAI, Month
from core.periods import today as today_of
from notices.services import notify

from .register import DemoBranch, Register
from .story import BranchStory, Gathering
from .texts import RETURN_REASONS

RETURNED_PLACES = (3, 8)
COMMITTEE_KINDS = {"committee_meeting", "party_affairs_meeting", "annual_party_work_meeting"}


def at(day: date, hour: int) -> datetime:
    """That hour of that day in Shanghai."""
    return datetime.combine(day, time(hour), SHANGHAI)


@dataclass
class _Rows:
    """Rows waiting to be written together."""

    activities: list[Activity] = field(default_factory=list)
    texts: list[ActivityText] = field(default_factory=list)
    tags: list[ActivityTag] = field(default_factory=list)
    shares: list[Participation] = field(default_factory=list)
    attendance: list[Attendance] = field(default_factory=list)
    talks: list[TalkPair] = field(default_factory=list)
    votes: list[VoteItem] = field(default_factory=list)
    events: list[ReviewEvent] = field(default_factory=list)
    files: list[ActivityFile] = field(default_factory=list)

    def save(self) -> None:
        Activity.objects.bulk_create(self.activities)
        for rows in (self.texts, self.tags, self.shares, self.talks, self.votes, self.events, self.files):
            if rows:
                cast("Any", type(rows[0])).objects.bulk_create(rows)
        Attendance.objects.bulk_create(self.attendance, batch_size=2000)


class RecordBook:
    """All gatherings of the demo, in the order in which they were sent."""

    def __init__(self, register: Register, seed: int, first: Month, today: date, paper: Attachment) -> None:
        self.register = register
        self.today = today
        self.paper = paper
        self.kinds = {kind.code: kind for kind in ActivityType.objects.all()}
        self.users = {user.member_id: user for user in User.objects.exclude(member=None)}
        self.waiting = sorted(
            (
                (gathering.sent_on, branch.place, n, gathering)
                for branch in register.branches
                for n, gathering in enumerate(BranchStory(branch.plan, branch.place, seed).gatherings(first, today))
            ),
            key=lambda entry: entry[:3],
        )
        self.unreviewed: list[tuple[Activity, Gathering]] = []

    def advance(self, until: datetime) -> None:
        """What was sent by then is sent; what was reviewed by then is reviewed."""
        reviewed = [pair for pair in self.unreviewed if at(pair[1].approved_on, 10) <= until]
        for activity, gathering in reviewed:
            self._approve(activity, gathering)
            activity.save()
            self.unreviewed.remove((activity, gathering))
        guests = Participation.objects.filter(activity__in=[activity for activity, _ in reviewed], is_organiser=False)
        guests.update(is_reviewed=True)
        facts.confirm_many([pair[0] for pair in reviewed], by_id=self.register.officers[0].pk, now=until)
        rows, made = _Rows(), []
        while self.waiting and at(self.waiting[0][0], 16) <= until:
            _, place, _, gathering = self.waiting.pop(0)
            activity = self._build(rows, self.register.branches[place], gathering, until)
            made.append(activity)
        rows.save()
        self._tell_returned([activity for activity in made if activity.state == ActivityState.RETURNED])
        facts.report_many([activity.pk for activity in made if activity.state in ActivityState.counting()], now=until)

    # -- one gathering -----------------------------------------------------------------------

    def _build(self, rows: _Rows, branch: DemoBranch, gathering: Gathering, until: datetime) -> Activity:
        activity = self._activity(branch, gathering)
        if self._stands_returned(branch, gathering):
            self._return(activity)
        elif at(gathering.approved_on, 10) <= until:
            self._approve(activity, gathering)
        else:
            self.unreviewed.append((activity, gathering))
        rows.activities.append(activity)
        rows.texts.append(_text(activity, branch, gathering))
        rows.tags += [ActivityTag(activity=activity, tag=tag) for tag in _tags(gathering)]
        rows.events += self._events(activity, gathering)
        rows.talks += _talks(activity, branch, gathering)
        if activity.kind.attachment_required:
            rows.files.append(
                ActivityFile(root=activity.root, activity=activity, attachment=self.paper, added_at=activity.created_at)
            )
        self._shares(rows, activity, branch, gathering)
        return activity

    def _activity(self, branch: DemoBranch, gathering: Gathering) -> Activity:
        sent_at = at(gathering.sent_on, 16)
        host = branch.people[0]
        if gathering.group is not None:
            host = next(p for p in branch.people if p.group == gathering.group and "group_leader" in p.posts)
        ends = time(gathering.starts.hour + 1, 30)
        activity = Activity(
            root=self.register.root,
            branch=branch.row,
            group=branch.groups[gathering.group] if gathering.group is not None else None,
            kind=self.kinds[gathering.kind],
            title=gathering.title,
            held_on=gathering.held_on,
            starts_at=gathering.starts if gathering.place else None,
            ends_at=ends if gathering.place else None,
            month=Month.of(gathering.held_on).key,
            for_year=gathering.for_year,
            place=gathering.place,
            host=host.name,
            recorder=branch.people[1].name,
            state=ActivityState.SUBMITTED,
            revision=2 if gathering.returned_reason else 1,
            entered_by=self.users[branch.members[0].pk],
            created_at=sent_at,
            first_submitted_at=sent_at,
            submitted_at=sent_at,
            is_late=is_late(gathering.held_on, sent_at),
        )
        activity.natural_key = _natural_key(activity, branch, gathering)
        return activity

    def _stands_returned(self, branch: DemoBranch, gathering: Gathering) -> bool:
        """Two branches find a record of this month sent back to them today."""
        is_recent = Month.of(gathering.held_on) == Month.of(self.today)
        return is_recent and branch.place in RETURNED_PLACES and gathering.kind == "committee_meeting"

    def _return(self, activity: Activity) -> None:
        activity.state = ActivityState.RETURNED
        activity.reviewed_by = self.register.officers[0]
        activity.reviewed_at = activity.first_submitted_at + timedelta(hours=18)
        activity.return_reason = RETURN_REASONS[1]

    def _tell_returned(self, activities: list[Activity]) -> None:
        for activity in activities:
            facts.report_handling(
                activity,
                "record.returned",
                on=today_of(activity.reviewed_at),
                by_id=activity.reviewed_by_id,
                now=activity.reviewed_at,
            )
            notify(
                recipients=[activity.entered_by_id],
                kind="returned",
                title=f"“{activity.title}”已退回：{activity.return_reason}",
                url=reverse("activities:detail", args=[activity.pk]),
                dedupe_key=f"activity-returned:{activity.pk}:{activity.revision}",
                root_id=activity.root_id,
                now=activity.reviewed_at,
            )

    def _approve(self, activity: Activity, gathering: Gathering) -> None:
        activity.state = ActivityState.APPROVED
        activity.reviewed_by = self.register.officers[0]
        activity.reviewed_at = at(gathering.approved_on, 10)

    def _events(self, activity: Activity, gathering: Gathering) -> Iterator[ReviewEvent]:
        secretary, officer = activity.entered_by, self.register.officers[0]

        def event(action: str, by: User, when: datetime, text: str = "", revision: int = 1) -> ReviewEvent:
            return ReviewEvent(
                root=activity.root,
                activity=activity,
                action=action,
                actor=by,
                happened_at=when,
                text=text,
                revision=revision,
            )

        yield event(ReviewAction.SUBMITTED, secretary, activity.first_submitted_at)
        if gathering.returned_reason:
            returned = activity.first_submitted_at + timedelta(hours=18)
            yield event(ReviewAction.RETURNED, officer, returned, gathering.returned_reason)
            yield event(ReviewAction.SUBMITTED, secretary, returned + timedelta(hours=4), revision=2)
        if activity.state == ActivityState.RETURNED:
            yield event(ReviewAction.RETURNED, officer, activity.reviewed_at, activity.return_reason)
        elif activity.reviewed_at:
            yield event(ReviewAction.APPROVED, officer, activity.reviewed_at, revision=activity.revision)

    # -- who was there -----------------------------------------------------------------------

    def _shares(self, rows: _Rows, activity: Activity, branch: DemoBranch, gathering: Gathering) -> None:
        self._share(rows, activity, branch, gathering, is_organiser=True)
        if gathering.joint_with is not None:
            guest = self.register.branches[gathering.joint_with]
            self._share(rows, activity, guest, gathering, is_organiser=False)

    def _share(
        self, rows: _Rows, activity: Activity, branch: DemoBranch, gathering: Gathering, is_organiser: bool
    ) -> None:
        share = Participation(
            root=activity.root,
            activity=activity,
            branch=branch.row,
            held_on=activity.held_on,
            month=activity.month,
            is_organiser=is_organiser,
            state=ParticipationState.CONFIRMED,
            confirmed_by=self.users[branch.members[0].pk],
            first_confirmed_at=activity.first_submitted_at,
            is_reviewed=not is_organiser and activity.state == ActivityState.APPROVED,
        )
        people = list(_attendance(share, branch, gathering)) if activity.kind.shape == "gathering" else []
        count = head_count(Mark(row.status, row.has_vote, row.is_committee) for row in people)
        for name in ("expected", "present", "voters_due", "voters_present", "committee_due", "committee_present"):
            setattr(share, name, getattr(count, name))
        share.is_valid = activity.kind.shape != "gathering" or is_quorate(
            activity.kind.quorum,
            voters_due=count.voters_due,
            voters_present=count.voters_present,
            committee_due=count.committee_due,
            committee_present=count.committee_present,
            present=count.present,
        )
        rows.shares.append(share)
        rows.attendance += people
        if gathering.kind == "general_meeting" and is_organiser:
            rows.votes.append(_vote(activity, share))


def _attendance(share: Participation, branch: DemoBranch, gathering: Gathering) -> Iterator[Attendance]:
    for place, (member, person) in enumerate(zip(branch.members, branch.people, strict=True)):
        is_committee = any(post != "group_leader" for post in person.posts)
        if person.joined_on > gathering.held_on or not _is_due(gathering, person.group, is_committee, branch):
            continue
        status = AttendanceStatus.EXCLUDED if person.excluded else gathering.absent.get(place, AttendanceStatus.PRESENT)
        yield Attendance(
            root=share.root,
            activity=share.activity,
            participation=share,
            branch=branch.row,
            member=member,
            status=status,
            reason=person.excluded,
            has_vote=person.status == "full",
            is_committee=is_committee,
        )


def _is_due(gathering: Gathering, group: int | None, is_committee: bool, branch: DemoBranch) -> bool:
    if gathering.group is not None:
        return group == gathering.group
    return is_committee if gathering.kind in COMMITTEE_KINDS else True


def _natural_key(activity: Activity, branch: DemoBranch, gathering: Gathering) -> str:
    pairs = [(branch.people[one].name, branch.members[other].pk) for one, other in gathering.talks]
    return natural_key(
        kind_code=activity.kind.code,
        shape=activity.kind.shape,
        branch_id=activity.branch_id,
        group_id=activity.group_id,
        held_on=activity.held_on,
        starts_at=activity.starts_at,
        for_year=activity.for_year,
        title=activity.title,
        pairs=pairs,
    )


def _tags(gathering: Gathering) -> list[str]:
    return sorted({*gathering.tags, *(["by_secretary"] if gathering.by_secretary else [])})


def _text(activity: Activity, branch: DemoBranch, gathering: Gathering) -> ActivityText:
    if activity.kind.shape == "talk":  # who with whom and when, never what was said (domain.md §6)
        return ActivityText(activity=activity)
    pattern, first, second = gathering.speeches
    speeches = pattern.format(a=branch.people[first].name, b=branch.people[second].name) if pattern else ""
    return ActivityText(
        activity=activity,
        agenda=gathering.agenda,
        first_agenda=gathering.first_agenda,
        speeches=speeches,
        resolution=gathering.resolution,
    )


def _talks(activity: Activity, branch: DemoBranch, gathering: Gathering) -> Iterator[TalkPair]:
    for talker, talked in gathering.talks:
        if branch.people[talked].joined_on <= gathering.held_on:
            yield TalkPair(
                root=activity.root,
                activity=activity,
                talker=branch.members[talker],
                talker_name=branch.people[talker].name,
                talked=branch.members[talked],
                happened_on=gathering.held_on,
            )


def _vote(activity: Activity, share: Participation) -> VoteItem:
    against = 1 if share.voters_present > 8 and activity.held_on.day % 3 == 0 else 0
    yes = share.voters_present - against
    return VoteItem(
        activity=activity,
        matter="通过上季度支部工作报告",
        yes=yes,
        no=against,
        is_valid=share.is_valid,
        passed=share.is_valid and yes * 2 > share.voters_due,
    )
