"""Long jobs: work that shows its progress, may be left, and tells its owner when it is done.

A feature registers a handler for its kind, a view starts the job and rings the queue after commit. The
row is the truth: what the queue lost, `overdue` finds again. Without a broker the job runs at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.errors import PortalError
from core.models import LongJob

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
SORRY = "系统出了问题，这件事没有做完，也没有留下一半的结果。请稍后重试；反复出现请告诉管理员。"


@dataclass(slots=True)
class Progress:
    """What a handler gets: the job, and the way to say how far it is."""

    job: LongJob

    def report(self, done: int, total: int, message: str = "") -> None:
        """Note that `done` of `total` is finished; seen by the page that polls. Not inside a transaction."""
        self.job.done, self.job.total, self.job.message = done, total, message
        LongJob.objects.filter(pk=self.job.pk).update(
            done=done, total=total, message=message[:500], heartbeat_at=timezone.now()
        )


Handler = Callable[[Progress], str]  # returns the URL of the result
Listener = Callable[[LongJob, datetime], Any]

_handlers: dict[str, Handler] = {}
_listeners: list[Listener] = []


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Registers the function that does jobs of this kind; it may run twice and must then do nothing new."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def on_finished(listener: Listener) -> None:
    """Have `listener(job, now)` called when a job is done or has failed (notices tells the owner)."""
    if listener not in _listeners:
        _listeners.append(listener)


def start(*, actor: Any, kind: str, title: str, root_id: int = 0, arguments: dict[str, Any] | None = None) -> LongJob:
    """Write the job down and ring the queue once the transaction is committed."""
    if kind not in _handlers:
        raise LookupError(f"no handler for long jobs of kind {kind!r}")
    owner = getattr(actor, "user", actor)
    job = LongJob.objects.create(
        owner_id=owner.pk, kind=kind, title=title[:200], root_id=root_id or 0, arguments=arguments or {}
    )
    transaction.on_commit(lambda: _ring(job.pk))
    return job


def run(job_id: int, *, now: datetime) -> LongJob | None:
    """Do the job if nobody else has it in hand; None if there was nothing to do."""
    free = Q(state=LongJob.State.WAITING) | Q(state=LongJob.State.RUNNING, heartbeat_at__lt=now - LEASE)
    claimed = LongJob.objects.filter(free, pk=job_id).update(state=LongJob.State.RUNNING, heartbeat_at=now)
    if not claimed:
        return None
    job = LongJob.objects.select_related("owner").get(pk=job_id)
    try:
        url = _handlers[job.kind](Progress(job))
        _finish(job, LongJob.State.DONE, job.message or "已完成。", url or "")
    except PortalError as error:
        _finish(job, LongJob.State.FAILED, f"{error.message}{error.remedy}")
    except Exception:
        logger.exception("long job %s (%s) failed", job.pk, job.kind)
        _finish(job, LongJob.State.FAILED, SORRY)
    return job


def overdue(*, now: datetime) -> list[int]:
    """Jobs that wait without a ring, or whose worker died: the sweep runs them."""
    lost = Q(state=LongJob.State.WAITING, created_at__lt=now - LEASE)
    dead = Q(state=LongJob.State.RUNNING, heartbeat_at__lt=now - LEASE)
    return list(LongJob.objects.filter(lost | dead).order_by("id").values_list("id", flat=True)[:100])


def _finish(job: LongJob, state: str, message: str, url: str = "") -> None:
    now = timezone.now()
    job.state, job.message, job.result_url, job.finished_at = state, message[:500], url[:500], now
    job.save(update_fields=["state", "message", "result_url", "finished_at"])
    for listener in _listeners:
        listener(job, now)


def _ring(job_id: int) -> None:
    from core import tasks  # the door knows this module

    ring: Any = tasks.run_long_job
    try:
        ring.delay(job_id)
    except Exception:  # a lost broker costs a minute, not the job: the sweep finds the row
        logger.warning("the queue could not be rung for long job %s", job_id)
