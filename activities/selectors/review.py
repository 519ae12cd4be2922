"""What awaits review: records, claims and month sheets of the viewer's scope, and a drawn sample of records."""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from activities.models import (
    Activity,
    ActivityState,
    Claim,
    ClaimState,
    MonthSheet,
    Participation,
    ParticipationState,
    ReviewAction,
    ReviewEvent,
    SheetState,
)
from assessment.models import Metric
from branches.models import User
from branches.permissions import Viewer, visible
from core.counting import counts_of
from core.http import COUNT_CAP
from core.periods import Month

SAMPLE_FROM = 20_000


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the officer looks for."""

    branch_id: int | None = None
    kind: str = ""
    month: Month | None = None
    late: bool = False
    mine: bool = False
    q: str = ""


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much of each kind awaits review, without and with what the viewer entered."""

    records: int
    claims: int
    sheets: int
    own: int


def record_queue(viewer: Viewer, wanted: QueueFilter) -> QuerySet[Activity]:
    """Records that await review, the longest waiting first; also approved ones with attendance still unseen.

    Each with `present` of `expected` of the organiser's own people.
    """
    rows = _narrow(_waiting_records(viewer), wanted)
    if wanted.kind:
        rows = rows.filter(kind__code=wanted.kind)
    if wanted.q:
        rows = rows.filter(title__icontains=wanted.q)
    mine = _entered_by(viewer)
    rows = rows.filter(mine) if wanted.mine else rows.exclude(mine)
    own = Participation.objects.filter(activity=OuterRef("pk"), is_organiser=True, expected__gt=0)
    return rows.select_related("kind", "branch", "entered_by").annotate(
        file_count=Count("files", distinct=True),
        present=Subquery(own.values("present")[:1]),
        expected=Subquery(own.values("expected")[:1]),
    )


def claim_queue(viewer: Viewer, wanted: QueueFilter) -> QuerySet[Claim]:
    """Claims that await review, each with `metric_name`, `unit` and `base_name`."""
    rows = _narrow(visible(Claim.objects.filter(state=ClaimState.SUBMITTED), viewer), wanted)
    if wanted.kind:
        rows = rows.filter(metric=wanted.kind)
    if wanted.q:
        rows = rows.filter(Q(note__icontains=wanted.q) | Q(occurrence__icontains=wanted.q))
    mine = Q(entered_by_id=viewer.user_id)
    rows = rows.filter(mine) if wanted.mine else rows.exclude(mine)
    metric, base = (Metric.objects.filter(code=OuterRef(name)) for name in ("metric", "base_metric"))
    return rows.select_related("branch", "entered_by").annotate(
        file_count=Count("files", distinct=True),
        metric_name=Subquery(metric.values("name")),
        unit=Subquery(metric.values("unit")),
        base_name=Subquery(base.values("name")),
    )


def sheet_queue(viewer: Viewer, wanted: QueueFilter) -> QuerySet[MonthSheet]:
    """Sheets that await review, each with how many of its parts do."""
    rows = visible(MonthSheet.objects.filter(state=SheetState.SENT), viewer)
    if wanted.branch_id:
        rows = rows.filter(branch_id=wanted.branch_id)
    if wanted.month:
        rows = rows.filter(month=wanted.month.key)
    mine = Q(sent_by_id=viewer.user_id)
    rows = rows.filter(mine) if wanted.mine else rows.exclude(mine)
    return rows.select_related("branch", "sent_by")


def queue_counts(viewer: Viewer) -> QueueCounts:
    """The figures on the tabs, counted up to 10 000; one query."""
    mine = Q(entered_by_id=viewer.user_id)
    queues = {
        "records": (_waiting_records(viewer), _entered_by(viewer)),
        "claims": (visible(Claim.objects.filter(state=ClaimState.SUBMITTED), viewer), mine),
        "sheets": (visible(MonthSheet.objects.filter(state=SheetState.SENT), viewer), Q(sent_by_id=viewer.user_id)),
    }
    others = {name: rows.exclude(own) for name, (rows, own) in queues.items()}
    owns = {f"own_{name}": rows.filter(own) for name, (rows, own) in queues.items()}
    found = counts_of(User.objects.filter(pk=viewer.user_id), COUNT_CAP, **others, **owns)
    return QueueCounts(*(found[name] for name in others), own=sum(found[name] for name in owns))


def _waiting_records(viewer: Viewer) -> QuerySet[Activity]:
    return visible(Activity.objects.filter(_records_waiting()), viewer)


def sample_of(viewer: Viewer, *, first: Month, last: Month, size: int, seed: str) -> list[Activity]:
    """A drawn sample of approved records of these months; the same seed draws the same records."""
    rows = visible(Activity.objects.filter(state=ActivityState.APPROVED), viewer)
    rows = rows.filter(month__gte=first.key, month__lte=last.key)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:SAMPLE_FROM])
    drawn = random.Random(seed).sample(ids, min(size, len(ids)))
    found = Activity.objects.filter(pk__in=drawn).select_related("kind", "branch", "reviewed_by")
    found = found.annotate(file_count=Count("files", distinct=True))
    return sorted(found, key=lambda row: drawn.index(row.pk))


def _records_waiting() -> Q:
    unseen = Participation.objects.filter(
        activity=OuterRef("pk"), state=ParticipationState.CONFIRMED, is_organiser=False, is_reviewed=False
    )
    return Q(state=ActivityState.SUBMITTED) | (Q(state=ActivityState.APPROVED) & Q(Exists(unseen)))


def _entered_by(viewer: Viewer) -> Q:
    sent = ReviewEvent.objects.filter(activity=OuterRef("pk"), action=ReviewAction.SUBMITTED, actor_id=viewer.user_id)
    return Q(entered_by_id=viewer.user_id) | Q(Exists(sent))


def _narrow(rows: QuerySet, wanted: QueueFilter) -> QuerySet:
    if wanted.branch_id:
        rows = rows.filter(branch_id=wanted.branch_id)
    if wanted.month:
        rows = rows.filter(month=wanted.month.key)
    return rows.filter(is_late=True) if wanted.late else rows
