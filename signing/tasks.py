"""The door for the timetable: who has not signed is reminded as the deadline comes and passes."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from branches.models import Organisation
from core.locks import run_once
from core.periods import today as today_of
from signing.reminders import remind


@shared_task
def daily_unsigned() -> None:
    """Today's reminders to sign of every committee, each told once."""
    now = timezone.now()
    for root in Organisation.objects.filter(parent__isnull=True).order_by("pk"):
        with run_once("daily_unsigned", f"{root.pk}:{today_of(now)}", now=now, again=True) as run:
            if run is not None:
                run.beat(told=remind(root=root, today=today_of(now), now=now))
