"""Closing a month, reopening it with a reason, and the restatements that follow (scoring.md, Closing and restating)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from assessment import ledger, periods, rollup, seals
from assessment.binding import BoundScheme, bind
from assessment.canonical import (
    Frozen,
    closed_figures,
    current_closing,
    frozen_rows,
    item_sums,
    millionths_of,
    month_digest,
    row_digest,
    shown_hundredths,
    window_facts,
)
from assessment.members import rollup as member_rollup
from assessment.models import ClosedScore, Fact, FactState, MonthClosing, Restatement, ReviewMark, RootLock, Scheme
from assessment.schemes import scheme_for
from assessment.verify import Verification, verify
from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import Month

__all__ = [
    "Verification",
    "close_month",
    "current_closing",
    "millionths_of",
    "reopen_month",
    "shown_hundredths",
    "unreviewed",
    "verify",
    "window_facts",
]


@transaction.atomic
def close_month(*, actor: Viewer, root_id: int, month: Month, now: datetime) -> MonthClosing:
    """Freeze a month on the facts recorded by now. Conflict before the record deadline, or if it is closed.

    It waits for those who are just writing facts and keeps later ones out: a late submit is either in and
    counted, or comes after.
    """
    root = Organisation.objects.get(pk=root_id)
    check(actor, "month.close", root)
    if now < month.record_deadline:
        raise Conflict(f"{month.label}还在报送期内，不能封存。", remedy="请在次月5日24时之后封存。")
    lock = ledger.lock_root(root_id, ledger.RECORDS)
    if rollup.is_closed(root_id, month):
        raise Conflict(f"{month.label}已经封存。", remedy="如需更改，请先填写原因重开。")
    scheme = scheme_for(root_id, month)
    if scheme is None:
        raise Conflict(f"{month.year}年没有已发布的考核方案。", remedy="请先载入并发布考核方案。")
    closed_at = max(now, _last_seen(root_id, month))
    rollup.run(root_id=root_id, month=month, now=closed_at, thorough=True)
    member_rollup.run(root_id=root_id, month=month, now=closed_at)
    closing = _freeze(actor, root, month, scheme, closed_at)
    _keep_out_until(lock, closed_at)
    audit.record(actor=actor, action="month.close", target=closing, root_id=root_id, after={"digest": closing.digest})
    periods.freeze_due(actor=actor, root_id=root_id, year=month.year, now=closed_at)
    return closing


@transaction.atomic
def reopen_month(*, actor: Viewer, root_id: int, month: Month, reason: str, now: datetime) -> MonthClosing:
    """Open a closed month again; what its next closing changes is kept as restatements with this reason."""
    check(actor, "month.reopen", Organisation.objects.get(pk=root_id))
    if not reason.strip():
        raise InvalidInput("请填写重开的原因。", fields={"reason": ["请填写重开的原因。"]})
    ledger.lock_root(root_id, ledger.RECORDS)
    closing = current_closing(root_id, month)
    if closing is None:
        raise Conflict(f"{month.label}没有封存。", remedy="未封存的月份可以直接更正记录。")
    closing.reopened_at, closing.reopened_by_id, closing.reopen_reason = now, actor.user_id, reason.strip()[:200]
    closing.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
    rollup.run(root_id=root_id, month=month, now=now, thorough=True)
    audit.record(actor=actor, action="month.reopen", target=closing, root_id=root_id, summary=closing.reopen_reason)
    return closing


def unreviewed(root_id: int, month: Month) -> QuerySet[Fact]:
    """What of the window of this month still waits for review, for the person who closes it to see."""
    return window_facts(ledger.live_facts(), root_id, month).filter(state=FactState.PENDING).order_by("happened_on")


def _last_seen(root_id: int, month: Month) -> datetime:
    """The latest moment anything in the window carries: a clock that is ahead must not hide what is counted."""
    facts = window_facts(Fact.objects.all(), root_id, month).aggregate(at=Max("recorded_at"), ok=Max("confirmed_at"))
    marks = ReviewMark.objects.filter(root_id=root_id, year=month.year).aggregate(at=Max("marked_at"))
    moments = [moment for moment in (facts["at"], facts["ok"], marks["at"]) if moment]
    return max(moments, default=month.record_deadline)


def _freeze(actor: Viewer, root: Organisation, month: Month, scheme: Scheme, closed_at: datetime) -> MonthClosing:
    bound = bind(scheme)
    rows = frozen_rows(root.pk, month, bound)
    previous = MonthClosing.objects.filter(root=root, month=month.key).order_by("-revision").first()
    closing = MonthClosing(
        root=root,
        month=month.key,
        revision=previous.revision + 1 if previous else 1,
        scheme=scheme,
        closed_at=closed_at,
        closed_by_id=actor.user_id,
        fact_count=window_facts(Fact.objects.all(), root.pk, month).count(),
        unreviewed_count=unreviewed(root.pk, month).count(),
        branch_count=len(rows),
    )
    scores = [_closed_score(bound, row, root.pk) for row in rows]
    closing.facts_digest = seals.facts_digest(seals.read_facts(closing))
    closing.digest = month_digest(closing, (score.row_digest for score in scores))
    closing.save()
    seals.seal(closing)
    for score in scores:
        score.closing = closing
    ClosedScore.objects.bulk_create(scores, batch_size=1000)
    if previous:
        _restate(actor, previous, closing, scores)
    return closing


def _closed_score(bound: BoundScheme, row: Frozen, root_id: int) -> ClosedScore:
    return ClosedScore(
        root_id=root_id,
        branch_id=row.branch_id,
        **closed_figures(bound, row),
        inputs=row.inputs,
        items=item_sums(bound, row),
        row_digest=row_digest(bound, row),
    )


def _restate(actor: Viewer, old: MonthClosing, new: MonthClosing, scores: Iterable[ClosedScore]) -> None:
    """One restatement for every branch whose shown figure is another than the last frozen one."""
    before = dict(ClosedScore.objects.filter(closing=old).values_list("branch_id", "shown_confirmed"))
    after = {score.branch_id: score.shown_confirmed for score in scores}
    changed = sorted(pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk))
    Restatement.objects.bulk_create(
        Restatement(
            root_id=new.root_id,
            month=new.month,
            branch_id=branch_id,
            old_closing=old,
            new_closing=new,
            old_figure=before.get(branch_id),
            new_figure=after.get(branch_id),
            reason=old.reopen_reason,
            restated_by_id=actor.user_id,
            restated_at=new.closed_at,
        )
        for branch_id in changed
    )


def _keep_out_until(lock: RootLock, closed_at: datetime) -> None:
    """Whatever is written from now on is stamped after this moment."""
    lock.closed_at = max(closed_at, lock.closed_at or closed_at)
    lock.save(update_fields=["closed_at"])
