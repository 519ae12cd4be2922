"""包片: who has which branch in care and since when, which branches have nobody, visits and promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet

from branches.models import Organisation, PatchAssignment, PatchVisit, RoleGrant, User, VisitPromise
from branches.permissions import Viewer, visible, visible_branches
from branches.rules import Role
from branches.selectors.organisations import branches_under, on_day


@dataclass(frozen=True, slots=True)
class Orphan:
    """A branch in nobody's care, and since which day."""

    branch: Organisation
    since: date


@dataclass(slots=True)
class BranchVisits:
    """What one branch knows of its leader's visits: the last one, how many this year, promises still open."""

    last: PatchVisit | None = None
    this_year: int = 0
    open_promises: list[VisitPromise] = field(default_factory=list)


def branches_without_leader(viewer: Viewer, root_id: int, on: date) -> list[Orphan]:
    """The branches of a committee that nobody with the leader's role has in care on this day; 3 queries."""
    seen = branches_under(root_id, on).filter(pk__in=visible_branches(viewer, "patch_visit").values("pk"))
    branches = list(seen.order_by("sort_key", "code"))
    leaders = set(leaders_of(root_id, on).values_list("pk", flat=True))
    held: dict[int, list[PatchAssignment]] = defaultdict(list)
    for row in PatchAssignment.objects.filter(root_id=root_id, branch__in=[one.pk for one in branches]):
        held[row.branch_id].append(row)
    return [
        Orphan(branch, _since(branch, held[branch.pk], on))
        for branch in branches
        if not any(_holds(row, on) and row.leader_id in leaders for row in held[branch.pk])
    ]


def leaders_of(root_id: int, on: date) -> QuerySet[User]:
    """The accounts that hold the leader's role under a committee on this day."""
    grants = RoleGrant.objects.filter(on_day(on), role=Role.LEADER.value, organisation__root_id=root_id)
    return User.objects.filter(pk__in=grants.values("user_id"), is_active=True).order_by("display_name", "pk")


def patch_history(viewer: Viewer, branch: Organisation) -> list[PatchAssignment]:
    """Who had the branch in care, from–to, the latest first; [] outside the scope."""
    if not visible_branches(viewer, "patch_visit").filter(pk=branch.pk).exists():
        return []
    return list(PatchAssignment.objects.filter(branch=branch).select_related("leader").order_by("-from_on", "-pk"))


def patch_of(leader: User, on: date) -> QuerySet[Organisation]:
    """The branches a leader has in care on this day, in the order of the register."""
    rows = PatchAssignment.objects.filter(on_day(on), leader=leader)
    return Organisation.objects.filter(pk__in=rows.values("branch_id")).order_by("sort_key", "code")


def visits(viewer: Viewer) -> QuerySet[PatchVisit]:
    """The visits the person may read about, with leader, branch and promises."""
    rows = visible(PatchVisit.objects.all(), viewer).select_related("leader", "branch")
    return rows.prefetch_related("promises")


def visits_of(viewer: Viewer, branch_ids: Iterable[int], on: date) -> dict[int, BranchVisits]:
    """Per branch the last visit, how many there were this year, and what is still promised; 2 queries."""
    ids = list(branch_ids)
    found = {branch_id: BranchVisits() for branch_id in ids}
    rows = visible(PatchVisit.objects.filter(branch_id__in=ids, visited_on__lte=on), viewer)
    for visit in rows.select_related("leader").order_by("visited_on", "pk"):
        found[visit.branch_id].last = visit
        found[visit.branch_id].this_year += visit.visited_on.year == on.year
    promises = VisitPromise.objects.filter(visit__branch_id__in=ids, settled_on=None)
    for promise in visible(promises, viewer).select_related("visit__leader").order_by("visit__visited_on", "pk"):
        found[promise.visit.branch_id].open_promises.append(promise)
    return found


def _holds(row: PatchAssignment, on: date) -> bool:
    return row.from_on <= on and (row.to_on is None or row.to_on >= on)


def _since(branch: Organisation, rows: Iterable[PatchAssignment], on: date) -> date:
    """The day after the last assignment ended; the founding where there was none."""
    ends = [row.to_on for row in rows if row.to_on and row.to_on < on]
    return max(ends) + timedelta(days=1) if ends else branch.founded_on
