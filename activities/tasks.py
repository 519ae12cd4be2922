"""Doors for the timetable: collecting what was due, and reminding; each may run twice and after a break."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from activities.collect import collect, collect_talks
from activities.reminders import remind
from activities.reporting.members import collect_leave
from assessment.members.reminders import remind as remind_credits
from branches.models import Organisation
from core.locks import run_once
from core.periods import today as today_of


@shared_task
def daily_collect() -> None:
    """record.due, record.on_time and record.late_backfill of every committee up to now; talks of people who moved."""
    now = timezone.now()
    for root in _roots():
        with run_once("daily_collect", f"{root.pk}:{today_of(now)}", now=now, again=True) as run:
            if run is not None:
                counts = collect(root_id=root.pk, today=today_of(now), now=now)
                collect_talks(root_id=root.pk, today=today_of(now), now=now)
                collect_leave(root_id=root.pk, year=today_of(now).year - 1, now=now)
                run.beat(recorded=counts.recorded, confirmed=counts.confirmed, reversed=counts.reversed)


@shared_task
def daily_reminders() -> None:
    """Today's reminders of every committee, each told once."""
    now = timezone.now()
    for root in _roots():
        with run_once("daily_reminders", f"{root.pk}:{today_of(now)}", now=now, again=True) as run:
            if run is not None:
                told = remind(root=root, today=today_of(now), now=now).told
                run.beat(told=told + remind_credits(root_id=root.pk, today=today_of(now), now=now))


def _roots() -> list[Organisation]:
    """The committees at the top."""
    return list(Organisation.objects.filter(parent__isnull=True).order_by("pk"))
