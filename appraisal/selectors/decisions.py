"""The register of decisions as a page and a sheet show it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from appraisal.models import Decision
from branches.permissions import Viewer, visible


def decisions(
    viewer: Viewer, *, year: int | None = None, branch_id: int | None = None, text: str = ""
) -> QuerySet[Decision]:
    """Entries the viewer may read, withdrawn ones too, newest decision first."""
    rows = visible(Decision.objects.select_related("branch", "entered_by", "withdrawn_by"), viewer)
    if year is not None:
        rows = rows.filter(decided_on__year=year)
    if branch_id is not None:
        rows = rows.filter(branch_id=branch_id)
    if text:
        rows = rows.filter(Q(matter__contains=text) | Q(document_no__contains=text) | Q(decided_by__contains=text))
    return rows.order_by("-decided_on", "-pk")
