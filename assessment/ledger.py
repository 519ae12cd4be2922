"""The ledger of facts: record, confirm, reverse; every change marks what has to be counted again.

This is the one door by which other apps report what happened. Facts are appended and reversed, never
edited; their state moves once from pending to confirmed (scoring.md, Fact).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from assessment.models import DirtyMark, Fact, FactState, Metric, RootLock
from assessment.models.fact import LARGEST_QUANTITY
from assessment.rules.terms import thousandths
from branches.models import Organisation
from core.errors import InvalidInput
from core.periods import Month

BATCH = 1000
RECORDS = "records"
ROLLUP = "rollup"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact as its reporter knows it; `entered_at` is the first sending of the record and decides late."""

    root_id: int
    branch_id: int
    metric: str
    happened_on: date
    source_type: str
    source_id: int
    revision: int
    label: str
    url: str
    entered_at: datetime
    quantity: Decimal | int = 1
    suffix: str = ""
    member_id: int | None = None
    occurrence: str = ""
    entered_by_id: int | None = None
    confirmed: bool = False
    confirmed_by_id: int | None = None

    @property
    def source_key(self) -> str:
        """What makes the fact one and the same, however often it is reported."""
        key = f"{self.source_type}:{self.source_id}:{self.revision}"
        return f"{key}:{self.suffix}" if self.suffix else key


@transaction.atomic
def record_facts(specs: Iterable[FactSpec], *, now: datetime) -> int:
    """Record facts in bulk; how many were new. Told twice, a fact is there once.

    A fact dated in a closed month is recorded too, and counts from the next open month on
    (scoring.md, Closing and restating). InvalidInput for an unknown metric or an impossible quantity.
    """
    wanted = {(spec.root_id, spec.branch_id, spec.metric, spec.source_key): spec for spec in specs}
    if not wanted:
        return 0
    metrics = metric_ids({spec.metric for spec in wanted.values()})
    stamps = {root_id: enter(root_id, now) for root_id in sorted({key[0] for key in wanted})}
    known = _known_keys(wanted.values(), metrics)
    fresh = [
        row_of(spec, metrics[spec.metric], stamps[spec.root_id])
        for spec in wanted.values()
        if (spec.branch_id, metrics[spec.metric], spec.source_key) not in known
    ]
    # ignore_conflicts: two senders of the same record at the same moment make one fact
    Fact.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    _mark(fresh)
    return len(fresh)


@transaction.atomic
def confirm_source(
    source_type: str, source_id: int, *, branch_id: int | None = None, by_id: int | None, now: datetime
) -> int:
    """Confirm the pending live facts of one source (of one branch, where given); how many there were."""
    return confirm_facts(_of_source(source_type, source_id, branch_id), by_id=by_id, now=now)


@transaction.atomic
def confirm_facts(facts: QuerySet[Fact], *, by_id: int | None, now: datetime) -> int:
    """Confirm those of these live facts that are pending, however many sources they have; how many there were."""
    rows = list(facts.filter(state=FactState.PENDING).values_list("pk", "root_id", "branch_id", "month", "metric_id"))
    stamps = {root_id: enter(root_id, now) for root_id in sorted({row[1] for row in rows})}
    changed = 0
    for root_id, stamp in stamps.items():
        mine = [row[0] for row in rows if row[1] == root_id]
        for start in range(0, len(mine), BATCH):
            waiting = Fact.objects.filter(pk__in=mine[start : start + BATCH], state=FactState.PENDING)
            changed += waiting.update(state=FactState.CONFIRMED, confirmed_by_id=by_id, confirmed_at=stamp)
    _mark_keys({row[1:] for row in rows})
    return changed


@transaction.atomic
def reverse_source(
    source_type: str,
    source_id: int,
    *,
    branch_id: int | None = None,
    metrics: Sequence[str] | None = None,
    by_id: int | None,
    reason: str,
    now: datetime,
) -> int:
    """Reverse the live facts of one source; how many. The reversals carry their day and their state."""
    facts = _of_source(source_type, source_id, branch_id)
    if metrics is not None:
        facts = facts.filter(metric__code__in=metrics)
    return reverse_facts(list(facts), by_id=by_id, reason=reason, now=now)


def reverse_facts(facts: Sequence[Fact], *, by_id: int | None, reason: str, now: datetime) -> int:
    """Append one reversal to each of these live facts; how many."""
    stamps = {root_id: enter(root_id, now) for root_id in sorted({fact.root_id for fact in facts})}
    reversals = [reversal_of(fact, by_id, reason, stamps[fact.root_id]) for fact in facts]
    Fact.objects.bulk_create(reversals, batch_size=BATCH, ignore_conflicts=True)
    _mark(reversals)
    return len(reversals)


def live_facts(queryset: QuerySet[Fact] | None = None) -> QuerySet[Fact]:
    """Facts that stand: neither reversed nor reversals."""
    facts = Fact.objects.all() if queryset is None else queryset
    return facts.filter(reverses__isnull=True, reversal__isnull=True)


def lock_root(root_id: int, name: str) -> RootLock:
    """Take one lock of a committee whole, until the end of the transaction."""
    found = RootLock.objects.select_for_update().filter(root_id=root_id, name=name).first()
    if found is None:
        RootLock.objects.bulk_create([RootLock(root_id=root_id, name=name)], ignore_conflicts=True)
        return lock_root(root_id, name)
    return found


