"""The leader's own patch, and any leader's patch for the officer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from branches.models import User
from branches.rules import Role
from portal.patch import patch_page


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The branches in the care of whoever is signed in."""
    if not request.viewer.is_a(Role.LEADER):
        raise Http404
    return _page(request, request.viewer.user)


@require_safe
def of_leader(request: HttpRequest, leader_id: int) -> HttpResponse:
    """The branches in the care of one leader."""
    if not request.viewer.is_a(Role.OFFICER, Role.LEADER):
        raise Http404
    return _page(request, get_object_or_404(User, pk=leader_id))


def _page(request: HttpRequest, leader: User) -> HttpResponse:
    return render(request, "portal/patch.html", {"page": patch_page(request.viewer, leader)})
