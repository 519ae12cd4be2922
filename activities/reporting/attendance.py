"""Attendance and group meetings: of the records of one period, those that fill its target report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import date, datetime

from django.db.models import QuerySet

from activities.models import Activity, ActivityState, Duty, Participation, ParticipationState
from activities.reporting.shares import record_of
from activities.reporting.specs import is_confirmed, spec_of
from activities.reporting.sync import bring_to, live_of
from activities.rules.catalogue import tag_table
from activities.rules.choose import Candidate, fill_target, one_per_group_and_month, period_of
from activities.rules.facts import attendance_purposes
from assessment.ledger import FactSpec
from core.periods import Month

ATTENDANCE = "activity.attendance"
GROUP = "activity.group"

Period = tuple[int, str, Month]  # branch, purpose, first month


def fill_attendance(days: Iterable[tuple[int, str, date]], *, now: datetime) -> None:
    """For every (branch, purpose, day): report expected and present of what fills that period; reverse any other."""
    duties = {duty.code: duty for duty in Duty.objects.only("code", "per", "target")}
    spans = {_period(duties, *day): _span(duties, day[1], day[2]) for day in days}
    if not spans:
        return
    first, last = min(span[0] for span in spans.values()), max(span[1] for span in spans.values())
    branch_ids = {period[0] for period in spans}
    candidates: dict[Period, list[Participation]] = defaultdict(list)
    for share in _standing(branch_ids, first, last):
        for purpose in attendance_purposes(record_of(share.activity, share), tag_table()):
            candidates[_period(duties, share.branch_id, purpose, share.held_on)].append(share)
    wanted = [
        spec for period in spans for spec in _attendance_specs(period, candidates[period], _target(duties, period[1]))
    ]
    live = [
        fact
        for fact in live_of(branch_ids, ATTENDANCE, first.key, last.key)
        if _period(duties, fact.branch_id, fact.metric.code.partition(".")[0], fact.happened_on) in spans
    ]
    bring_to(live, wanted, now=now)


def fill_groups(keys: Set[tuple[int, int, int]], *, now: datetime) -> None:
    """For every (branch, group, month): report one held meeting."""
    if not keys:
        return
    branch_ids = {key[0] for key in keys}
    months = [key[2] for key in keys]
    family = Activity.objects.filter(branch_id__in=branch_ids, kind__held_metric="group_meeting.held")
    family = family.filter(month__range=(min(months), max(months)))
    group_of = dict(family.values_list("pk", "group_id"))
    candidates: dict[tuple[int, int, int], list[Participation]] = defaultdict(list)
    shares = _shares(branch_ids).filter(activity__in=family, is_valid=True, is_organiser=True)
    for share in shares.select_related("activity__kind"):
        candidates[(share.branch_id, share.activity.group_id, share.month)].append(share)
    wanted = [spec for key in sorted(keys) for spec in _group_specs(candidates[key])]
    live = [
        fact
        for fact in live_of(branch_ids, GROUP, min(months), max(months))
        if (fact.branch_id, group_of.get(fact.source_id), fact.month) in keys
    ]
    bring_to(live, wanted, now=now)


def _attendance_specs(period: Period, shares: list[Participation], target: int) -> list[FactSpec]:
    by_activity = {share.activity_id: share for share in shares}
    specs = []
    for candidate in fill_target((_candidate(share) for share in shares), target):
        share = by_activity[candidate.source_id]
        for name, quantity in (("expected", share.expected), ("present", share.present)):
            metric = f"{period[1]}.{name}"
            specs.append(spec_of(share.activity, period[0], metric, ATTENDANCE, quantity=quantity, share=share))
    return specs


def _group_specs(shares: list[Participation]) -> list[FactSpec]:
    chosen = one_per_group_and_month(_candidate(share) for share in shares)
    if chosen is None:
        return []
    share = next(share for share in shares if share.activity_id == chosen.source_id)
    return [spec_of(share.activity, share.branch_id, "group_meeting.held", GROUP, share=share)]


def _candidate(share: Participation) -> Candidate:
    return Candidate(
        source_id=share.activity_id,
        held_on=share.held_on,
        expected=share.expected,
        present=share.present,
        confirmed=is_confirmed(share.activity, share),
        first_sent_at=share.first_confirmed_at,
    )


def _shares(branch_ids: Iterable[int]) -> QuerySet[Participation]:
    return Participation.objects.filter(
        branch_id__in=list(branch_ids),
        state=ParticipationState.CONFIRMED,
        activity__state__in=ActivityState.counting(),
    )


def _standing(branch_ids: Iterable[int], first: Month, last: Month) -> QuerySet[Participation]:
    shares = _shares(branch_ids).filter(month__range=(first.key, last.key), activity__kind__shape="gathering")
    return shares.select_related("activity__kind", "activity__branch").prefetch_related("activity__tags")


def _period(duties: dict[str, Duty], branch_id: int, purpose: str, day: date) -> Period:
    return (branch_id, purpose, _span(duties, purpose, day)[0])


def _span(duties: dict[str, Duty], purpose: str, day: date) -> tuple[Month, Month]:
    return period_of(day, duties[purpose].per if purpose in duties else "month")


def _target(duties: dict[str, Duty], purpose: str) -> int:
    return duties[purpose].target if purpose in duties else 1
