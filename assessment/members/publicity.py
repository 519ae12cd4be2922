"""Reading a branch's published year of members: by its people while it is public, by its committee always."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from assessment.canonical import current_closing
from assessment.models import MemberPublicity, MemberYear
from assessment.selectors.members import committee_branch_ids
from branches.models import Organisation
from branches.permissions import Viewer, can, visible, visible_branches
from core.periods import Month


@dataclass(frozen=True)
class Published:
    """The 公示 of a branch and year: its rows while the viewer may read them, and whether it can begin."""

    branch: Organisation
    year: int
    publicity: MemberPublicity | None
    rows: tuple[MemberYear, ...]
    is_over: bool
    may_start: bool


def publicity_of(viewer: Viewer, year: int, branch_id: int | None = None) -> Published:
    """The 公示 of the asked branch (of the viewer's own, unless told); 404 for a branch the viewer does not belong to.

    People of the branch read it on its five working days; the branch committee and the committee's officer afterwards, too.
    """
    wanted = branch_id or viewer.home_branch_id
    branch = visible_branches(viewer, "member_publicity").filter(pk=wanted or 0).first()
    if branch is None:
        raise Http404
    found = visible(MemberPublicity.objects.all(), viewer).filter(branch=branch, year=year).first()
    is_over = found is not None and viewer.today > found.until_on
    keeps = branch.pk in committee_branch_ids(viewer) or not viewer.own_branch_ids & {branch.pk}
    rows: tuple[MemberYear, ...] = ()
    if found is not None and (keeps or not is_over):
        rows = tuple(found.members.select_related("member").order_by("member__member_no"))
    may_start = (
        found is None
        and can(viewer, "member_score.publish", branch)
        and current_closing(branch.root_id, Month(year, 12)) is not None
    )
    return Published(branch, year, found, rows, is_over, may_start)
