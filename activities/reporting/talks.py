"""Heart talks: how many of a branch's members had been talked to, month by month, and when the committee was complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import date, datetime

from django.db.models import Q

from activities.models import ActivityState, TalkPair
from activities.reporting.specs import spec_of
from activities.reporting.sync import bring_to, live_of
from activities.rules.talks import Talk, TalkedLevel, committee_talks_complete, talked_levels
from assessment.ledger import FactSpec
from branches.models import Appointment, Membership
from branches.models.appointment import COMMITTEE_POSTS, Post
from branches.models.member import COUNTED_STATUSES
from core.periods import Month, today

TALKED = "activity.talked"
COMPLETE = "activity.talks_complete"

Spell = tuple[int, date, date | None]


def fill_talks(keys: Set[tuple[int, int]], *, now: datetime) -> None:
    """For every (branch, year): report member.talked and committee_talks.complete anew.

    Called when a record of talks changes, and by the collector where people came and went.
    """
    for year in sorted({key[1] for key in keys}):
        _fill_year(sorted({key[0] for key in keys if key[1] == year}), year, now)


def _fill_year(branch_ids: list[int], year: int, now: datetime) -> None:
    until = min(date(year, 12, 31), today(now))
    spells = _spells(branch_ids, year, until)
    pairs = _pairs(branch_ids, year)
    offices = _offices(branch_ids, until)
    levels, complete = [], []
    for branch_id in branch_ids:
        members = _members_by_month(spells[branch_id], year, until)
        own = _pairs_about(branch_id, pairs, set().union(*members.values()))
        talks = [_talk(pair) for pair in own]
        levels += [_level_spec(branch_id, level, own) for level in talked_levels(talks, members)]
        complete += _complete_specs(branch_id, own, offices[branch_id])
    months = (year * 100 + 1, year * 100 + 12)
    bring_to(live_of(branch_ids, TALKED, *months), levels, now=now, may_confirm=False)
    bring_to(live_of(branch_ids, COMPLETE, *months), complete, now=now, may_confirm=False)


def _spells(branch_ids: list[int], year: int, until: date) -> dict[int, list[Spell]]:
    rows = Membership.objects.filter(
        Q(to_on__isnull=True) | Q(to_on__gte=date(year, 1, 1)),
        branch_id__in=branch_ids,
        from_on__lte=until,
        status__in=COUNTED_STATUSES,
    )
    found: dict[int, list[Spell]] = defaultdict(list)
    for branch_id, member_id, start, end in rows.values_list("branch_id", "member_id", "from_on", "to_on"):
        found[branch_id].append((member_id, start, end))
    return found


def _members_by_month(spells: Iterable[Spell], year: int, until: date) -> dict[Month, set[int]]:
    """Who belongs to the branch on the last day of each month (of the running month: today)."""
    found = {}
    for month in Month(year, 1).until(Month.of(until)):
        day = min(month.last_day, until)
        found[month] = {member for member, start, end in spells if start <= day and (end is None or end >= day)}
    return found


def _pairs(branch_ids: list[int], year: int) -> list[TalkPair]:
    """The year's talks that concern these branches: held there, or with one of their people elsewhere."""
    people = Membership.objects.filter(branch_id__in=branch_ids).values("member_id")
    pairs = TalkPair.objects.filter(
        Q(talked_id__in=people) | Q(activity__branch_id__in=branch_ids),
        happened_on__range=(date(year, 1, 1), date(year, 12, 31)),
        activity__state__in=ActivityState.counting(),
    )
    return list(pairs.select_related("activity__kind").order_by("happened_on", "activity_id", "pk"))


def _pairs_about(branch_id: int, pairs: list[TalkPair], people: Set[int]) -> list[TalkPair]:
    return [pair for pair in pairs if pair.talked_id in people or pair.activity.branch_id == branch_id]


def _offices(branch_ids: list[int], on: date) -> dict[int, list[tuple[int, str]]]:
    rows = Appointment.objects.filter(
        Q(to_on__isnull=True) | Q(to_on__gte=on), organisation_id__in=branch_ids, from_on__lte=on
    )
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for branch_id, member_id, post in rows.values_list("organisation_id", "member_id", "post"):
        found[branch_id].append((member_id, post))
    return found


def _is_confirmed(pair: TalkPair) -> bool:
    return pair.activity.state == ActivityState.APPROVED


def _talk(pair: TalkPair) -> Talk:
    return Talk(pair.activity_id, pair.happened_on, pair.talker_id, pair.talked_id, _is_confirmed(pair))


def _level_spec(branch_id: int, level: TalkedLevel, pairs: list[TalkPair]) -> FactSpec:
    """The level hangs on the last record that made it (a confirmed one, for a confirmed level)."""
    until = [pair for pair in pairs if pair.happened_on <= Month.of(level.happened_on).last_day]
    confirmed = [pair for pair in until if _is_confirmed(pair)]
    activity = ((confirmed if level.confirmed else until) or until)[-1].activity
    return spec_of(
        activity,
        branch_id,
        "member.talked",
        TALKED,
        quantity=level.quantity,
        on=level.happened_on,
        confirmed=level.confirmed,
        label=f"截至{level.happened_on.month}月已谈{level.quantity}人",
        suffix=f"{level.happened_on.month}{'' if level.confirmed else 'p'}",
    )


def _complete_specs(branch_id: int, pairs: list[TalkPair], offices: list[tuple[int, str]]) -> list[FactSpec]:
    """At most one fact: by confirmed talks if they suffice, else by all."""
    secretaries = {member for member, post in offices if post == Post.SECRETARY}
    committee = {member for member, post in offices if post in COMMITTEE_POSTS}
    for confirmed in (True, False):
        counted = [pair for pair in pairs if _is_confirmed(pair) or not confirmed]
        talks = [_talk(pair) for pair in counted]
        day = committee_talks_complete(talks, secretary_ids=secretaries, committee_ids=committee)
        if day is not None:
            activity = [pair for pair in counted if pair.happened_on == day][-1].activity
            metric, label = "committee_talks.complete", "书记与每名委员都已谈到"
            return [spec_of(activity, branch_id, metric, COMPLETE, on=day, confirmed=confirmed, label=label)]
    return []
