"""Results on public notice, as a branch meets them before they are decided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from appraisal.models import NoticeScope, PublicNotice, YearResult, YearState
from appraisal.selectors.inputs import grade_steps, year_frame
from branches.models import Organisation
from branches.permissions import Viewer
from branches.rules import Role


@dataclass(frozen=True)
class NoticedLine:
    """What a notice shows of one branch."""

    branch_id: int
    name: str
    shown: Decimal | None
    grade: str


@dataclass(frozen=True)
class RunningNotice:
    """One notice with the viewer's own branches in full and, where its scope says so, all branches' totals.

    Grades are those that were put on notice (`noticed_grade` of each own row): what is decided since is not out yet.
    """

    notice: PublicNotice
    own: tuple[YearResult, ...]
    lines: tuple[NoticedLine, ...]
    grade_names: dict[str, str]
    is_running: bool


def running_notices(viewer: Viewer) -> list[RunningNotice]:
    """The notices of the viewer's committee that stand and are not yet followed by a publication."""
    notices = PublicNotice.objects.filter(
        root_id=viewer.root_id,
        withdrawn_at__isnull=True,
        year_end__state__in=[YearState.NOTICED, YearState.PROPOSED],
    ).select_related("year_end")
    standing = [notice for notice in notices if notice.revision == notice.year_end.revision]
    return [_running(viewer, notice) for notice in standing if _may_read(viewer)]


def _may_read(viewer: Viewer) -> bool:
    return viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE, Role.MEMBER, Role.OFFICER, Role.LEADER)


def _running(viewer: Viewer, notice: PublicNotice) -> RunningNotice:
    own = YearResult.objects.filter(
        year_end=notice.year_end, revision=notice.revision, branch_id__in=viewer.own_branch_ids
    )
    own = own.select_related("branch").order_by("branch__sort_key", "branch__code")
    rows = list(own)
    for row in rows:
        row.noticed_grade = notice.shown.get(str(row.branch_id), (None, ""))[1]  # type: ignore[attr-defined] -- for the page
    names = {step.code: step.name for step in grade_steps(year_frame(notice.year_end))}
    return RunningNotice(notice, tuple(rows), noticed_lines(notice, viewer), names, viewer.today <= notice.ends_on)


def noticed_lines(notice: PublicNotice, viewer: Viewer | None = None) -> tuple[NoticedLine, ...]:
    """The lines as they were shown, in the order of the branches; of a notice to each its own only the viewer's."""
    ids = {int(pk) for pk in notice.shown}
    if viewer is not None and notice.audience == NoticeScope.OWN and not viewer.is_a(Role.OFFICER):
        ids &= set(viewer.own_branch_ids)
    branches = Organisation.objects.filter(pk__in=ids).order_by("sort_key", "code")
    found = []
    for pk, name in branches.values_list("pk", "short_name"):
        hundredths, grade = notice.shown[str(pk)]
        found.append(NoticedLine(pk, name, None if hundredths is None else Decimal(hundredths).scaleb(-2), grade))
    return tuple(found)
