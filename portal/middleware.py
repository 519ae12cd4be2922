"""What every request passes: who is asking, and how a refusal in words becomes a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from core.errors import InvalidInput, PortalError
from portal import errors
from portal.viewers import ensure_viewer

GetResponse = Callable[[HttpRequest], HttpResponse]

# Reachable while the first password still has to be changed.
OPEN_BEFORE_PASSWORD = {"login", "logout", "password_change", "healthz"}


class ViewerMiddleware:
    """Sets `request.viewer` for signed-in users, and sends a first sign-in to the password page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = None
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> HttpResponse | None:
        viewer = ensure_viewer(request)
        if viewer is None or viewer.user is None or not viewer.user.must_change_password:
            return None
        match = request.resolver_match
        return None if match and match.view_name in OPEN_BEFORE_PASSWORD else redirect("password_change")


class PlainTextMiddleware:
    """Refuses the NUL character, which no database column takes, before any view meets it.

    It cannot be typed: in an address it is none of ours (404), in a field or a question it is said in words.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> HttpResponse | None:
        if "\0" in request.path_info:
            return errors.error_page(request, 404)
        if any(
            "\0" in text for sent in (request.GET, request.POST) for row in sent.lists() for text in (row[0], *row[1])
        ):
            fault = InvalidInput("内容里有看不见的控制字符。", remedy="请删去从别处粘贴来的特殊字符后再提交。")
            return errors.refusal(request, fault)
        return None


class ErrorMiddleware:
    """Turns a PortalError into a page (or a fragment) with its status, message and remedy.

    To our form script (X-Portal-Fetch) a redirect is told, not done: following it would use up the
    messages meant for the person, and a sign-in page would look like a success. htmx is told that the
    session has ended, so that no sign-in page is swapped into the middle of a form.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code not in (301, 302, 303):
            return response
        if request.headers.get("X-Portal-Fetch"):
            return _told(response["Location"])
        if request.headers.get("HX-Request") and _is_sign_in(response["Location"]):
            return HttpResponse(status=401, headers={"HX-Reswap": "none", "HX-Trigger": "portal:signed-out"})
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return errors.refusal(request, error) if isinstance(error, PortalError) else None


def _told(location: str) -> HttpResponse:
    return HttpResponse(status=401 if _is_sign_in(location) else 204, headers={"X-Portal-Location": location})


def _is_sign_in(location: str) -> bool:
    return location.startswith(resolve_url(settings.LOGIN_URL))
