"""Turns what happens to records into ledger calls: report, confirm, retract, and fill each period anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from activities.models import (
    Activity,
    Participation,
    ParticipationState,
    ReviewAction,
    ReviewEvent,
    TalkPair,
)
from activities.reporting.attendance import fill_attendance, fill_groups
from activities.reporting.members import fill_members, shares_members
from activities.reporting.shares import record_of
from activities.reporting.specs import next_revisions, spec_of
from activities.reporting.talks import fill_talks
from activities.rules.catalogue import tag_table
from activities.rules.facts import facts_of
from assessment import ledger
from assessment.ledger import FactSpec
from branches.models import Tier
from core.periods import today

RECORD = "activity"  # what a record says by itself
HANDLING = "activity.handling"  # returned, sent late, false: stays when the record is mended


def report_many(activity_ids: Iterable[int], *, now: datetime) -> int:
    """Report the facts of many records that stand, then fill their periods anew; how many facts the records gave.

    The number of queries does not depend on how many records there are.
    """
    shares = _shares_of(activity_ids)
    complete = _with_material(shares)
    revisions = next_revisions(share.activity_id for share in shares)
    specs = [spec for share in shares for spec in _specs(share, revisions, share.activity_id in complete)]
    count = ledger.record_facts([*specs, *_returned(shares)], now=now)
    refill(shares, now=now)
    return count


def report(activity: Activity, *, now: datetime) -> None:
    """Report the facts of one record for every branch that has confirmed its attendance."""
    report_many([activity.pk], now=now)


def report_share(share: Participation, *, now: datetime) -> None:
    """Report the facts of one more branch of a record that stands."""
    shares = [row for row in _shares_of([share.activity_id]) if row.pk == share.pk]
    revisions = next_revisions([share.activity_id])
    has_material = bool(_with_material(shares))
    ledger.record_facts([spec for row in shares for spec in _specs(row, revisions, has_material)], now=now)
    refill(shares, now=now)


def confirm_many(activities: Iterable[Activity], *, by_id: int | None, now: datetime) -> None:
    """The records were approved: their facts are confirmed, and they may displace pending ones."""
    ids = [activity.pk for activity in activities]
    own = ledger.live_facts().filter(source_type__in=(RECORD, HANDLING), source_id__in=ids)
    ledger.confirm_facts(own, by_id=by_id, now=now)
    refill(_shares_of(ids), now=now)


def retract(activity: Activity, *, by_id: int | None, reason: str, now: datetime, with_handling: bool = False) -> None:
    """The record counts no longer; what its handling left (returned, late) goes only if it was a mistake.

    Call it when the state has been changed and day, group and talks have not.
    """
    for source in (RECORD, HANDLING) if with_handling else (RECORD,):
        ledger.reverse_source(source, activity.pk, by_id=by_id, reason=reason, now=now)
    refill(_shares_of([activity.pk]), now=now)


def retract_share(share: Participation, *, by_id: int | None, reason: str, now: datetime) -> None:
    """One branch's share counts no longer; its state has been changed already."""
    ledger.reverse_source(RECORD, share.activity_id, branch_id=share.branch_id, by_id=by_id, reason=reason, now=now)
    refill([share], now=now)


def report_handling(activity: Activity, metric: str, *, on: date, by_id: int | None, now: datetime) -> None:
    """A confirmed fact about how the organiser handled the record: once per record and metric, on the day of handling."""
    if activity.branch.tier == Tier.BRANCH:
        ledger.record_facts([_handling_spec(activity, metric, on, by_id)], now=now)


def refill(shares: Iterable[Participation], *, now: datetime) -> None:
    """Fill anew every period that these shares of records touch, and what they say of single members."""
    shares = list(shares)
    days: set[tuple[int, str, date]] = set()
    groups: set[tuple[int, int, int]] = set()
    talks: list[Participation] = []
    for share in shares:
        activity = share.activity
        days |= {(share.branch_id, purpose, share.held_on) for purpose in _purposes(activity)}
        if activity.kind.held_metric == "group_meeting.held" and activity.group_id:
            groups.add((share.branch_id, activity.group_id, share.month))
        if activity.kind.shape == "talk":
            talks.append(share)
    fill_attendance(days, now=now)
    fill_groups(groups, now=now)
    if talks:
        fill_talks(_talk_years(talks), now=now)
    fill_members(shares_members(shares), now=now)


def _shares_of(activity_ids: Iterable[int]) -> list[Participation]:
    """The shares of branches that have confirmed; the committee itself, where it organised, has no score."""
    shares = Participation.objects.filter(
        activity_id__in=list(activity_ids), state=ParticipationState.CONFIRMED, branch__tier=Tier.BRANCH
    )
    shares = shares.select_related("activity__kind", "activity__branch").prefetch_related("activity__tags")
    return list(shares.order_by("activity_id", "branch_id"))


def _with_material(shares: list[Participation]) -> set[int]:
    """The records that have what their type must have: a file, or the same written into the record itself."""
    ids = [share.activity_id for share in shares if share.activity.kind.attachment_required]
    if not ids:
        return set()
    records = Activity.objects.filter(pk__in=ids)
    written = records.exclude(text__agenda="").order_by().values_list("pk", flat=True)
    return set(written.union(records.filter(files__isnull=False).order_by().values_list("pk", flat=True)))


def _specs(share: Participation, revisions: dict[int, int], has_material: bool) -> list[FactSpec]:
    activity = share.activity
    lines = facts_of(record_of(activity, share, has_material=has_material), tag_table())
    revision = revisions[activity.pk]
    return [
        spec_of(activity, share.branch_id, line.metric, RECORD, on=line.happened_on, share=share, revision=revision)
        for line in lines
    ]


def _returned(shares: list[Participation]) -> list[FactSpec]:
    """record.returned of the records that were ever returned; there already where they came one by one."""
    activities = {share.activity_id: share.activity for share in shares if share.is_organiser}
    events = ReviewEvent.objects.filter(activity_id__in=list(activities), action=ReviewAction.RETURNED)
    first: dict[int, FactSpec] = {}
    for event in events.order_by("happened_at", "pk"):
        activity = activities[event.activity_id]
        on = today(event.happened_at)
        first.setdefault(activity.pk, _handling_spec(activity, "record.returned", on, event.actor_id))
    return list(first.values())


def _handling_spec(activity: Activity, metric: str, on: date, by_id: int | None) -> FactSpec:
    return spec_of(activity, activity.branch_id, metric, HANDLING, on=on, confirmed=True, by_id=by_id, revision=1)


def _purposes(activity: Activity) -> set[str]:
    """As which gatherings its attendance might count, whether or not it is valid."""
    also = {tag_table().get(tag.tag, {}).get("purpose", "") for tag in activity.tags.all()}
    return ({activity.kind.attendance_metric} | also) - {""}


def _talk_years(shares: list[Participation]) -> set[tuple[int, int]]:
    """The branches and years whose talks these records touch: their own, and those of the people talked to."""
    years = {share.activity_id: share.held_on.year for share in shares}
    keys = {(share.branch_id, share.held_on.year) for share in shares}
    pairs = TalkPair.objects.filter(activity_id__in=list(years))
    return keys | {
        (branch, years[activity]) for activity, branch in pairs.values_list("activity_id", "talked__branch_id")
    }
