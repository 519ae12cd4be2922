"""Opening and revoking the secret address of a person's calendar; only the digest of its token is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime

from django.db import transaction

from activities.models import CalendarFeed
from branches.models import User
from branches.permissions import Viewer, check
from core import audit
from core.errors import Refused

TOKEN_BYTES = 32


@transaction.atomic
def open_feed(*, actor: Viewer, now: datetime) -> str:
    """A new secret token for the actor's own calendar; the one before it ends. The token is told this once."""
    check(actor, "calendar_feed.open")
    if actor.user is None:
        raise Refused("系统没有日历。")
    user = User.objects.select_for_update().get(pk=actor.user.pk)
    CalendarFeed.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(root_id=actor.root_id, user=user, digest=digest_of(token), created_at=now)
    audit.record(actor=actor, action="calendar_feed.open", target=feed, root_id=actor.root_id, summary="开通日历订阅")
    return token


@transaction.atomic
def revoke_feed(*, actor: Viewer, now: datetime) -> bool:
    """End the actor's calendar address; whether there was one."""
    check(actor, "calendar_feed.open")
    feed = CalendarFeed.objects.select_for_update().filter(user_id=actor.user_id, revoked_at=None).first()
    if feed is None:
        return False
    feed.revoked_at = now
    feed.save(update_fields=["revoked_at"])
    audit.record(actor=actor, action="calendar_feed.revoke", target=feed, root_id=actor.root_id, summary="停用日历订阅")
    return True


def note_reading(feed: CalendarFeed, on: date) -> None:
    """Keep the day of the last reading, so that its owner sees whether it is in use; at most one write a day."""
    CalendarFeed.objects.filter(pk=feed.pk).exclude(read_on=on).update(read_on=on)


def digest_of(token: str) -> str:
    """What is kept of a token; it is random and long, so a plain digest tells nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
