"""Carrying out a confirmed plan: everything in the caller's transaction, by a handful of statements a branch."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Model

from branches.imports.plan import Outcome, Plan, PlannedRow
from branches.models import Member, Membership, Organisation
from branches.permissions import Viewer, check
from branches.services.codes import issue_member_numbers, issue_organisation_codes
from branches.services.members import first_day
from branches.services.names import index_names
from branches.services.organisations import settle_paths
from core import audit
from core.crypto import keyed_digest
from core.errors import Conflict


def apply_members(actor: Viewer, plan: Plan, *, root_id: int, today: date) -> None:
    """Register the new members and write the changed fields of the others."""
    created, changed = plan.of(Outcome.CREATED), plan.of(Outcome.CHANGED)
    members = Member.objects.select_for_update(no_key=True).in_bulk([row.target_id for row in changed])
    ids = {row.values["branch_id"] for row in created} | {member.branch_id for member in members.values()}
    branches = Organisation.objects.in_bulk(ids)
    for branch in branches.values():
        check(actor, "member.import", branch)
    _create_members(created, branches, root_id, today)
    _change_members(actor, changed, members, today)


def _create_members(rows: list[PlannedRow], branches: dict[int, Organisation], root_id: int, today: date) -> None:
    by_branch: dict[int, list[PlannedRow]] = defaultdict(list)
    for row in rows:
        by_branch[row.values["branch_id"]].append(row)
    members = []
    for branch_id, its_rows in sorted(by_branch.items()):
        numbers = issue_member_numbers(branches[branch_id], len(its_rows))
        for row, number in zip(its_rows, numbers, strict=True):
            members.append(Member(root_id=root_id, member_no=number, **_with_digest(row.values)))
    Member.objects.bulk_create(members, batch_size=500)
    Membership.objects.bulk_create(
        (
            Membership(
                root_id=root_id,
                member=member,
                branch_id=member.branch_id,
                group_id=member.group_id,
                status=member.status,
                from_on=first_day(member, branches[member.branch_id], today),
            )
            for member in members
        ),
        batch_size=500,
    )
    index_names(members, is_new=True)


def _change_members(actor: Viewer, rows: list[PlannedRow], members: dict[int, Member], today: date) -> None:
    regrouped, renamed = [], []
    for row in rows:
        member, values = members[row.target_id or 0], _with_digest(row.values)
        before = {key: getattr(member, key) for key in values}
        _write(Member, row, values)
        for key, value in values.items():
            setattr(member, key, value)
        if "group_id" in values:
            regrouped.append(member)
        if "name" in values:
            renamed.append(member)
        audit.record(actor=actor, action="member.import", target=member, before=_said(before), after=_said(values))
    _regroup(regrouped, today)
    if renamed:
        index_names(renamed)


def _regroup(members: list[Member], today: date) -> None:
    if not members:
        return
    open_rows = Membership.objects.filter(member__in=members, to_on=None)
    begun = {row.member_id: row for row in open_rows}
    for member in members:
        spell = begun.get(member.pk)
        if spell is not None and spell.from_on == today:
            spell.group_id = member.group_id
            spell.save(update_fields=["group"])
            continue
        if spell is not None:
            spell.to_on = today - timedelta(days=1)
            spell.save(update_fields=["to_on"])
        Membership.objects.create(
            root_id=member.root_id,
            member=member,
            branch_id=member.branch_id,
            group_id=member.group_id,
            status=member.status,
            from_on=today,
        )


def apply_branches(actor: Viewer, plan: Plan, *, root_id: int, today: date) -> None:
    """Found the new organisations (parents first, as the plan has them) and change the others."""
    made: dict[int, Organisation] = {}
    for row in plan.of(Outcome.CREATED):
        made[row.number] = _found(actor, row, made)
    targets = Organisation.objects.select_for_update(no_key=True).in_bulk(
        [row.target_id for row in plan.of(Outcome.CHANGED)]
    )
    for row in plan.of(Outcome.CHANGED):
        target = targets[row.target_id or 0]
        check(actor, "branch.import", target)
        before = {key: getattr(target, key) for key in row.values}
        _write(Organisation, row, row.values)
        audit.record(
            actor=actor,
            action="organisation.import",
            target=target,
            branch_id=target.pk,
            before=before,
            after=row.values,
        )


def _found(actor: Viewer, row: PlannedRow, made: dict[int, Organisation]) -> Organisation:
    values = dict(row.values)
    parent_id, parent_row = values.pop("parent_id"), values.pop("parent_row")
    parent = Organisation.objects.get(pk=parent_id) if parent_id else made[parent_row]
    check(actor, "branch.import", parent)
    code = issue_organisation_codes(parent)[0]
    organisation = Organisation.objects.create(root_id=parent.root_id, parent=parent, code=code, **values)
    settle_paths([organisation])
    return organisation


def _write(model: type[Model], row: PlannedRow, values: dict[str, Any]) -> None:
    """Onto the version the plan was made from; somebody may have written since."""
    found = model._default_manager.filter(pk=row.target_id, version=row.version)
    if not found.update(**values, version=F("version") + 1):
        raise Conflict(f"第 {row.number} 行的“{row.name}”刚被别人修改。", remedy="请点“重新核对”，看过新的预览再确认。")


def _with_digest(values: dict[str, Any]) -> dict[str, Any]:
    number = values.get("id_number")
    return values | {"id_digest": keyed_digest(number)} if number else dict(values)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != "id_digest"}
