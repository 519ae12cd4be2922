"""Which leader a branch is in the care of: handed over by the committee's officer, with the day from which it holds."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from branches.models import Organisation, PatchAssignment, RoleGrant, Tier, User
from branches.permissions import Viewer, check
from branches.rules import Role
from core import audit
from core.errors import InvalidInput


@transaction.atomic
def hand_over(*, actor: Viewer, branch: Organisation, leader: User | None, on: date) -> PatchAssignment | None:
    """Put a branch into the care of one leader from a day on (None: of nobody); who had it until then keeps the past.

    The leader must hold the role on that day; the day is not before the latest assignment began.
    """
    check(actor, "patch.assign", branch)
    if branch.tier != Tier.BRANCH:
        raise InvalidInput("包片只到党支部。")
    Organisation.objects.select_for_update().get(pk=branch.pk)
    open_rows = list(PatchAssignment.objects.filter(branch=branch).filter(Q(to_on=None) | Q(to_on__gte=on)))
    if leader is not None:
        _demand_leader(branch, leader, on)
    if any(row.from_on > on for row in open_rows):
        raise InvalidInput("日期早于现在包片的起始日期。", fields={"on": ["请选现在包片起始之后的日期。"]})
    kept = next((row for row in open_rows if leader and row.leader_id == leader.pk), None)
    ended = [row for row in open_rows if row is not kept]
    _end(ended, on)
    if kept:
        kept.to_on = None
        kept.save(update_fields=["to_on"])
    elif leader is not None:
        kept = PatchAssignment.objects.create(root_id=branch.root_id, branch=branch, leader=leader, from_on=on)
    audit.record(
        actor=actor,
        action="patch.hand_over",
        target=branch,
        root_id=branch.root_id,
        branch_id=branch.pk,
        before={"leaders": sorted(row.leader_id for row in ended)},
        after={"leader": leader.username if leader else "", "on": on},
        summary=f"{branch.short_name}包片领导：{leader or '无'}",
    )
    return kept


def _demand_leader(branch: Organisation, leader: User, on: date) -> None:
    grants = RoleGrant.objects.filter(user=leader, role=Role.LEADER.value, from_on__lte=on, user__is_active=True)
    grants = grants.filter(Q(to_on=None) | Q(to_on__gte=on), organisation__root_id=branch.root_id)
    if not grants.exists():
        raise InvalidInput(
            "该账号在这一天不是包片领导。",
            remedy="请先由系统管理员授予“包片领导”角色。",
            fields={"leader": ["请另选。"]},
        )


def _end(rows: list[PatchAssignment], on: date) -> None:
    """They hold until the day before; one that began this very day never held."""
    ids = [row.pk for row in rows]
    PatchAssignment.objects.filter(pk__in=ids, from_on__gte=on).delete()
    PatchAssignment.objects.filter(pk__in=ids).update(to_on=on - timedelta(days=1))