def enter(root_id: int, now: datetime) -> datetime:
    """Share the records lock with other writers and give the time stamp of what is written now.

    A closing takes the same lock whole: a late submit is either in and counted, or stamped after the
    closing, even if the clock of its machine is behind.
    """
    closed_at = _share_records_lock(root_id)
    return now if closed_at is None else max(now, closed_at + timedelta(microseconds=1))


def _share_records_lock(root_id: int) -> datetime | None:
    sharing = " FOR SHARE" if connection.vendor == "postgresql" else ""  # SQLite has one writer at a time
    found = list(RootLock.objects.raw(_RECORDS_LOCK + sharing, [root_id, RECORDS]))
    if not found:
        RootLock.objects.bulk_create([RootLock(root_id=root_id, name=RECORDS)], ignore_conflicts=True)
        return _share_records_lock(root_id)
    return found[0].closed_at


_RECORDS_LOCK = "SELECT id, root_id, name, closed_at FROM assessment_rootlock WHERE root_id = %s AND name = %s"


def metric_ids(codes: set[str]) -> dict[str, int]:
    """The ids of these metrics; InvalidInput names those that do not exist."""
    ids = dict(Metric.objects.filter(code__in=codes).values_list("code", "pk"))
    if missing := sorted(codes - ids.keys()):
        raise InvalidInput(f"没有这些指标：{'、'.join(missing)}。", remedy="请核对指标代码，或先载入考核方案。")
    return ids


def _known_keys(specs: Iterable[FactSpec], metrics: dict[str, int]) -> set[tuple[int, int, str]]:
    """Which of these facts are there already, asked by branch so that the unique index is used."""
    specs = list(specs)
    known: set[tuple[int, int, str]] = set()
    for start in range(0, len(specs), BATCH):
        part = specs[start : start + BATCH]
        found = Fact.objects.filter(
            root_id__in={spec.root_id for spec in part},
            branch_id__in={spec.branch_id for spec in part},
            metric_id__in={metrics[spec.metric] for spec in part},
            source_key__in={spec.source_key for spec in part},
        )
        known.update(found.values_list("branch_id", "metric_id", "source_key"))
    return known


def row_of(spec: FactSpec, metric_id: int, stamp: datetime, model: Any = Fact) -> Any:
    """The fact as it is stored, of a branch or (assessment/members/ledger.py) of a member."""
    return model(
        root_id=spec.root_id,
        branch_id=spec.branch_id,
        metric_id=metric_id,
        member_id=spec.member_id,
        happened_on=spec.happened_on,
        month=Month.of(spec.happened_on).key,
        quantity=_quantity(spec),
        state=FactState.CONFIRMED if spec.confirmed else FactState.PENDING,
        source_type=spec.source_type,
        source_id=spec.source_id,
        revision=spec.revision,
        source_key=spec.source_key,
        label=spec.label,
        url=spec.url,
        occurrence=spec.occurrence,
        entered_by_id=spec.entered_by_id,
        entered_at=spec.entered_at,
        recorded_at=stamp,
        confirmed_by_id=spec.confirmed_by_id if spec.confirmed else None,
        confirmed_at=stamp if spec.confirmed else None,
    )


def _quantity(spec: FactSpec) -> int:
    """Only reversals are negative: a negative fact could lower what was done."""
    quantity = thousandths(spec.quantity)
    if not 0 <= quantity <= LARGEST_QUANTITY:
        raise InvalidInput(f"数量 {spec.quantity} 超出范围。", remedy="数量应在0到100000之间。")
    return quantity


def _of_source(source_type: str, source_id: int, branch_id: int | None) -> QuerySet[Fact]:
    facts = live_facts().filter(source_type=source_type, source_id=source_id)
    return facts if branch_id is None else facts.filter(branch_id=branch_id)


def reversal_of(fact: Any, by_id: int | None, reason: str, stamp: datetime) -> Any:
    """The row that takes a fact back, with its day and state."""
    confirmed = fact.state == FactState.CONFIRMED
    return type(fact)(
        root_id=fact.root_id,
        branch_id=fact.branch_id,
        metric_id=fact.metric_id,
        member_id=fact.member_id,
        happened_on=fact.happened_on,
        month=fact.month,
        quantity=-fact.quantity,
        state=fact.state,
        source_type=fact.source_type,
        source_id=fact.source_id,
        revision=fact.revision,
        source_key=f"rev:{fact.source_key}",
        label=fact.label,
        url=fact.url,
        occurrence=fact.occurrence,
        entered_by_id=by_id,
        entered_at=stamp,
        recorded_at=stamp,
        confirmed_by_id=by_id if confirmed else None,
        confirmed_at=stamp if confirmed else None,
        reverses=fact,
        reason=reason,
    )


def mark_dirty(branch: Organisation, month: Month) -> None:
    """Have the windows from this month on computed again for one branch, all of its rules."""
    _mark_keys({(branch.root_id, branch.pk, month.key, None)})


def _mark(facts: Sequence[Fact]) -> None:
    _mark_keys({(fact.root_id, fact.branch_id, fact.month, fact.metric_id) for fact in facts})


def _mark_keys(keys: set[tuple[int, int, int, int | None]]) -> None:
    """Dirty marks, in the transaction of the facts: what is marked can be seen exactly when its cause can."""
    rows = [
        DirtyMark(root_id=root, branch_id=branch, month=month, metric_id=metric)
        for root, branch, month, metric in sorted(keys, key=lambda key: (*key[:3], key[3] or 0))
    ]
    DirtyMark.objects.bulk_create(rows, batch_size=BATCH)
