"""Lists of facts for the page and the API, from what the viewer may see."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Case, DateTimeField, F, QuerySet, Value, When

from assessment.models import Fact, FactState, Metric
from branches.permissions import Viewer, visible_branches
from core.http import whole
from core.periods import Month


def fact_rows(viewer: Viewer, asked: Mapping[str, str]) -> QuerySet[Fact]:
    """Facts by `branch`, `metric` (code), `month` (2026-08), `year`, `until` and `state`; unknown values give none."""
    seen = visible_branches(viewer, "fact")
    rows = Fact.objects.filter(branch__in=seen.values("pk")).select_related("branch", "metric", "reversal", "reverses")
    if viewer.root_id:
        rows = rows.filter(root_id=viewer.root_id)  # the leading column of the index
    if branch := asked.get("branch"):
        branch_id = whole(branch)
        rows = rows.none() if branch_id is None else rows.filter(branch_id=branch_id)
    if metric := asked.get("metric"):
        rows = rows.filter(metric__code=metric)
    if month := asked.get("month"):
        rows = _in_month(rows, month)
    if year := whole(asked.get("year", "")):
        last = min(whole(asked.get("until", "")) or 12, 12)
        rows = rows.filter(month__gte=year * 100 + 1, month__lte=year * 100 + last)
    return _in_state(rows, asked.get("state", ""))


def branch_choices(viewer: Viewer) -> list[tuple[int, str]]:
    """The branches whose facts the viewer may see."""
    seen = visible_branches(viewer, "fact").order_by("sort_key", "code")
    return list(seen.values_list("pk", "short_name"))


def metric_choices() -> list[tuple[str, str]]:
    """All metrics by code and name."""
    return [(code, name.split("（")[0]) for code, name in Metric.objects.values_list("code", "name")]


def _in_month(rows: QuerySet[Fact], text: str) -> QuerySet[Fact]:
    try:
        return rows.filter(month=Month.parse(text).key)
    except ValueError:
        return rows.none()


def _in_state(rows: QuerySet[Fact], state: str) -> QuerySet[Fact]:
    if state == "reversed":
        return rows.filter(reversal__isnull=False)
    live = rows.filter(reverses__isnull=True, reversal__isnull=True)
    if state in FactState.values:
        return live.filter(state=state)
    if state == "late":
        return _late(live)
    return live if state == "live" else rows


def _late(rows: QuerySet[Fact]) -> QuerySet[Fact]:
    """First sent after the record deadline of its month: 24:00 on the 5th of the next month."""
    keys = list(rows.order_by().values_list("month", flat=True).distinct())
    if not keys:
        return rows.none()
    whens = [When(month=key, then=Value(Month.from_key(key).record_deadline)) for key in keys]
    late = rows.annotate(deadline=Case(*whens, output_field=DateTimeField())).filter(entered_at__gte=F("deadline"))
    return late.exclude(source_type="opening")
