"""Lists of claims in the viewer's scope, and one claim with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from activities.models import Claim, ClaimState
from activities.rules.claimable import claim_words
from assessment.models import Metric
from branches.permissions import Viewer, visible
from core.periods import Month


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What the list is narrowed to."""

    branch_id: int | None = None
    metric: str = ""
    state: str = ""
    month: Month | None = None
    year: int | None = None
    q: str = ""


def claims_list(viewer: Viewer, wanted: ClaimFilter) -> QuerySet[Claim]:
    """Claims the viewer may see, narrowed; with branch and number of files."""
    rows = visible(Claim.objects.all(), viewer)
    for name, value in (("branch_id", wanted.branch_id), ("metric", wanted.metric), ("state", wanted.state)):
        if value:
            rows = rows.filter(**{name: value})
    if wanted.month:
        rows = rows.filter(month=wanted.month.key)
    if wanted.year:
        rows = rows.filter(month__gte=wanted.year * 100 + 1, month__lte=wanted.year * 100 + 12)
    if wanted.q:
        rows = rows.filter(Q(note__icontains=wanted.q) | Q(occurrence__icontains=wanted.q))
    return rows.select_related("branch", "entered_by").annotate(file_count=Count("files", distinct=True))


def quantity_sum(rows: QuerySet[Claim]) -> int:
    """The sum of the quantities (thousandths): it means something where one metric is listed."""
    return rows.order_by().aggregate(total=Sum("quantity_milli"))["total"] or 0


def claim_detail(viewer: Viewer, claim_id: int) -> Claim | None:
    """One claim with branch and people; None outside the scope."""
    rows = visible(Claim.objects.select_related("branch", "entered_by", "reviewed_by"), viewer)
    return rows.filter(pk=claim_id).first()


def own_draft(viewer: Viewer, metric: str) -> Claim | None:
    """The claim of this metric that the viewer began last and never sent."""
    rows = visible(Claim.objects.filter(metric=metric, state=ClaimState.DRAFT), viewer)
    return rows.filter(entered_by_id=viewer.user_id, first_submitted_at=None).order_by("-pk").first()


def occurrences_of(viewer: Viewer, branch_id: int) -> list[str]:
    """Occasions the branch has named before, offered again so that one occasion keeps one name."""
    rows = visible(Claim.objects.filter(branch_id=branch_id), viewer).exclude(occurrence="")
    return sorted(set(rows.values_list("occurrence", flat=True)))[:50]


def metric_words() -> dict[str, tuple[str, str]]:
    """Name and unit of every metric."""
    return {code: (name, unit) for code, name, unit in Metric.objects.values_list("code", "name", "unit")}


def add_words(claims: Iterable[Claim], known: Mapping[str, tuple[str, str]] | None = None) -> None:
    """Give each claim of a page what it is about and its unit, as `words` and `unit`; 1 query unless all are known."""
    claims = list(claims)
    asked = {code for claim in claims for code in (claim.metric, claim.base_metric) if code}
    found = known if known is not None and asked <= known.keys() else metric_words()
    names = {code: name for code, (name, _) in found.items()}
    for claim in claims:
        claim.words = claim_words(claim.metric, claim.base_metric, names)  # type: ignore[attr-defined] -- carried along for the page
        claim.unit = found[claim.metric][1]  # type: ignore[attr-defined] -- carried along for the page
