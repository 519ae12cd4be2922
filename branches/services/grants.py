"""Roles given to accounts, and branches given into a leader's care."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from branches.models import Organisation, PatchAssignment, RoleGrant, Tier, User
from branches.permissions import Viewer, check
from branches.rules import GRANTABLE, Role
from branches.services.accounts import locked_account
from core import audit
from core.errors import Conflict, InvalidInput, Refused


@transaction.atomic
def grant_role(
    *, actor: Viewer, user: User, role: str, organisation: Organisation, from_on: date, to_on: date | None = None
) -> RoleGrant:
    """Give an account a role over an organisation. Administrators hold no business role, nor the other way round."""
    user = locked_account(actor, user)
    check(actor, "grant.edit", organisation)
    _check_grant(actor, user, Role(role), organisation, from_on)
    if to_on and to_on < from_on:
        raise InvalidInput("结束日期早于开始日期。", fields={"to_on": ["请核对这两个日期。"]})
    if _held(user, from_on).filter(role=role, organisation=organisation).exists():
        raise Conflict("该账号已有这一角色。", remedy="请先收回原来的授权。")
    grant, is_new = RoleGrant.objects.get_or_create(
        user=user, role=role, organisation=organisation, from_on=from_on, defaults={"to_on": to_on}
    )
    if not is_new:  # taken back and given again on one day
        grant.to_on = to_on
        grant.save(update_fields=["to_on"])
    audit.record(
        actor=actor,
        action="grant.create",
        target=grant,
        root_id=organisation.root_id,
        after={"account": user.username, "role": role, "organisation": organisation.code, "from_on": from_on},
    )
    return grant


def _check_grant(actor: Viewer, user: User, role: Role, organisation: Organisation, from_on: date) -> None:
    if role not in GRANTABLE:
        raise InvalidInput("这一角色由任职产生，不能授予。", remedy="请由机关党委登记任职。")
    if user.pk == actor.user_id:
        raise Refused("不能给自己授权。", remedy="请由另一名系统管理员办理。")
    held = set(_held(user, from_on).values_list("role", flat=True))
    is_mixed = held - {Role.ADMINISTRATOR} if role == Role.ADMINISTRATOR else Role.ADMINISTRATOR in held
    if is_mixed or (role == Role.ADMINISTRATOR and user.member_id):
        raise InvalidInput("系统管理员不得兼任业务角色。", remedy="请另开一个账号。", fields={"role": ["请另开账号。"]})
    if organisation.tier not in (Tier.COMMITTEE, Tier.GENERAL_BRANCH):
        raise InvalidInput("只能授予党委或党总支范围的角色。", fields={"organisation": ["请选择党委或党总支。"]})


def _held(user: User, on: date):
    return RoleGrant.objects.filter(user=user).filter(Q(to_on=None) | Q(to_on__gte=on))


@transaction.atomic
def end_grant(*, actor: Viewer, grant: RoleGrant, on: date) -> RoleGrant:
    """Take a role back; it no longer holds from the day `on`."""
    user = locked_account(actor, grant.user)
    check(actor, "grant.edit", grant.organisation)
    if user.pk == actor.user_id:
        raise Refused("不能收回自己的授权。", remedy="请由另一名系统管理员办理。")
    rows = RoleGrant.objects.filter(pk=grant.pk).filter(Q(to_on=None) | Q(to_on__gte=on))
    if not rows.update(to_on=on - timedelta(days=1)):
        raise Conflict("这一授权已经收回。", remedy="请刷新页面。")
    audit.record(
        actor=actor,
        action="grant.end",
        target=grant,
        root_id=user.root_id,
        before={"to_on": grant.to_on},
        after={"account": user.username, "role": grant.role, "until": on},
    )
    grant.to_on = on - timedelta(days=1)
    return grant


@transaction.atomic
def assign_patch(*, actor: Viewer, leader: User, branches: list[Organisation], on: date) -> int:
    """Make exactly these branches the patch (包片) of a leader from a day on; how many changed."""
    leader = locked_account(actor, leader)
    for branch in branches:
        check(actor, "grant.edit", branch)
    if not _held(leader, on).filter(role=Role.LEADER).exists():
        raise InvalidInput("该账号不是包片领导。", remedy="请先授予“包片领导”角色。")
    wanted = {branch.pk: branch for branch in branches}
    held = {row.branch_id: row for row in PatchAssignment.objects.filter(leader=leader, to_on=None)}
    dropped = [row.pk for branch_id, row in held.items() if branch_id not in wanted]
    _drop_patch(dropped, on)
    added = [branch for branch_id, branch in wanted.items() if branch_id not in held]
    for branch in added:
        PatchAssignment.objects.update_or_create(
            root_id=branch.root_id, branch=branch, leader=leader, from_on=on, defaults={"to_on": None}
        )
    if dropped or added:
        audit.record(
            actor=actor,
            action="patch.assign",
            target=leader,
            before={"branches": sorted(held)},
            after={"branches": sorted(wanted), "on": on},
        )
    return len(dropped) + len(added)


def _drop_patch(dropped: list[int], on: date) -> None:
    rows = PatchAssignment.objects.filter(pk__in=dropped)
    rows.filter(from_on__gte=on).delete()
    rows.update(to_on=on - timedelta(days=1))
