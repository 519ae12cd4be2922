"""The anonymous door: before anything else looks at a ballot's request, it loses what could say who sends it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

DOORS = ("/vote/",)
TELLING = ("HTTP_COOKIE", "HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_ACCEPT_LANGUAGE", "HTTP_AUTHORIZATION")


class AnonymousDoorMiddleware:
    """Takes cookie, browser, referrer and language off requests at the doors, so that no session is read or renewed.

    Somebody who is signed in votes as nobody, too. The address stays: the throttle needs it, in memory alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(DOORS):
            for name in TELLING:
                request.META.pop(name, None)
        return self.get_response(request)
