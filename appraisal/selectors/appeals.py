"""Appeals in the viewer's scope, and what of them still stands in the way of publishing."""

from __future__ import annotations

from django.db.models import Count

from appraisal.models import Appeal, AppealState


def open_appeals(root_id: int, year: int) -> dict[int, int]:
    """Branch → how many of its appeals of that year still wait for an answer."""
    rows = Appeal.objects.filter(root_id=root_id, year=year, state=AppealState.OPEN).order_by()
    return dict(rows.values_list("branch_id").annotate(count=Count("pk")))
