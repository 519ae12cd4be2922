"""How long a login lasts: an hour without a sign of life, twelve hours in all."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse

STARTED, SEEN = "_portal_started", "_portal_seen"
WRITE_EVERY = 60  # seconds; a page view alone must not cost a write each time


class SessionLimitMiddleware:
    """Ends a signed-in session that is too old or was idle too long; the request goes on as a stranger's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            keep_or_end(request.session, now=int(time.time()))
        return self.get_response(request)


def keep_or_end(session: SessionBase, *, now: int) -> None:
    """Note that the person is there, or empty the session when one of the two limits is passed."""
    started, seen = session.setdefault(STARTED, now), session.setdefault(SEEN, now)
    idle, longest = settings.PORTAL_SESSION_IDLE, settings.PORTAL_SESSION_LONGEST
    if now - seen > idle.total_seconds() or now - started > longest.total_seconds():
        session.flush()
    elif now - seen >= WRITE_EVERY:
        session[SEEN] = now
