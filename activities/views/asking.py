"""What the pages of the month ask of a request: the branch in scope, the month, the filters."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils import timezone

from branches.models import Organisation
from branches.permissions import Viewer, visible_branches
from core.http import whole
from core.periods import Month


def now() -> datetime:
    """The clock, read at the edge."""
    return timezone.now()


def branch_or_404(viewer: Viewer, branch_id: int, resource: str) -> Organisation:
    """A branch about which the viewer may read the resource."""
    branch = visible_branches(viewer, resource).select_related("root").filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    return branch


def branch_choices(viewer: Viewer, resource: str) -> list[Organisation]:
    """The branches the viewer may choose among with their committees, in the order of the register."""
    return list(visible_branches(viewer, resource).select_related("root").order_by("sort_key", "code"))


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number of the query string; None for anything else."""
    found = whole(request.GET.get(name, ""))
    return found if found is None or found < 10**11 else None


def month_of(text: str) -> Month | None:
    """2026-08 as a Month; None for anything else."""
    try:
        return Month.parse(text)
    except ValueError:
        return None


def version_of(request: HttpRequest) -> int | None:
    """The version the form was drawn with."""
    return whole(request.POST.get("version", ""))


def shown_versions(values: list[str]) -> dict[int, int]:
    """Ticked boxes `id:version` as a mapping; anything else is left out."""
    found: dict[int, int] = {}
    for value in values:
        left, _, right = value.partition(":")
        pk, version = whole(left), whole(right)
        if pk is not None and version is not None:
            found[pk] = version
    return found
