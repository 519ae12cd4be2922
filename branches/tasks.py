"""Doors for the timetable and the queue: large imports, what nobody confirmed, branches without a leader."""

from __future__ import annotations

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from branches.imports.flow import confirm, forget_expired
from branches.models import ImportBatch, Organisation
from branches.permissions import Viewer
from branches.reminders import tell_orphans
from core import progress
from core.locks import run_once
from core.periods import today

CONFIRM = "import.confirm"


@shared_task
def forget_expired_imports() -> int:
    """Personal data of imports that nobody confirmed within a day is not kept; how many were emptied."""
    return forget_expired(now=timezone.now())


@progress.handles(CONFIRM)
def confirm_import(work: progress.Progress) -> str:
    """Writing a large import that its owner has confirmed and need not wait for; done twice, it is written once."""
    now, owner = timezone.now(), work.job.owner
    batch = ImportBatch.objects.get(pk=work.job.arguments["batch"], owner=owner)
    counts = confirm(actor=Viewer.of(owner, today(now)), batch=batch, now=now).counts
    work.report(1, 1, f"新增 {counts['created']} 条，更改 {counts['changed']} 条。")
    return reverse("branches:import_preview", args=[batch.pk])


@shared_task
def nightly_orphans() -> None:
    """The officers of every committee hear of branches that no leader has in care, once for each spell."""
    now = timezone.now()
    for root in Organisation.objects.filter(parent__isnull=True).order_by("pk"):
        with run_once("nightly_orphans", f"{root.pk}:{today(now)}", now=now, again=True) as run:
            if run is not None:
                run.beat(told=tell_orphans(root=root, today=today(now), now=now))
