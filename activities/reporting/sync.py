"""Bring the live facts of a scope to exactly those wanted: reverse, confirm, record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from activities.reporting.specs import next_revisions
from assessment import ledger
from assessment.ledger import FactSpec
from assessment.models import Fact, FactState

REASON = "同期记录有变化，重新选取"


def live_of(branch_ids: Iterable[int], source_type: str, first_month: int, last_month: int) -> list[Fact]:
    """The live facts of one source type in these branches and months."""
    facts = Fact.objects.filter(
        branch_id__in=list(branch_ids), source_type=source_type, month__range=(first_month, last_month)
    )
    return list(ledger.live_facts(facts).select_related("metric"))


def bring_to(live: Iterable[Fact], wanted: Iterable[FactSpec], *, now: datetime, may_confirm: bool = True) -> None:
    """Leave what matches, confirm what only waits for it, reverse the rest, record what is missing with a new revision."""
    left = {_key_of_spec(spec): spec for spec in wanted}
    gone, ripe = [], {}
    for fact in live:
        spec = left.get(_key_of_fact(fact))
        if spec is None or not _may_stay(fact, spec, may_confirm):
            gone.append(fact)
            continue
        del left[_key_of_fact(fact)]
        if spec.confirmed and fact.state == FactState.PENDING:
            ripe[(fact.source_type, fact.source_id, fact.branch_id)] = spec.confirmed_by_id
    for (source_type, source_id, branch_id), by_id in ripe.items():
        ledger.confirm_source(source_type, source_id, branch_id=branch_id, by_id=by_id, now=now)
    if gone:
        ledger.reverse_facts(gone, by_id=None, reason=REASON, now=now)
    if left:
        revisions = next_revisions(spec.source_id for spec in left.values())
        ledger.record_facts((replace(spec, revision=revisions[spec.source_id]) for spec in left.values()), now=now)


def _may_stay(fact: Fact, spec: FactSpec, may_confirm: bool) -> bool:
    is_confirmed = fact.state == FactState.CONFIRMED
    return spec.confirmed == is_confirmed or (may_confirm and spec.confirmed)


def _key_of_spec(spec: FactSpec) -> tuple:
    return (spec.branch_id, spec.metric, spec.source_id, spec.happened_on, int(spec.quantity * 1000), spec.suffix)


def _key_of_fact(fact: Fact) -> tuple:
    suffix = fact.source_key.split(":", 3)[3] if fact.source_key.count(":") >= 3 else ""
    return (fact.branch_id, fact.metric.code, fact.source_id, fact.happened_on, fact.quantity, suffix)
