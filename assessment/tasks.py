"""Scheduled doors of the rollup: on the 6th, every night, and on demand. They open, rollup works.

Each month of a committee is a run of its own (core.locks.run_once): one that was killed is taken up again by
the next. Running twice is harmless, for a second run writes nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from assessment import closing, collect, rollup, schemes, touched
from assessment.members import rollup as member_rollup
from assessment.members import schemes as member_schemes
from assessment.models import Scheme
from branches.permissions import Viewer
from core import progress
from core.locks import run_once
from core.periods import Month, today

log = logging.getLogger(__name__)
JOB = "assessment.rollup"
CLOSE = "month.close"
AT_ONCE = timedelta(days=-1)  # a run may be taken over at once: it is idempotent and holds the committee's lock


@shared_task
def monthly_rollup(month: str = "") -> dict[str, int]:
    """The month before (or `month`, as 2026-08) of every committee; on the 6th, after the record deadline."""
    now = timezone.now()
    wanted = Month.parse(month) if month else Month.of(now).previous
    return compute(now=now, months=[wanted])


@shared_task
def nightly_rollup() -> dict[str, int]:
    """The open months of every committee, with those that are missing."""
    return compute(now=timezone.now())


@shared_task
def rollup_month(root_id: int, month: str) -> dict[str, int]:
    """One month of one committee, on demand."""
    now = timezone.now()
    return {str(root_id): compute_root(root_id, now=now, months=[Month.parse(month)])}


@shared_task
def refresh(branch_id: int) -> int:
    """One branch whose facts changed; how many rules changed."""
    return len(touched.refresh_branch(branch_id, now=timezone.now()))


@progress.handles(CLOSE)
def close_month(work: progress.Progress) -> str:
    """Closing a month that somebody has asked for and need not wait for; done twice, it is closed once."""
    now, job = timezone.now(), work.job
    month = Month.parse(job.arguments["month"])
    if not rollup.is_closed(job.root_id, month):
        actor = Viewer.of(job.owner, today(now))
        closed = closing.close_month(actor=actor, root_id=job.root_id, month=month, now=now)
        work.report(1, 1, f"{month.label}已封存，{closed.fact_count}条计分依据。")
    return reverse("assessment:month", args=[month])


def compute(*, now: datetime, months: list[Month] | None = None) -> dict[str, int]:
    """Rows written by committee. Without `months`: every open month of this year and the last, and what is missing."""
    return {str(root_id): compute_root(root_id, now=now, months=months) for root_id in rollup.roots()}


def compute_root(root_id: int, *, now: datetime, months: list[Month] | None = None) -> int:
    """Rows written for one committee; each month its own run, and at the end what marks had left behind."""
    _have_schemes(now)
    missing = rollup.missing_months(root_id, now=now)
    wanted = sorted({*missing, *(months if months is not None else rollup.open_months(root_id, now=now))})
    written = 0
    for month in wanted:
        written += _run_month(root_id, month, now)
    written += sum(counts.written for counts in rollup.catch_up_root(root_id, now=now))
    return written + member_rollup.nightly(root_id, now=now)


def _run_month(root_id: int, month: Month, now: datetime) -> int:
    with run_once(JOB, f"{root_id}:{month}", now=now, again=True, lease=AT_ONCE) as claimed:
        if claimed is None:
            return 0
        if rollup.is_closed(root_id, month):
            claimed.counts.update(_verified(root_id, month))
            return 0
        told = collect.collect_month(root_id, month, now=now)
        counts = rollup.run(root_id=root_id, month=month, now=now)
        claimed.counts.update(counts.as_json(), collected=told)
        return counts.written


def _verified(root_id: int, month: Month) -> dict[str, Any]:
    """A closed month is verified, never rewritten; a difference goes to the log for the operator."""
    result = closing.verify(root_id, month)
    if not result.is_valid:
        log.error("closed month %s of root %s does not verify: %s", month, root_id, result.difference)
    return {"is_valid": result.is_valid, "difference": result.difference}


def _have_schemes(now: datetime) -> None:
    """A new year begins with the default scheme, so that nobody finds the portal without one on 1 January."""
    year = Month.of(now).year
    if not Scheme.objects.filter(year=year, subject="branch", root__isnull=True).exists():
        schemes.load_default(year)
    if not Scheme.objects.filter(year=year, subject="member", root__isnull=True).exists():
        member_schemes.load_default(year)
