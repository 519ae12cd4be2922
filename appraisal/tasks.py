"""The door for the timetable: reminding of unanswered appeals; may run twice and after a break."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from appraisal.reminders import remind_of_appeals
from branches.models import Organisation
from core.locks import run_once
from core.periods import today as today_of


@shared_task
def daily_reminders() -> None:
    """Today's words about unanswered appeals of every committee, each told once."""
    now = timezone.now()
    for root in Organisation.objects.filter(parent__isnull=True).order_by("pk"):
        with run_once("appeal_reminders", f"{root.pk}:{today_of(now)}", now=now, again=True) as run:
            if run is not None:
                run.beat(told=remind_of_appeals(root=root, today=today_of(now), now=now))
