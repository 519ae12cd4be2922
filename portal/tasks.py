"""The portal's own housekeeping, run by night."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def sweep() -> None:
    """Remove what has expired: sessions nobody can use any more."""
    call_command("clearsessions")
