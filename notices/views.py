"""The page of a person's messages: list, open, mark as read."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from core.http import is_fragment, page_of
from notices import selectors, services
from notices.rules import KINDS


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The messages of the signed-in person, newest first; `?unread=1` and `?kind=` narrow the list."""
    only_unread = request.GET.get("unread") == "1"
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    user_id: int = request.user.pk  # type: ignore[assignment] -- the login middleware lets nobody else in
    listed = selectors.listed(user_id, only_unread=only_unread, kind=kind)
    page = page_of(listed, request, size=30)
    context = {
        "page": page,
        "entries": [selectors.entry(notice) for notice in page],
        "kinds": KINDS.values(),
        "kind": kind,
        "only_unread": only_unread,
    }
    return render(request, "notices/inbox.html", context)


@require_GET
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Go to what the message is about; it counts as read from now on."""
    notice = services.mark_read(actor=request.user, notice_id=notice_id, now=timezone.now())
    if notice is None:
        raise Http404
    is_ours = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None) and notice.url.startswith("/")
    return redirect(notice.url if is_ours else "notices:inbox")


@require_POST
def mark_read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one message as read; htmx gets the row anew, a plain form the page."""
    notice = services.mark_read(actor=request.user, notice_id=notice_id, now=timezone.now())
    if notice is None:
        raise Http404
    if is_fragment(request):
        return render(request, "notices/_notice_row.html", {"entry": selectors.entry(notice)})
    return redirect("notices:inbox")


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that has arrived up to now."""
    marked = services.mark_all_read(actor=request.user, now=timezone.now())
    messages.success(request, f"已将 {marked} 条消息标为已读。" if marked else "没有未读消息。")
    return redirect("notices:inbox")
