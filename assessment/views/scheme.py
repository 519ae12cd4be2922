"""The scheme, read only: categories, items, and every rule in words."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from assessment.selectors.schemes import scheme_page
from branches.permissions import can
from branches.rules import Role

READERS = (Role.OFFICER, Role.LEADER, Role.SECRETARY, Role.BRANCH_COMMITTEE)


@require_GET
def current(request: HttpRequest) -> HttpResponse:
    """This year's scheme."""
    return redirect("assessment:scheme_year", year=request.viewer.today.year)


@require_GET
def show(request: HttpRequest, year: int) -> HttpResponse:
    """The scheme valid in December of a year (the last version of it)."""
    if not request.viewer.is_a(*READERS):
        raise Http404
    page, may_edit = scheme_page(request.viewer, year), can(request.viewer, "scheme.edit")
    return render(request, "assessment/scheme.html", {"page": page, "year": year, "may_edit": may_edit})
