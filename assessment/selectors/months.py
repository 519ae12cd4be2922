"""The months of a committee: open, closed, reopened; what is unreviewed; what was restated."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404

from assessment.models import BranchMonth, Fact, FactState, MonthClosing, Restatement
from branches.models import Organisation
from branches.permissions import Viewer, visible_branches
from branches.rules import READ
from core.periods import Month


@dataclass(frozen=True)
class MonthRow:
    """One month with its closings (oldest first), the facts still pending in it, and the branches measured."""

    month: Month
    closings: tuple[MonthClosing, ...]
    branch_count: int
    pending: int
    is_over: bool

    @property
    def closing(self) -> MonthClosing | None:
        """The closing that stands."""
        last = self.closings[-1] if self.closings else None
        return last if last and last.is_closed else None

    @property
    def state(self) -> str:
        if self.closing:
            return "closed"
        return "reopened" if self.closings else "open"

    @property
    def can_close(self) -> bool:
        return self.closing is None and self.is_over


def month_rows(viewer: Viewer, root: Organisation) -> list[MonthRow]:
    """The months that were computed, newest first; 3 queries."""
    _require(viewer)
    measured = dict(
        BranchMonth.objects.filter(root=root, is_measured=True)
        .order_by()
        .values_list("month")
        .annotate(n=Count("branch_id"))
    )
    closings: dict[int, list[MonthClosing]] = {}
    for row in MonthClosing.objects.filter(root=root).select_related("closed_by", "reopened_by").order_by("revision"):
        closings.setdefault(row.month, []).append(row)
    pending = pending_by_month(viewer, root)
    return [
        MonthRow(
            Month.from_key(key),
            tuple(closings.get(key, ())),
            count,
            pending.get(key, 0),
            Month.from_key(key).record_deadline.date() <= viewer.today,
        )
        for key, count in sorted(measured.items(), reverse=True)
    ]


def month_row(viewer: Viewer, root: Organisation, month: Month) -> MonthRow:
    """One month; 404 where it was never computed."""
    for row in month_rows(viewer, root):
        if row.month == month:
            return row
    raise Http404


def pending_by_month(viewer: Viewer, root: Organisation) -> dict[int, int]:
    """Month key → live facts that nobody reviewed yet."""
    seen = visible_branches(viewer, "closing")
    rows = Fact.objects.filter(
        root=root, branch__in=seen.values("pk"), state=FactState.PENDING, reverses__isnull=True, reversal__isnull=True
    )
    return dict(rows.order_by().values_list("month").annotate(n=Count("pk")))


def unreviewed(viewer: Viewer, root: Organisation, month: Month, limit: int = 50) -> list[Fact]:
    """Pending live facts of the year up to the month, for the closing page to name."""
    seen = visible_branches(viewer, "closing")
    rows = Fact.objects.filter(
        root=root,
        branch__in=seen.values("pk"),
        state=FactState.PENDING,
        month__range=(Month(month.year, 1).key, month.key),
        reverses__isnull=True,
        reversal__isnull=True,
    )
    return list(rows.select_related("branch", "metric").order_by("month", "branch_id", "pk")[:limit])


def restatements(viewer: Viewer, root: Organisation, month: Month) -> list[Restatement]:
    """Old and new figures of the month, side by side."""
    seen = visible_branches(viewer, "closing")
    rows = Restatement.objects.filter(root=root, month=month.key, branch__in=seen.values("pk"))
    return list(
        rows.select_related("branch", "restated_by", "old_closing", "new_closing").order_by("restated_at", "branch_id")
    )


def branch_latest_month(viewer: Viewer, branch_id: int) -> Month | None:
    """The last month with a score of a branch; 404 outside the viewer's scope."""
    branch = get_object_or_404(visible_branches(viewer, "score"), pk=branch_id)
    rows = BranchMonth.objects.filter(root_id=branch.root_id, branch_id=branch.pk, is_measured=True).order_by("-month")
    key = rows.values_list("month", flat=True).first()
    return Month.from_key(key) if key else None


def _require(viewer: Viewer) -> None:
    if not viewer.is_system and not viewer.is_a(*READ["closing"]):
        raise Http404
