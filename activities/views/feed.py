"""The calendar feed: the page where a person opens or revokes it, and the file itself at its secret address."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from activities.ical import calendar_of
from activities.selectors.feed import feed_by_digest, feed_events, feed_of
from activities.services.feeds import digest_of, note_reading, open_feed, revoke_feed
from activities.views.asking import now
from branches.permissions import Viewer
from branches.rules import READ
from core.periods import today as today_of

CONTENT_TYPE = "text/calendar; charset=utf-8"
NAME = "党建工作年度计划"


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Whether the person has a calendar address, since when, and when it was last read."""
    _demand_reader(request)
    return render(request, "activities/plan_feed.html", {"feed": feed_of(request.viewer)})


@require_POST
def feed_open(request: HttpRequest) -> HttpResponse:
    """A new secret address, shown once; the one before it ends."""
    _demand_reader(request)
    token = open_feed(actor=request.viewer, now=now())
    address = request.build_absolute_uri(reverse("activities:feed_file", args=[token]))
    context = {"feed": feed_of(request.viewer), "address": address}
    response = render(request, "activities/plan_feed.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def feed_revoke(request: HttpRequest) -> HttpResponse:
    """End the address."""
    _demand_reader(request)
    if revoke_feed(actor=request.viewer, now=now()):
        messages.success(request, "日历订阅已停用，原来的地址不再有内容。")
    return redirect("activities:feed")


@login_not_required
@require_safe
def feed_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar of whoever holds the secret; 404 for a wrong, revoked or powerless one."""
    found = feed_by_digest(digest_of(token))
    if found is None or not found.user.is_active:
        raise Http404
    today = today_of(now())
    viewer = Viewer.of(found.user, today)
    if not viewer.is_a(*READ["calendar_feed"]):
        raise Http404
    events = feed_events(viewer, today=today)
    base = request.build_absolute_uri("/").rstrip("/")
    body = calendar_of(events, name=NAME, host=request.get_host().partition(":")[0], base_url=base, today=today)
    note_reading(found, today)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response: HttpResponseBase = HttpResponse(body, content_type=CONTENT_TYPE)
    response["ETag"] = etag
    response["Content-Disposition"] = 'inline; filename="plan.ics"'
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=response) or response


def _demand_reader(request: HttpRequest) -> None:
    if not request.viewer.is_a(*READ["calendar_feed"]):
        raise Http404
