"""Members: registration, changes of data, transfer, regrouping, change of standing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from branches.member_rules import Person, completed, faults_of
from branches.models import (
    COUNTED_STATUSES,
    ENDED_STATUSES,
    Appointment,
    CountExclusion,
    Member,
    Membership,
    MemberStatus,
    Organisation,
    Tier,
)
from branches.permissions import Viewer, check
from branches.services.codes import issue_member_numbers
from branches.services.names import index_names
from branches.services.versions import conflict, save_changes
from core import audit
from core.crypto import keyed_digest
from core.errors import InvalidInput
from core.identity import parse_id_number, parse_phone

DATA_FIELDS = (
    "name",
    "sex",
    "ethnicity",
    "born_on",
    "education",
    "work_started_on",
    "joined_on",
    "confirmed_on",
    "job_title",
    "is_mobile",
    "in_hardship",
    "is_retired",
    "id_number",
    "phone",
    "external_code",
    "note",
)


@transaction.atomic
def register_member(
    *,
    actor: Viewer,
    branch: Organisation,
    group: Organisation | None = None,
    status: str = MemberStatus.FULL,
    from_on: date | None = None,
    today: date,
    **data: Any,
) -> Member:
    """A new person in the register with a number for life and a first spell of membership.

    from_on: since when they belong to the branch (default: joining the party, else today)
    """
    check(actor, "member.edit", branch)
    _check_place(branch, group)
    data = clean_data(data, status=status, today=today)
    _check_unique(branch.root_id, data.get("id_digest"))
    member = Member.objects.create(
        root_id=branch.root_id,
        branch=branch,
        group=group,
        status=status,
        member_no=issue_member_numbers(branch)[0],
        **data,
    )
    index_names([member], is_new=True)
    _first_spell(member, from_on or first_day(member, branch, today))
    audit.record(actor=actor, action="member.register", target=member, after=_said(data) | {"no": member.member_no})
    return member


def first_day(member: Member, branch: Organisation, today: date) -> date:
    """Since when a person newly entered is taken to belong: the joining, but not before the branch was there."""
    return min(max(member.joined_on or today, branch.founded_on), today)


def clean_data(data: dict[str, Any], *, status: str, today: date, kept: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields as they are stored (ID number normalised, with digest), or InvalidInput by field.

    kept: fields that stay as they are registered; a fault of theirs must not hinder another change
    """
    data = {key: value for key, value in data.items() if key in DATA_FIELDS}
    data["born_on"], data["sex"] = completed(data.get("born_on"), data.get("sex", ""), data.get("id_number", ""))
    person = Person(status=status, **{key: data[key] for key in PERSON_FIELDS if data.get(key)})
    faults = [fault for fault in faults_of(person, today=today) if not fault.is_warning and fault.field not in kept]
    if faults:
        fields = {fault.field: [fault.message + fault.remedy] for fault in faults}
        raise InvalidInput("有几处需要改正。", remedy="请按各栏下面的说明改正后再保存。", fields=fields)
    if "id_number" in data and "id_number" not in kept:
        data["id_number"] = parse_id_number(data["id_number"]).text if data["id_number"] else ""
        data["id_digest"] = keyed_digest(data["id_number"]) if data["id_number"] else None
    _clean_phone(data)
    return data


PERSON_FIELDS = ("born_on", "sex", "joined_on", "confirmed_on", "work_started_on", "id_number")


def _clean_phone(data: dict[str, Any]) -> None:
    if not data.get("phone"):
        return
    try:
        data["phone"] = parse_phone(data["phone"])
    except ValueError as error:
        raise InvalidInput("联系电话不对。", fields={"phone": [str(error)]}) from None


@transaction.atomic
def update_member(*, actor: Viewer, member: Member, version: int, changes: dict[str, Any], today: date) -> Member:
    """Change a person's data (not their branch or standing) on the version the actor saw."""
    check(actor, "member.edit", member.branch)
    changes = {key: value for key, value in changes.items() if key in DATA_FIELDS}
    if member.version != version:
        raise conflict(member, version, changes)
    whole = {name: getattr(member, name) for name in DATA_FIELDS} | changes
    kept = frozenset(DATA_FIELDS) - set(changes)
    cleaned = clean_data(whole, status=member.status, today=today, kept=kept)
    _check_unique(member.root_id, cleaned.get("id_digest"), member)
    before = save_changes(member, version=version, changes=cleaned)
    if "name" in before:
        index_names([member])
    if before:
        audit.record(
            actor=actor,
            action="member.update",
            target=member,
            before=_said(before),
            after=_said({name: cleaned[name] for name in before}),
        )
    return member


