"""What a person has been told."""

from __future__ import annotations

from django.db.models import QuerySet

from notices.models import Notice

UNREAD_CAP = 99


def inbox(user_id: int) -> QuerySet[Notice]:
    """All messages of one person, newest first."""
    return Notice.objects.filter(recipient_id=user_id).order_by("-id")


def unread_count(user_id: int) -> int:
    """How many messages the person has not read, counted up to 100 (the bell shows 99+)."""
    unread = Notice.objects.filter(recipient_id=user_id, read_at=None).order_by()
    return unread[: UNREAD_CAP + 1].count()
