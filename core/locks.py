"""One worker at a time, and each job once per period: advisory locks and the JobRun row (security.md §5.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.models import JobRun

LEASE = timedelta(minutes=10)
ANY_AGE = timedelta(days=-1)
Clock = Callable[[], datetime]


@contextmanager
def job_lock(name: str, key: str) -> Iterator[bool]:
    """Whether this worker alone now holds (name, key); others get False at once, nobody waits.

    On PostgreSQL it is an advisory lock, which dies with its connection. Elsewhere it is always True:
    the conditional update of the JobRun row decides there.
    """
    if connection.vendor != "postgresql":
        yield True
        return
    number = lock_number(name, key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        # In a broken transaction the unlock would fail and hide the cause; the lock goes with the connection then.
        if held and not connection.needs_rollback and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def lock_number(name: str, key: str) -> int:
    """The signed 64-bit number that stands for (name, key)."""
    return int.from_bytes(hashlib.sha256(f"{name}\0{key}".encode()).digest()[:8], signed=True)


@dataclass(slots=True)
class Run:
    """A claimed run: note its counts, and call `beat` now and then while it lasts."""

    row: JobRun
    clock: Clock
    counts: dict[str, Any] = field(default_factory=dict)

    def beat(self, **counts: Any) -> bool:
        """Say that the run is alive; False if another worker has meanwhile taken it over: stop then."""
        self.counts.update(counts)
        return self._write(heartbeat_at=self.clock(), counts=self.counts)

    def _write(self, **values: Any) -> bool:
        mine = JobRun.objects.filter(pk=self.row.pk, attempt=self.row.attempt, state=JobRun.State.STARTED)
        return bool(mine.update(**values))

    def _finish(self, state: str, error: str = "") -> None:
        now = self.clock()
        self._write(state=state, finished_at=now, heartbeat_at=now, counts=self.counts, error=error[:4000])


@contextmanager
def run_once(
    job: str,
    period_key: str,
    *,
    now: datetime,
    lease: timedelta = LEASE,
    again: bool = False,
    clock: Clock = timezone.now,
) -> Iterator[Run | None]:
    """The run of `job` for `period_key`, or None if it is done or in the hands of another worker.

    A FAILED run, and a STARTED one whose worker is dead, is half done: it is claimed and done again. Dead is
    who no longer holds the advisory lock (PostgreSQL), or whose heartbeat is older than `lease` (elsewhere).
    `again=True` claims a DONE one too. An exception inside marks the run FAILED and goes on.
    Call it outside a transaction, so that the STARTED row survives a crash.
    """
    with job_lock(job, period_key) as held:
        # Holding the lock that its worker would hold proves that worker dead: no need to wait for the lease.
        patience = ANY_AGE if connection.vendor == "postgresql" else lease
        row = claim(job, period_key, now=now, lease=patience, again=again) if held else None
        if row is None:
            yield None
            return
        run = Run(row, clock)
        try:
            yield run
        except BaseException as error:
            run._finish(JobRun.State.FAILED, f"{type(error).__name__}: {error}")
            raise
        run._finish(JobRun.State.DONE)


def claim(job: str, period_key: str, *, now: datetime, lease: timedelta = LEASE, again: bool = False) -> JobRun | None:
    """Take the run by inserting its row or by one conditional UPDATE; None if it is not to be had."""
    try:
        with transaction.atomic():
            return JobRun.objects.create(job=job, period_key=period_key, started_at=now, heartbeat_at=now)
    except IntegrityError:
        row = JobRun.objects.get(job=job, period_key=period_key)
    if not _may_take(row, now - lease, again):
        return None
    unchanged = JobRun.objects.filter(pk=row.pk, state=row.state, attempt=row.attempt, heartbeat_at=row.heartbeat_at)
    taken = unchanged.update(
        state=JobRun.State.STARTED,
        attempt=row.attempt + 1,
        started_at=now,
        heartbeat_at=now,
        finished_at=None,
        error="",
    )
    if not taken:
        return None
    row.refresh_from_db()
    return row


def _may_take(row: JobRun, dead_before: datetime, again: bool) -> bool:
    if row.state == JobRun.State.STARTED:
        return row.heartbeat_at < dead_before
    return row.state == JobRun.State.FAILED or again
