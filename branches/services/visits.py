"""Visits of leaders to the branches of their patch, and what becomes of what they promised there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from branches.models import Organisation, PatchVisit, Tier, VisitPromise
from branches.permissions import Viewer, check, visible
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from core.periods import today as today_of

EARLIEST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class PromiseInput:
    """One promise as typed."""

    words: str
    due_on: date | None = None


@transaction.atomic
def log_visit(
    *,
    actor: Viewer,
    branch: Organisation,
    visited_on: date,
    seen: str,
    promises: Sequence[PromiseInput] = (),
    now: datetime,
) -> PatchVisit:
    """Log a visit of the actor to a branch of the own patch; one a day and branch."""
    check(actor, "patch.visit", branch)
    if branch.tier != Tier.BRANCH or actor.user is None:
        raise InvalidInput("走访只能登记到党支部。")
    _demand_day(branch, visited_on, today_of(now))
    if not seen.strip():
        raise InvalidInput("没有写了解到的情况。", fields={"seen": ["请写一两句了解到的情况。"]})
    _demand_promises(promises, visited_on)
    visit = _created(actor, branch, visited_on, seen.strip()[:1000], now)
    VisitPromise.objects.bulk_create(
        VisitPromise(visit=visit, words=one.words.strip()[:200], due_on=one.due_on)
        for one in promises
        if one.words.strip()
    )
    audit.record(
        actor=actor,
        action="patch.visit",
        target=visit,
        summary=f"走访{branch.short_name}",
        after={"visited_on": visited_on, "promises": len([one for one in promises if one.words.strip()])},
    )
    return visit


@transaction.atomic
def settle_promise(*, actor: Viewer, promise_id: int, outcome: str, on: date, now: datetime) -> VisitPromise:
    """Say what became of a promise; only the leader who made it. Conflict if it is settled already."""
    rows = visible(VisitPromise.objects.select_related("visit__branch"), actor)
    promise = get_object_or_404(rows.select_for_update(of=("self",)), pk=promise_id)
    check(actor, "patch.visit", promise.visit.branch)
    if promise.visit.leader_id != actor.user_id:
        raise Refused("这件事不是您答应的。", remedy="请由走访的领导本人登记办理结果。")
    if promise.settled_on:
        raise Conflict("这件事已登记办结。", remedy="请刷新页面。")
    if not outcome.strip():
        raise InvalidInput("没有写办理结果。", fields={"outcome": ["请写一句办理结果。"]})
    if not promise.visit.visited_on <= on <= today_of(now):
        raise InvalidInput("办结日期不对。", fields={"on": ["请填走访之后、今天或以前的日期。"]})
    promise.settled_on, promise.outcome = on, outcome.strip()[:200]
    promise.save(update_fields=["settled_on", "outcome"])
    audit.record(
        actor=actor,
        action="patch.promise",
        target=promise,
        root_id=promise.visit.root_id,
        branch_id=promise.visit.branch_id,
        summary=promise.words,
        after={"settled_on": on, "outcome": promise.outcome},
    )
    return promise


def _demand_day(branch: Organisation, visited_on: date, today: date) -> None:
    if visited_on > today:
        raise InvalidInput("走访日期还没有到。", fields={"visited_on": ["请填今天或以前的日期。"]})
    if visited_on.year < EARLIEST_YEAR or visited_on < branch.founded_on:
        raise InvalidInput("走访日期不对。", fields={"visited_on": ["请核对日期，不能早于支部成立。"]})


def _demand_promises(promises: Sequence[PromiseInput], visited_on: date) -> None:
    for number, one in enumerate(promises, start=1):
        if one.due_on and not one.words.strip():
            raise InvalidInput(f"第{number}件答应的事没有写内容。", fields={"promises": ["填了期限的，请写明事情。"]})
        if one.due_on and one.due_on < visited_on:
            raise InvalidInput(f"第{number}件答应的事期限早于走访日期。", fields={"promises": ["请核对期限。"]})


def _created(actor: Viewer, branch: Organisation, visited_on: date, seen: str, now: datetime) -> PatchVisit:
    try:
        with transaction.atomic():
            return PatchVisit.objects.create(
                root_id=branch.root_id,
                branch=branch,
                leader=actor.user,
                visited_on=visited_on,
                seen=seen,
                created_at=now,
                changed_at=now,
            )
    except IntegrityError as error:
        raise Conflict("这一天对这个支部的走访已登记。", remedy="请到走访记录里查看；同一天只登记一次。") from error
