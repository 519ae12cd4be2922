"""What records say of single members: study hours, absences, theme days; filled anew by member and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Q
from django.urls import reverse

from activities.models import ActivityState, Attendance, MemberClaim, Participation, ParticipationState
from activities.reporting.specs import is_confirmed, label_of
from activities.rules.flags import span
from activities.rules.study import MEETINGS, ON_LEAVE, Sitting, Span, leave_over_third, lines_of, study_hours
from assessment.ledger import FactSpec
from assessment.members import ledger, schemes
from assessment.models import FactState, MemberFact
from branches.models import Member, Tier
from core.periods import SHANGHAI, Month

SOURCE = "attendance"
YEAR_SOURCE = "attendance.year"
REASON = "出席有变化，重新计算"
STUDY_MONTH = 12

MemberDay = tuple[int, date]


def fill_members(activity_ids: Iterable[int], *, now: datetime) -> set[int]:
    """Report anew what the days of these records say of everyone concerned; the members whose facts changed.

    Nothing is reported for a year without a scheme of members. Constant queries, however many records.
    """
    ids = sorted(set(activity_ids))
    rows = Attendance.objects.filter(activity_id__in=ids).values_list("root_id", "member_id", "activity__held_on")
    told = ledger.live_facts().filter(source_type=SOURCE, source_id__in=ids)
    by_root: dict[int, set[MemberDay]] = defaultdict(set)
    for root_id, member_id, day in [*rows, *told.values_list("root_id", "member_id", "happened_on")]:
        by_root[root_id].add((member_id, day))
    return {pk for root_id, keys in by_root.items() for pk in fill_days(root_id, _judged(root_id, keys), now=now)}


def fill_days(root_id: int, keys: Set[MemberDay], *, now: datetime) -> set[int]:
    """Bring the facts of these members on these days to what the records say; the members whose facts changed."""
    if not keys:
        return set()
    members, days = {key[0] for key in keys}, {key[1] for key in keys}
    attendances: dict[MemberDay, list[Attendance]] = defaultdict(list)
    for row in _standing(members, days):
        if (key := (row.member_id, row.activity.held_on)) in keys:
            attendances[key].append(row)
    taken = _taken(members, days)
    wanted = [spec for key, rows in attendances.items() for spec in _day_specs(rows, taken[key])]
    live = ledger.live_facts().filter(source_type=SOURCE, member_id__in=members, happened_on__in=days)
    mine = [fact for fact in live.select_related("metric") if (fact.member_id, fact.happened_on) in keys]
    return _bring_to(mine, wanted, now)


def collect_leave(*, root_id: int, year: int, now: datetime) -> int:
    """member.leave_over_third of a year that is over: one fact a member, dated its last day; how many changed."""
    last = date(year, 12, 31)
    if now.astimezone(SHANGHAI).date() <= last or schemes.scheme_for(root_id, Month(year, STUDY_MONTH)) is None:
        return 0
    rows = Attendance.objects.filter(
        _counts(), root_id=root_id, activity__month__range=(year * 100 + 1, year * 100 + 12)
    )
    rows = rows.filter(Q(activity__kind__code__in=MEETINGS) | Q(activity__tags__tag__in=MEETINGS))
    sums = (
        rows.exclude(status="excluded")
        .order_by()
        .values("member_id")
        .annotate(
            due=Count("activity_id", distinct=True),
            leave=Count("activity_id", distinct=True, filter=Q(status__in=ON_LEAVE)),
        )
    )
    over = {row["member_id"]: row for row in sums if leave_over_third(row["due"], row["leave"])}
    people = Member.objects.filter(pk__in=over).values_list("pk", "branch_id")
    wanted = [_leave_spec(root_id, branch, over[pk], last) for pk, branch in people]
    live = ledger.live_facts().filter(root_id=root_id, source_type=YEAR_SOURCE, month=year * 100 + 12)
    return len(_bring_to(list(live.select_related("metric")), wanted, now))


def _judged(root_id: int, keys: Set[MemberDay]) -> set[MemberDay]:
    """Those of years that have a scheme of members."""
    years = {year for year in {day.year for _, day in keys} if schemes.scheme_for(root_id, Month(year, STUDY_MONTH))}
    return {key for key in keys if key[1].year in years}


def _counts() -> Q:
    """Attendance that counts: a valid share of a branch that confirmed it, of a record that stands."""
    return Q(
        participation__state=ParticipationState.CONFIRMED,
        participation__is_valid=True,
        participation__branch__tier=Tier.BRANCH,
        activity__state__in=ActivityState.counting(),
    )


def _standing(members: Set[int], days: Set[date]) -> Iterable[Attendance]:
    rows = Attendance.objects.filter(_counts(), member_id__in=members, activity__held_on__in=days)
    rows = rows.select_related("activity__kind", "participation").prefetch_related("activity__tags")
    return rows.order_by("activity_id", "member_id")


def _taken(members: Set[int], days: Set[date]) -> dict[MemberDay, list[Span]]:
    """Times of these days for which the members have entered study elsewhere."""
    found: dict[MemberDay, list[Span]] = defaultdict(list)
    rows = MemberClaim.standing().filter(member_id__in=members, happened_on__in=days, starts_at__isnull=False)
    for row in rows:
        if taken := span(row.happened_on, row.starts_at, row.ends_at):
            found[row.member_id, row.happened_on].append(taken)
    return found


def _day_specs(rows: list[Attendance], taken: list[Span]) -> list[FactSpec]:
    """One member on one day."""
    sittings = [sitting_of(row) for row in rows]
    hours = study_hours(sittings, taken)
    specs = []
    for row, sitting in zip(rows, sittings, strict=True):
        specs += [_spec(row, *line, sitting) for line in lines_of(sitting, hours.get(row.activity_id, 0))]
    return specs


def sitting_of(row: Attendance) -> Sitting:
    """The pure sitting of a stored attendance; reads kind and tags of the activity."""
    activity = row.activity
    natures = (activity.kind.code, *sorted(tag.tag for tag in activity.tags.all()))
    return Sitting(activity.pk, natures, row.status, span(activity.held_on, activity.starts_at, activity.ends_at))


def _spec(row: Attendance, metric: str, quantity: int, sitting: Sitting) -> FactSpec:
    activity, share = row.activity, row.participation
    confirmed = is_confirmed(activity, share)
    return FactSpec(
        root_id=row.root_id,
        branch_id=row.branch_id,
        member_id=row.member_id,
        metric=metric,
        happened_on=activity.held_on,
        quantity=Decimal(quantity) / 1000,
        source_type=SOURCE,
        source_id=activity.pk,
        revision=1,
        label=label_of(activity)[:200],
        url=reverse("activities:detail", args=[activity.pk]) if sitting.was_there else "",
        entered_by_id=activity.entered_by_id,
        entered_at=share.first_confirmed_at or activity.first_submitted_at,
        confirmed=confirmed,
        confirmed_by_id=activity.reviewed_by_id if confirmed else None,
    )


def _leave_spec(root_id: int, branch_id: int, row: dict, last: date) -> FactSpec:
    return FactSpec(
        root_id=root_id,
        branch_id=branch_id,
        member_id=row["member_id"],
        metric="member.leave_over_third",
        happened_on=last,
        source_type=YEAR_SOURCE,
        source_id=row["member_id"],
        revision=1,
        label=f"全年应到{row['due']}次，病假事假{row['leave']}次",
        url="",
        entered_at=datetime.combine(last + timedelta(days=1), time(0), SHANGHAI),
        confirmed=True,
    )


def _bring_to(live: list[MemberFact], wanted: list[FactSpec], now: datetime) -> set[int]:
    """Leave what matches, confirm what only waits for it, reverse the rest, record what is missing."""
    left = {_key(spec.member_id, spec.metric, spec.source_id, int(spec.quantity * 1000)): spec for spec in wanted}
    gone, ripe = [], []
    for fact in live:
        key = _key(fact.member_id, fact.metric.code, fact.source_id, fact.quantity)
        spec, was_confirmed = left.get(key), fact.state == FactState.CONFIRMED
        if spec is None or (was_confirmed and not spec.confirmed):
            gone.append(fact)
            continue
        del left[key]
        if spec.confirmed and not was_confirmed:
            ripe.append(fact)
    if gone:
        ledger.reverse_facts(gone, by_id=None, reason=REASON, now=now)
    if ripe:
        ledger.confirm_facts(MemberFact.objects.filter(pk__in=[fact.pk for fact in ripe]), by_id=None, now=now)
    if left:
        ledger.record_facts(_with_revisions(list(left.values())), now=now)
    return {fact.member_id for fact in (*gone, *ripe)} | {spec.member_id for spec in left.values() if spec.member_id}


def _key(*parts: object) -> tuple:
    return parts


def _with_revisions(specs: list[FactSpec]) -> list[FactSpec]:
    """Each with a revision that no fact of its source has had yet."""
    had = MemberFact.objects.filter(
        source_type__in={spec.source_type for spec in specs}, source_id__in={spec.source_id for spec in specs}
    )
    last = dict(had.order_by().values_list("source_id").annotate(last=Max("revision")))
    return [replace(spec, revision=last.get(spec.source_id, 0) + 1) for spec in specs]


def shares_members(shares: Iterable[Participation]) -> set[int]:
    """The records of these shares that have a roll of people."""
    return {share.activity_id for share in shares if share.activity.kind.shape == "gathering"}
