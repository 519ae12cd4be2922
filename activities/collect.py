"""Facts that no single record says: which records were due, which came on time, which came much too late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import cast

from django.db import transaction
from django.urls import reverse

from activities.facts import HANDLING
from activities.models import Duty
from activities.reporting.talks import fill_talks
from activities.rules.duties import Period, Record, backfills, filling, measured_months, periods_in
from activities.selectors.shares import Shares, shares_of
from assessment import ledger
from assessment.ledger import FactSpec, live_facts
from assessment.models import Fact, FactState, OpeningImport
from branches.models import BranchTerm, Organisation, Tier
from core.periods import SHANGHAI, Month
from core.periods import today as today_of

DUE, ON_TIME, BACKFILL = "record.due", "record.on_time", "record.late_backfill"
SOURCE = "due."
OPENING = "opening"  # what assessment.imports brings in
REASON = "应有记录有变化，重新计算"
LATEST_YEARS = 2  # the year at hand and the one before it


@dataclass(frozen=True, slots=True)
class Counts:
    """What one collection changed."""

    recorded: int = 0
    confirmed: int = 0
    reversed: int = 0

    @property
    def changes(self) -> int:
        return self.recorded + self.confirmed + self.reversed


@dataclass(frozen=True, slots=True)
class Slot:
    """One due record: a duty of a branch (or group) in one ended period."""

    branch_id: int
    duty: str
    last: Month
    group_id: int = 0

    @property
    def source_type(self) -> str:
        return f"{SOURCE}{self.duty}.{self.group_id}" if self.group_id else f"{SOURCE}{self.duty}"


@dataclass(slots=True)
class _Wanted:
    """What should stand: per slot and metric whether confirmed (and by whom), and its spec for a first time."""

    specs: dict[tuple[Slot, str], FactSpec] = field(default_factory=dict)
    backfills: list[FactSpec] = field(default_factory=list)


@dataclass(slots=True)
class _Ground:
    """All that is read, once for all branches."""

    root: Organisation
    duties: Sequence[Duty]
    shares: Shares
    months: list[Month]  # ended ones
    terms: dict[int, list[BranchTerm]]
    groups: dict[int, list[Organisation]]
    opening_from: int | None
    opening: dict[tuple[int, str], dict[int, int]]
    today: date

    def brought_in(self, branch_id: int, metric: str, period: Period) -> int:
        """How many gatherings of the period were brought in as 期初; those count as on time."""
        by_month = self.opening.get((branch_id, metric), {})
        return sum(by_month.get(month.key, 0) for month in period.first.until(period.last)) // 1000


@transaction.atomic
def collect(
    *, root_id: int, today: date, now: datetime, since: Month | None = None, branch_ids: Iterable[int] | None = None
) -> Counts:
    """Bring record.due, record.on_time and record.late_backfill to what the records say; a second run changes nothing.

    `since` is January of last year unless given. Of one branch after a change: `branch_ids`.
    """
    branches = Organisation.objects.filter(root_id=root_id, tier=Tier.BRANCH)
    if branch_ids is not None:
        branches = branches.filter(pk__in=list(branch_ids))
    branches = list(branches.order_by("pk"))
    first = since or Month(today.year - LATEST_YEARS + 1, 1)
    if not branches:
        return Counts()
    wanted = _wanted(branches, _read(root_id, branches, first, today))
    return _bring(root_id, [branch.pk for branch in branches], first, wanted, now)


def collect_talks(*, root_id: int, today: date, now: datetime) -> None:
    """Talked members of the year at hand, for branches whose people came and went since the last talk."""
    ids = Organisation.objects.filter(root_id=root_id, tier=Tier.BRANCH, founded_on__lte=today)
    fill_talks({(branch_id, today.year) for branch_id in ids.values_list("pk", flat=True)}, now=now)


def _read(root_id: int, branches: Sequence[Organisation], first: Month, today: date) -> _Ground:
    ids = [branch.pk for branch in branches]
    duties = list(Duty.objects.filter(counts_as_due=True, is_active=True).select_related("kind"))
    opening = OpeningImport.objects.filter(root_id=root_id).order_by("from_month").first()
    return _Ground(
        root=Organisation.objects.get(pk=root_id),
        duties=duties,
        shares=shares_of(ids, first, Month.of(today), {duty.metric for duty in duties}),
        months=first.until(Month.of(today).previous),
        terms=_by_branch(BranchTerm.objects.filter(branch_id__in=ids).order_by("from_on", "term_no"), "branch_id"),
        groups=_by_branch(Organisation.objects.filter(parent_id__in=ids, tier=Tier.GROUP), "parent_id"),
        opening_from=opening.from_month if opening else None,
        opening=_opening(ids, first, {duty.metric for duty in duties}) if opening else {},
        today=today,
    )


def _opening(ids: list[int], first: Month, metrics: set[str]) -> dict[tuple[int, str], dict[int, int]]:
    """Branch and metric → quantity (thousandths) by month of the history brought in from a ledger."""
    rows = live_facts(Fact.objects.filter(branch_id__in=ids, month__gte=first.key, source_type=OPENING))
    rows = rows.filter(metric__code__in=metrics)
    found: dict[tuple[int, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for branch_id, metric, month, quantity in rows.values_list("branch_id", "metric__code", "month", "quantity"):
        found[branch_id, metric][month] += quantity
    return found


def _wanted(branches: Sequence[Organisation], ground: _Ground) -> _Wanted:
    wanted = _Wanted()
    for branch in branches:
        for duty in ground.duties:
            for period in _periods(branch, duty, ground):
                for place, group_id in enumerate(_subjects(branch.pk, duty, period, ground)):
                    _want_slot(wanted, branch, duty, period, group_id, ground, place)
    return wanted


def _periods(branch: Organisation, duty: Duty, ground: _Ground) -> list[Period]:
    """The ended periods of the duty for which the branch answers."""
    if not ground.months:
        return []
    first, last = ground.months[0], ground.months[-1]
    found: list[Period] = []
    for year in range(first.year, last.year + 1):
        span = measured_months(
            year,
            founded_on=branch.founded_on,
            dissolved_on=branch.dissolved_on,
            go_live_month=ground.root.go_live_month,
            opening_from=ground.opening_from,
        )
        if span:
            found += periods_in(duty.per, max(first, span[0]), min(last, span[1]))
    return found


def _subjects(branch_id: int, duty: Duty, period: Period, ground: _Ground) -> list[int]:
    """Who had the duty on the last day of the period: the branch (0), its groups, or nobody."""
    day = period.last_day
    if duty.scope == "group":
        return [group.pk for group in ground.groups.get(branch_id, []) if _exists(group, day)]
    if duty.applies_if == "has_committee" and not _has_committee(ground.terms.get(branch_id, []), day):
        return []
    return [0]


def _exists(group: Organisation, day: date) -> bool:
    return group.founded_on <= day and (group.dissolved_on is None or group.dissolved_on >= day)


def _has_committee(terms: Sequence[BranchTerm], day: date) -> bool:
    begun = [term for term in terms if term.from_on <= day]
    return bool(begun) and begun[-1].has_committee


def _by_branch(rows: Iterable, name: str) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _want_slot(
    wanted: _Wanted, branch: Organisation, duty: Duty, period: Period, group_id: int, ground: _Ground, place: int
) -> None:
    """`place`: the ledger of history names no group, so that of three meetings the first three groups have one each."""
    slot = Slot(branch.pk, duty.code, period.last, group_id)
    records = ground.shares.records(branch.pk, duty.kind.code, duty.metric, group_id=group_id or None)
    wanted.specs[slot, DUE] = _spec(branch, duty, slot, DUE, confirmed=True)
    need = duty.target - (ground.brought_in(branch.pk, duty.metric, period) - place * duty.target)
    need = min(duty.target, max(0, need))
    good = filling([record for record in records if not record.is_late], period, need)
    if len(good) >= need:
        confirmed = all(record.state == "approved" for record in good)
        wanted.specs[slot, ON_TIME] = _spec(branch, duty, slot, ON_TIME, confirmed=confirmed)
    if not group_id:
        for record in backfills(records, period, duty.target):
            wanted.backfills.append(_backfill_spec(branch, duty, record))


def _spec(branch: Organisation, duty: Duty, slot: Slot, metric: str, *, confirmed: bool) -> FactSpec:
    day = slot.last.last_day
    return FactSpec(
        root_id=branch.root_id,
        branch_id=branch.pk,
        metric=metric,
        happened_on=day,
        source_type=slot.source_type,
        source_id=slot.last.key,
        revision=1,
        label=f"{Period.of(duty.per, slot.last).label}{duty.name}",
        url=reverse("activities:sheet", args=[branch.pk, str(slot.last)]),
        entered_at=_midnight_after(day),
        confirmed=confirmed,
    )


def _backfill_spec(branch: Organisation, duty: Duty, record: Record) -> FactSpec:
    sent_at = cast(datetime, record.first_sent_at)  # a record that came late was sent
    return FactSpec(
        root_id=branch.root_id,
        branch_id=branch.pk,
        metric=BACKFILL,
        happened_on=today_of(sent_at),
        source_type=HANDLING,
        source_id=record.activity_id,
        revision=1,
        label=f"超期补录：{record.held_on.month}月{record.held_on.day}日{duty.name}",
        url=reverse("activities:detail", args=[record.activity_id]),
        entered_at=sent_at,
        confirmed=record.state == "approved",
    )


def _midnight_after(day: date) -> datetime:
    """When the period was over: the system knows what was due then, so these facts are never late."""
    return datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)


def _bring(root_id: int, ids: list[int], first: Month, wanted: _Wanted, now: datetime) -> Counts:
    """Reverse what should not stand, confirm what waits for it, record what is missing."""
    facts = Fact.objects.filter(
        root_id=root_id, branch_id__in=ids, month__gte=first.key, metric__code__in=(DUE, ON_TIME)
    )
    facts = facts.filter(source_type__startswith=SOURCE, reverses__isnull=True)
    revisions: dict[tuple, int] = defaultdict(int)
    for row in facts.values_list("branch_id", "metric__code", "source_type", "source_id", "revision"):
        revisions[row[:4]] = max(revisions[row[:4]], row[4])
    left = {_key(spec): spec for spec in wanted.specs.values()}
    gone, ripe = _compare(live_facts(facts).select_related("metric"), left)
    new = [_with_revision(spec, revisions[_key(spec)] + 1) for spec in left.values()]
    return Counts(
        recorded=ledger.record_facts([*new, *_new_backfills(ids, wanted.backfills)], now=now),
        confirmed=sum(
            ledger.confirm_source(fact.source_type, fact.source_id, branch_id=fact.branch_id, by_id=None, now=now)
            for fact in ripe
        ),
        reversed=ledger.reverse_facts(gone, by_id=None, reason=REASON, now=now) if gone else 0,
    )


def _compare(live: Iterable[Fact], left: dict[tuple, FactSpec]) -> tuple[list[Fact], list[Fact]]:
    """Facts that have to go, and facts to confirm; what stands as wanted is taken out of `left`."""
    gone, ripe = [], []
    for fact in live:
        spec = left.get((fact.branch_id, fact.metric.code, fact.source_type, fact.source_id))
        was_confirmed = fact.state == FactState.CONFIRMED
        if spec is None or (was_confirmed and not spec.confirmed):
            gone.append(fact)
            continue
        del left[_key(spec)]
        if spec.confirmed and not was_confirmed:
            ripe.append(fact)
    return gone, ripe


def _new_backfills(ids: list[int], specs: Sequence[FactSpec]) -> list[FactSpec]:
    """Those not told yet: one for each record, for good."""
    told = Fact.objects.filter(branch_id__in=ids, metric__code=BACKFILL, source_type=HANDLING)
    known = set(told.values_list("branch_id", "source_id"))
    fresh: dict[tuple[int, int], FactSpec] = {}
    for spec in specs:
        if (spec.branch_id, spec.source_id) not in known:
            fresh.setdefault((spec.branch_id, spec.source_id), spec)
    return list(fresh.values())


def _key(spec: FactSpec) -> tuple[int, str, str, int]:
    return (spec.branch_id, spec.metric, spec.source_type, spec.source_id)


def _with_revision(spec: FactSpec, revision: int) -> FactSpec:
    return spec if revision == 1 else replace(spec, revision=revision)
