"""What every request passes: who is asking, and how a refusal in words becomes a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.errors import PortalError
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
        if viewer is None or not viewer.user.must_change_password:
            return None
        match = request.resolver_match
        return None if match and match.view_name in OPEN_BEFORE_PASSWORD else redirect("password_change")


class ErrorMiddleware:
    """Turns a PortalError into a page (or an htmx fragment) with its status, message and remedy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return errors.refusal(request, error) if isinstance(error, PortalError) else None
