"""What was published to everybody, read without an account: names of branches, totals and grades, nothing of persons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max
from django.http import Http404

from appraisal.models import Publication, PublicationScope, PublicationState, YearResult
from appraisal.selectors.inputs import grade_steps, year_frame
from core.periods import today


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
    rows = list(_public().order_by("-year_end__year", "root__sort_key", "-revision")[:200])
    last = _last_revisions({row.year_end_id for row in rows})
    return [_year(row, last) for row in rows]


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
    return _year(row, _last_revisions({row.year_end_id}), lines)


def _public():
    rows = Publication.objects.filter(state=PublicationState.PUBLISHED, audience=PublicationScope.PUBLIC)
    return rows.select_related("year_end", "root")


def _last_revisions(ids: Iterable[int]) -> dict[int, int]:
    """Year end → the revision published last, to whomever."""
    rows = Publication.objects.filter(year_end__in=ids, state=PublicationState.PUBLISHED)
    return dict(rows.order_by().values_list("year_end").annotate(last=Max("revision")))


def _year(row: Publication, last: dict[int, int], lines: tuple[PublicLine, ...] = ()) -> PublicYear:
    newest = last.get(row.year_end_id, row.revision)
    return PublicYear(
        row.pk,
        row.root.name,
        row.year_end.year,
        row.revision,
        today(row.settled_at).isoformat() if row.settled_at else "",
        row.document_no,
        row.correction_reason,
        newest if newest > row.revision else None,
        lines,
    )
