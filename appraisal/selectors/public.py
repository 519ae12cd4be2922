"""What was published to everybody, read without an account: names of branches, totals and grades, nothing of persons."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404

from appraisal.models import Publication, PublicationScope, PublicationState, YearResult
from appraisal.selectors.inputs import grade_steps, year_frame


@dataclass(frozen=True)
class PublicLine:
    """One branch in public."""

    name: str
    total: Decimal | None
    grade: str


@dataclass(frozen=True)
class PublicYear:
    """One publication to everybody; `later` is the revision that corrected it since, if any."""

    pk: int
    committee: str
    year: int
    revision: int
    published_on: str
    document_no: str
    correction_reason: str
    later: int | None
    lines: tuple[PublicLine, ...] = ()


def public_years() -> list[PublicYear]:
    """Everything published to everybody, newest first, without its lines."""
    return [_year(row) for row in _public().order_by("-year_end__year", "root__sort_key", "-revision")[:200]]


def public_year(publication_id: int) -> PublicYear:
    """One publication to everybody with its lines; 404 for every other."""
    row = _public().filter(pk=publication_id).first()
    if row is None:
        raise Http404
    names = {step.code: step.name for step in grade_steps(year_frame(row.year_end))}
    results = YearResult.objects.filter(year_end=row.year_end, revision=row.revision, is_published=True)
    lines = tuple(
        PublicLine(one.branch.name, one.shown, names.get(one.grade, ""))
        for one in results.select_related("branch").order_by("branch__sort_key", "branch__code")
    )
    return _year(row, lines)


def _public():
    rows = Publication.objects.filter(state=PublicationState.PUBLISHED, audience=PublicationScope.PUBLIC)
    return rows.select_related("year_end", "root")


def _year(row: Publication, lines: tuple[PublicLine, ...] = ()) -> PublicYear:
    later = Publication.objects.filter(
        year_end=row.year_end, state=PublicationState.PUBLISHED, revision__gt=row.revision
    )
    return PublicYear(
        row.pk,
        row.root.name,
        row.year_end.year,
        row.revision,
        f"{row.settled_at:%Y-%m-%d}" if row.settled_at else "",
        row.document_no,
        row.correction_reason,
        later.order_by("-revision").values_list("revision", flat=True).first(),
        lines,
    )
