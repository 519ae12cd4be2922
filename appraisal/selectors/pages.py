"""What the pages of the year end show: the mark grid, the results, what a branch sees after publication."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import Http404

from appraisal.models import PartMark, Publication, PublicationScope, PublicationState, VetoCase, YearEnd, YearResult
from appraisal.selectors.inputs import grade_steps, year_frame
from assessment.models import BranchMonth
from branches.models import Organisation
from branches.permissions import Viewer, sees, visible
from branches.rules import Role
from core.periods import Month


@dataclass(frozen=True)
class MarkRow:
    """One branch in the mark grid, with its marks by part."""

    branch_id: int
    name: str
    rank_group: str
    marks: dict[str, PartMark]
    typed: dict[str, Any] = field(default_factory=dict)  # what was sent and not saved, by part
    faults: dict[str, Any] = field(default_factory=dict)  # why, by part: words, or both versions


def years_of(root: Organisation) -> list[int]:
    """The years in which the committee has scores, newest first."""
    months = BranchMonth.objects.filter(root=root).order_by().values_list("month", flat=True).distinct()
    return sorted({month // 100 for month in months}, reverse=True)


def year_end_of(viewer: Viewer, root: Organisation, year: int) -> YearEnd | None:
    """The year end of a committee, if it was begun; 404 where the committee is not the viewer's."""
    if not sees(viewer, root):
        raise Http404
    return YearEnd.objects.filter(root=root, year=year).select_related("root").first()


def mark_rows(viewer: Viewer, year_end: YearEnd) -> list[MarkRow]:
    """The branches of the year in their order with what was entered for them; 2 queries."""
    marks: dict[int, dict[str, PartMark]] = {}
    for mark in visible(PartMark.objects.filter(year_end=year_end).select_related("entered_by"), viewer):
        marks.setdefault(mark.branch_id, {})[mark.part] = mark
    december = Month(year_end.year, 12).key
    rows = BranchMonth.objects.filter(root_id=year_end.root_id, month=december, is_measured=True)
    seen = visible(Organisation.objects.filter(tier="branch"), viewer)
    named = rows.filter(branch__in=seen.values("pk")).order_by("branch__sort_key", "branch__code")
    return [
        MarkRow(pk, name, group, marks.get(pk, {}))
        for pk, name, group in named.values_list("branch_id", "branch__short_name", "branch__rank_group")
    ]


def results_of(viewer: Viewer, year_end: YearEnd, revision: int | None = None) -> list[YearResult]:
    """The results of one revision that the viewer may see, by rank group and rank."""
    rows = YearResult.objects.filter(year_end=year_end, revision=revision or year_end.revision).select_related("branch")
    return sorted(visible(rows, viewer), key=lambda row: (row.branch.sort_key, row.branch.code))


@dataclass(frozen=True)
class PublishedYear:
    """One published revision as a branch meets it: its own results and, where the scope says so, all branches'."""

    publication: Publication
    own: tuple[YearResult, ...]
    announced: tuple[YearResult, ...]
    is_latest: bool

    @cached_property
    def grade_names(self) -> dict[str, str]:
        return {step.code: step.name for step in grade_steps(year_frame(self.publication.year_end))}


def published_results(viewer: Viewer) -> list[PublishedYear]:
    """Published revisions with the viewer's own branches' results, newest first; corrections beside the old.

    The others are named only where the publication says 全部支部 or 向社会公开, and to those who oversee them.
    """
    publications = list(
        Publication.objects.filter(root_id=viewer.root_id, state=PublicationState.PUBLISHED)
        .select_related("year_end", "proposed_by", "settled_by")
        .order_by("-year_end__year", "-revision")
    )
    years = {publication.year_end_id for publication in publications}
    rows = YearResult.objects.filter(year_end_id__in=years, is_published=True).select_related("branch")
    seen_ids = set(visible(rows, viewer).values_list("pk", flat=True))
    oversees = viewer.is_a(Role.OFFICER, Role.LEADER)
    by_revision: dict[tuple[int, int], list[YearResult]] = {}
    for row in rows.order_by("branch__sort_key", "branch__code"):
        by_revision.setdefault((row.year_end_id, row.revision), []).append(row)
    latest: set[int] = set()
    found = []
    for publication in publications:
        results = by_revision.get((publication.year_end_id, publication.revision), [])
        announced = [row for row in results if row.pk in seen_ids] if oversees else []
        if publication.audience in (PublicationScope.ALL, PublicationScope.PUBLIC):
            announced = results
        found.append(
            PublishedYear(
                publication,
                tuple(row for row in results if row.pk in seen_ids and row.branch_id in viewer.own_branch_ids),
                tuple(announced),
                publication.year_end_id not in latest,
            )
        )
        latest.add(publication.year_end_id)
    return found


def open_vetoes(viewer: Viewer) -> list[VetoCase]:
    """Cases against the viewer's own branches, for the reply; decided and dropped ones stay to be read."""
    ids = viewer.own_branch_ids if viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE) else frozenset()
    rows = VetoCase.objects.filter(branch_id__in=ids).select_related("branch", "year_end")
    return list(rows.order_by("-proposed_at"))
