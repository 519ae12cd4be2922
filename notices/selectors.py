"""What a person has been told."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from notices.models import Notice
from notices.rules import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One message with its kind, as a row shows it."""

    notice: Notice
    kind: Kind

    @property
    def reason(self) -> str:
        return self.notice.reason or self.kind.reason


def inbox(user_id: int) -> QuerySet[Notice]:
    """All messages of one person, newest first."""
    return Notice.objects.filter(recipient_id=user_id).order_by("-id")


def listed(user_id: int, *, only_unread: bool = False, kind: str = "") -> QuerySet[Notice]:
    """The messages of one person, narrowed to the unread ones or to one kind."""
    found = inbox(user_id)
    if only_unread:
        found = found.filter(read_at=None)
    return found.filter(kind=kind) if kind else found


def entry(notice: Notice) -> Entry:
    """The message as a row shows it."""
    return Entry(notice, kind_of(notice.kind))


def unread(user_id: int) -> QuerySet[Notice]:
    """What the person has not read."""
    return Notice.objects.filter(recipient_id=user_id, read_at=None)
