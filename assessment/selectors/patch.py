"""Leaders and the branches in their care today, to filter the overview by."""

from __future__ import annotations

from django.db.models import Q

from branches.models import PatchAssignment
from branches.permissions import Viewer, visible_branches


def _current(viewer: Viewer, root_id: int | None):
    day = viewer.today
    rows = PatchAssignment.objects.filter(root_id=root_id, from_on__lte=day)
    return rows.filter(Q(to_on__isnull=True) | Q(to_on__gte=day))


def leaders_of(viewer: Viewer, root_id: int | None) -> list[tuple[int, str]]:
    """(user id, name) of the leaders with branches in their care; one query."""
    rows = _current(viewer, root_id).order_by("leader__display_name", "leader_id").values_list("leader_id", "leader__display_name")
    return list(dict.fromkeys(rows))


def patch_of(viewer: Viewer, root_id: int | None, leader_id: int) -> set[int]:
    """The branches of one leader that the viewer may see."""
    seen = visible_branches(viewer, "overview")
    rows = _current(viewer, root_id).filter(leader_id=leader_id, branch__in=seen.values("pk"))
    return set(rows.values_list("branch_id", flat=True))
