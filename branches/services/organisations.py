"""Organisations: founding, changing, moving below another parent, dissolving."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Concat, Substr

from branches.models import (
    COUNTED_STATUSES,
    Appointment,
    Membership,
    Organisation,
    OrganisationPlacement,
    PatchAssignment,
    Tier,
)
from branches.permissions import Viewer, check
from branches.services.codes import issue_organisation_codes
from branches.services.versions import save_changes
from core import audit
from core.errors import Conflict, InvalidInput, Refused

PARENT_TIERS = {
    Tier.GENERAL_BRANCH: (Tier.COMMITTEE,),
    Tier.BRANCH: (Tier.COMMITTEE, Tier.GENERAL_BRANCH),
    Tier.GROUP: (Tier.BRANCH,),
}
EDITABLE = (
    "name",
    "short_name",
    "kind",
    "rank_group",
    "sort_key",
    "founded_on",
    "go_live_month",
    "theme_day_rule",
    "contact_phone",
    "external_code",
)
CONTACT = ("theme_day_rule", "contact_phone")


@transaction.atomic
def create_organisation(
    *,
    actor: Viewer,
    parent: Organisation | None,
    tier: str,
    name: str,
    short_name: str,
    founded_on: date,
    **more: Any,
) -> Organisation:
    """A new organisation with its code, its path and its first placement; `more` are further EDITABLE fields."""
    _check_founding(actor, parent, tier)
    code = issue_organisation_codes(parent)[0]
    organisation = Organisation.objects.create(
        root=parent.root if parent else None,
        parent=parent,
        tier=tier,
        code=code,
        name=name,
        short_name=short_name or name[:40],
        founded_on=founded_on,
        **{key: value for key, value in more.items() if key in EDITABLE},
    )
    settle_paths([organisation])
    audit.record(
        actor=actor,
        action="organisation.create",
        target=organisation,
        branch_id=organisation.pk,
        after={"code": code, "name": name, "tier": tier, "parent": parent and parent.code},
    )
    return organisation


def settle_paths(organisations: list[Organisation]) -> None:
    """Root, path and first placement of rows just created; parents must come before their children."""
    for organisation in organisations:
        parent = organisation.parent
        organisation.root_id = parent.root_id if parent else organisation.pk
        organisation.path = f"{parent.path if parent else ''}{organisation.pk}/"
    Organisation.objects.bulk_update(organisations, ["root", "path"])
    OrganisationPlacement.objects.bulk_create(
        OrganisationPlacement(
            root_id=item.root_id, organisation=item, parent=item.parent, path=item.path, from_on=item.founded_on
        )
        for item in organisations
    )


def _check_founding(actor: Viewer, parent: Organisation | None, tier: str) -> None:
    if parent is None:
        if not actor.is_system:
            raise Refused("党委由安装时建立。", remedy="请联系系统管理员。")
        return
    # A 党小组 needs no superior's approval (domain.md §1.1): the branch forms it itself.
    check(actor, "member.edit" if tier == Tier.GROUP else "branch.edit", parent)
    _check_parent(parent, tier)


def _check_parent(parent: Organisation, tier: str) -> None:
    if parent.tier not in PARENT_TIERS.get(Tier(tier), ()):
        raise InvalidInput(
            f"{Tier(tier).label}不能设在{Tier(parent.tier).label}下面。",
            remedy="请重新选择上级组织。",
            fields={"parent": ["请重新选择上级组织。"]},
        )
    if parent.dissolved_on:
        raise InvalidInput("上级组织已撤销。", remedy="请选择仍在的组织。", fields={"parent": ["上级组织已撤销。"]})


@transaction.atomic
def update_organisation(
    *, actor: Viewer, organisation: Organisation, version: int, changes: dict[str, Any]
) -> Organisation:
    """Change names, grouping and contact data; the secretary only contact and theme day."""
    changes = {key: value for key, value in changes.items() if key in EDITABLE}
    check(actor, _change_action(organisation, changes), organisation)
    before = save_changes(organisation, version=version, changes=changes)
    if before:
        audit.record(
            actor=actor,
            action="organisation.update",
            target=organisation,
            branch_id=organisation.pk,
            before=before,
            after={name: changes[name] for name in before},
        )
    return organisation


def _change_action(organisation: Organisation, changes: dict[str, Any]) -> str:
    if organisation.tier == Tier.GROUP:
        return "member.edit"
    return "branch.contact" if set(changes) <= set(CONTACT) else "branch.edit"


@transaction.atomic
def move_organisation(
    *, actor: Viewer, organisation: Organisation, parent: Organisation, on: date, version: int
) -> Organisation:
    """Put an organisation with all below it under another parent from a day on; codes stay, the past is kept."""
    check(actor, "branch.edit", organisation)
    check(actor, "branch.edit", parent)
    _check_move(organisation, parent, on)
    old_path, old_parent = organisation.path, organisation.parent
    save_changes(organisation, version=version, changes={"parent": parent})
    new_path = f"{parent.path}{organisation.pk}/"
    moved = Organisation.objects.filter(path__startswith=old_path)
    moved.update(path=Concat(Value(new_path), Substr("path", len(old_path) + 1)))
    organisation.path = new_path
    _place_again(organisation, on)
    audit.record(
        actor=actor,
        action="organisation.move",
        target=organisation,
        branch_id=organisation.pk,
        before={"parent": old_parent and old_parent.code},
        after={"parent": parent.code, "on": on},
    )
    return organisation


def _check_move(organisation: Organisation, parent: Organisation, on: date) -> None:
    if organisation.tier in (Tier.COMMITTEE, Tier.GROUP):
        raise InvalidInput("党委和党小组不能调整隶属关系。", remedy="党小组请撤销后在另一支部重新设立。")
    if parent.root_id != organisation.root_id:
        raise InvalidInput("不能调整到另一个党委下面。", remedy="请先在原党委撤销，再在新党委设立。")
    if parent.path.startswith(organisation.path):
        raise InvalidInput("不能调整到自己或自己的下级下面。", fields={"parent": ["请选择别的上级组织。"]})
    if on < organisation.founded_on:
        raise InvalidInput("调整日期早于成立日期。", fields={"on": ["请填写成立日期之后的日期。"]})
    _check_parent(parent, organisation.tier)


def _place_again(organisation: Organisation, on: date) -> None:
    """Close the placements of the subtree the day before, open the new ones; a second move that day replaces."""
    below = Organisation.objects.filter(path__startswith=organisation.path)
    open_rows = OrganisationPlacement.objects.filter(organisation__in=below, to_on=None)
    if open_rows.filter(from_on__gt=on).exists():
        raise InvalidInput("此后已有隶属关系调整。", fields={"on": ["请填写上一次调整之后的日期。"]})
    OrganisationPlacement.objects.filter(
        pk__in=list(open_rows.filter(from_on=on).values_list("pk", flat=True))
    ).delete()
    open_rows.update(to_on=on - timedelta(days=1))
    OrganisationPlacement.objects.bulk_create(
        OrganisationPlacement(
            root_id=item.root_id, organisation=item, parent_id=item.parent_id, path=item.path, from_on=on
        )
        for item in below
    )


@transaction.atomic
def dissolve_organisation(
    *, actor: Viewer, organisation: Organisation, on: date, version: int, document: str = ""
) -> Organisation:
    """End an organisation on its last day `on`; nobody may still belong to it, offices and care end with it."""
    check(actor, "member.edit" if organisation.tier == Tier.GROUP else "branch.edit", organisation)
    if organisation.dissolved_on:
        raise Conflict("该组织已经撤销。")
    _check_empty(organisation, on)
    save_changes(organisation, version=version, changes={"dissolved_on": on})
    OrganisationPlacement.objects.filter(organisation=organisation, to_on=None).update(to_on=on)
    for rows in (
        Appointment.objects.filter(organisation=organisation),
        PatchAssignment.objects.filter(branch=organisation),
    ):
        rows.filter(from_on__gt=on).delete()
        rows.filter(Q(to_on=None) | Q(to_on__gt=on)).update(to_on=on)
    audit.record(
        actor=actor,
        action="organisation.dissolve",
        target=organisation,
        branch_id=organisation.pk,
        after={"dissolved_on": on, "document": document},
    )
    return organisation


def _check_empty(organisation: Organisation, on: date) -> None:
    if on < organisation.founded_on:
        raise InvalidInput("撤销日期早于成立日期。", fields={"on": ["请填写成立日期之后的日期。"]})
    if Organisation.objects.filter(parent=organisation, dissolved_on=None).exists():
        raise InvalidInput("下面还有未撤销的组织。", remedy="请先撤销或调整下级组织。")
    column = "group" if organisation.tier == Tier.GROUP else "branch"
    spells = Membership.objects.filter(**{column: organisation}, to_on=None, status__in=COUNTED_STATUSES)
    if left := spells.count():
        raise InvalidInput(f"还有 {left} 名党员在这里。", remedy="请先把党员转到别的支部或小组，再撤销。")
