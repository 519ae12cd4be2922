"""Doors for the timetable: what was uploaded and never confirmed is emptied by night."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from branches.imports.flow import forget_expired


@shared_task
def forget_expired_imports() -> int:
    """Personal data of imports that nobody confirmed within a day is not kept; how many were emptied."""
    return forget_expired(now=timezone.now())