@transaction.atomic
def transfer_member(
    *,
    actor: Viewer,
    member: Member,
    branch: Organisation,
    group: Organisation | None = None,
    on: date,
    version: int,
    document: str = "",
) -> Member:
    """Move a person to another branch of the same committee from the day `on`; number and past stay.

    Their offices in the old branch end the day before.
    """
    check(actor, "member.transfer", member.branch)
    check(actor, "member.transfer", branch)
    _check_place(branch, group)
    if branch.pk == member.branch_id:
        raise InvalidInput("已经在这个支部。", fields={"branch": ["请选择另一个支部。"]})
    if branch.root_id != member.root_id:
        raise InvalidInput("不能直接转到另一个党委。", remedy="请在原党委办理转出，由对方登记。")
    old = member.branch
    save_changes(member, version=version, changes={"branch": branch, "group": group})
    _next_spell(actor, member, on)
    _end_offices(member, old, on)
    audit.record(
        actor=actor,
        action="member.transfer",
        target=member,
        branch_id=old.pk,
        before={"branch": old.code},
        after={"branch": branch.code, "on": on, "document": document},
    )
    return member


@transaction.atomic
def regroup_member(*, actor: Viewer, member: Member, group: Organisation | None, on: date, version: int) -> Member:
    """Put a person into another 党小组 of their branch, or into none, from a day on."""
    check(actor, "member.edit", member.branch)
    _check_place(member.branch, group)
    before = save_changes(member, version=version, changes={"group": group})
    if before:
        _next_spell(actor, member, on)
        old = before["group"]
        audit.record(
            actor=actor,
            action="member.regroup",
            target=member,
            before={"group": old and old.code},
            after={"group": group and group.code, "on": on},
        )
    return member


@transaction.atomic
def change_status(*, actor: Viewer, member: Member, status: str, on: date, version: int, document: str = "") -> Member:
    """Change a person's standing from a day on (转正, 转出, 停止党籍 …); offices end with the membership."""
    check(actor, "member.edit" if status in COUNTED_STATUSES else "member.transfer", member.branch)
    changes: dict[str, Any] = {"status": MemberStatus(status)}
    if status == MemberStatus.FULL and member.status == MemberStatus.PROBATIONARY:
        changes["confirmed_on"] = on
    before = save_changes(member, version=version, changes=changes)
    if before:
        _next_spell(actor, member, on)
        if status in ENDED_STATUSES:
            _end_offices(member, member.branch, on)
        audit.record(
            actor=actor,
            action="member.status",
            target=member,
            before={"status": before.get("status")},
            after={"status": status, "on": on, "document": document},
        )
    return member


def _check_place(branch: Organisation, group: Organisation | None) -> None:
    if branch.tier != Tier.BRANCH:
        raise InvalidInput("党员应登记在党支部。", fields={"branch": ["请选择一个党支部。"]})
    if branch.dissolved_on:
        raise InvalidInput("该支部已撤销。", fields={"branch": ["请选择仍在的支部。"]})
    if group is not None and group.parent_id != branch.pk:
        raise InvalidInput("党小组不属于这个支部。", fields={"group": ["请选择本支部的党小组。"]})


def _check_unique(root_id: int, digest: str | None, member: Member | None = None) -> None:
    if not digest:
        return
    same = Member.objects.filter(root_id=root_id, id_digest=digest)
    if member is not None:
        same = same.exclude(pk=member.pk)
    if same.exists():
        raise InvalidInput(
            "这个身份证号已经登记过。",
            remedy="请核对号码；如系从别的支部转来，请由机关党委办理组织关系转接。",
            fields={"id_number": ["这个身份证号已经登记过，请核对。"]},
        )


def _first_spell(member: Member, from_on: date) -> None:
    Membership.objects.create(
        root_id=member.root_id,
        member=member,
        branch_id=member.branch_id,
        group_id=member.group_id,
        status=member.status,
        from_on=from_on,
    )


def _next_spell(actor: Viewer, member: Member, on: date) -> None:
    """Close the open spell the day before and open one with the present branch, group and status."""
    if on > actor.today:
        raise InvalidInput("日期晚于今天。", fields={"on": ["请到当天再办理，或填写实际日期。"]})
    spell = Membership.objects.select_for_update().filter(member=member, to_on=None).order_by("-from_on").first()
    if spell is not None and on < spell.from_on:
        said = f"{spell.from_on:%Y-%m-%d}"
        raise InvalidInput("日期早于上一次变动。", fields={"on": [f"请填写 {said} 及以后的日期。"]})
    if spell is not None and on == spell.from_on:
        spell.branch_id, spell.group_id, spell.status = member.branch_id, member.group_id, member.status
        spell.save()
        return
    if spell is not None:
        spell.to_on = on - timedelta(days=1)
        spell.save(update_fields=["to_on"])
    _first_spell(member, on)


def _end_offices(member: Member, branch: Organisation, on: date) -> None:
    """Offices and exclusions end the day before; those that began later never begin."""
    offices = Appointment.objects.filter(member=member, organisation__path__startswith=branch.path)
    offices.filter(from_on__gte=on).delete()
    exclusions = CountExclusion.objects.filter(member=member)
    exclusions.filter(from_on__gte=on).delete()
    for rows in (offices, exclusions):
        rows.filter(Q(to_on=None) | Q(to_on__gte=on)).update(to_on=on - timedelta(days=1))


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """What the audit may keep: core masks ID number and phone, the digest is left out."""
    return {name: value for name, value in values.items() if name != "id_digest" and value not in (None, "")}
