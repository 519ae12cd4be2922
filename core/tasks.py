"""Doors for Celery: each only calls what the row in the database says is to be done."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core import progress, submits


@shared_task
def run_long_job(job_id: int) -> None:
    """Do one long job, unless it is done or in other hands."""
    progress.run(job_id, now=timezone.now())


@shared_task
def sweep_long_jobs() -> int:
    """Do the jobs the queue has lost; how many."""
    ids = progress.overdue(now=timezone.now())
    for job_id in ids:
        progress.run(job_id, now=timezone.now())
    return len(ids)


@shared_task
def tidy() -> int:
    """Forget the tokens of forms sent long ago; how many."""
    return submits.forget_old(now=timezone.now())
