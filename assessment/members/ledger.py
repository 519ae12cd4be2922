"""The ledger of facts about members: record, confirm, reverse; every change marks whose sums are behind.

The same manners as assessment/ledger.py: facts are appended and reversed, never edited, and count once by their key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from assessment.ledger import BATCH, FactSpec, enter, metric_ids, reversal_of, row_of
from assessment.models import FactState, MemberFact, MemberMark


@transaction.atomic
def record_facts(specs: Iterable[FactSpec], *, now: datetime) -> int:
    """Record facts about members in bulk; how many were new. Told twice, a fact is there once."""
    wanted = {(spec.root_id, spec.member_id, spec.metric, spec.source_key): spec for spec in specs}
    if not wanted:
        return 0
    metrics = metric_ids({spec.metric for spec in wanted.values()})
    stamps = {root_id: enter(root_id, now) for root_id in sorted({key[0] for key in wanted})}
    known = _known_keys(list(wanted.values()))
    fresh = [
        row_of(spec, metrics[spec.metric], stamps[spec.root_id], MemberFact)
        for spec in wanted.values()
        if (spec.member_id, metrics[spec.metric], spec.source_key) not in known
    ]
    MemberFact.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    _mark({(fact.root_id, fact.member_id, fact.month) for fact in fresh})
    return len(fresh)


@transaction.atomic
def confirm_facts(facts: QuerySet[MemberFact], *, by_id: int | None, now: datetime) -> int:
    """Confirm those of these live facts that are pending; how many there were."""
    rows = list(facts.filter(state=FactState.PENDING).values_list("pk", "root_id", "member_id", "month"))
    stamps = {root_id: enter(root_id, now) for root_id in sorted({row[1] for row in rows})}
    for root_id, stamp in stamps.items():
        mine = [row[0] for row in rows if row[1] == root_id]
        for start in range(0, len(mine), BATCH):
            waiting = MemberFact.objects.filter(pk__in=mine[start : start + BATCH], state=FactState.PENDING)
            waiting.update(state=FactState.CONFIRMED, confirmed_by_id=by_id, confirmed_at=stamp)
    _mark({row[1:] for row in rows})
    return len(rows)


@transaction.atomic
def reverse_facts(facts: Sequence[MemberFact], *, by_id: int | None, reason: str, now: datetime) -> int:
    """Append one reversal to each of these live facts; how many."""
    stamps = {root_id: enter(root_id, now) for root_id in sorted({fact.root_id for fact in facts})}
    reversals = [reversal_of(fact, by_id, reason, stamps[fact.root_id]) for fact in facts]
    MemberFact.objects.bulk_create(reversals, batch_size=BATCH, ignore_conflicts=True)
    _mark({(fact.root_id, fact.member_id, fact.month) for fact in reversals})
    return len(reversals)


@transaction.atomic
def reverse_source(source_type: str, source_id: int, *, by_id: int | None, reason: str, now: datetime) -> int:
    """Reverse the live facts of one source; how many."""
    facts = live_facts().filter(source_type=source_type, source_id=source_id)
    return reverse_facts(list(facts), by_id=by_id, reason=reason, now=now)


def live_facts(queryset: QuerySet[MemberFact] | None = None) -> QuerySet[MemberFact]:
    """Facts that stand: neither reversed nor reversals."""
    facts = MemberFact.objects.all() if queryset is None else queryset
    return facts.filter(reverses__isnull=True, reversal__isnull=True)


def mark_members(root_id: int, member_ids: Iterable[int], month: int) -> None:
    """Have the windows from this month on computed again for these members."""
    _mark({(root_id, member_id, month) for member_id in member_ids})


def _known_keys(specs: list[FactSpec]) -> set[tuple[int, int, str]]:
    """Which of these facts are there already, asked by source so that the index is used."""
    known: set[tuple[int, int, str]] = set()
    for start in range(0, len(specs), BATCH):
        part = specs[start : start + BATCH]
        found = MemberFact.objects.filter(
            source_type__in={spec.source_type for spec in part},
            source_id__in={spec.source_id for spec in part},
            member_id__in={spec.member_id for spec in part},
        )
        known.update(found.values_list("member_id", "metric_id", "source_key"))
    return known


def _mark(keys: set[tuple[int, int, int]]) -> None:
    rows = [MemberMark(root_id=root, member_id=member, month=month) for root, member, month in sorted(keys)]
    MemberMark.objects.bulk_create(rows, batch_size=BATCH)
