"""Offices, terms of office, and who is not counted as expected."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from branches.member_rules import anniversary
from branches.models import (
    Appointment,
    BranchTerm,
    CountExclusion,
    Member,
    MemberStatus,
    Organisation,
    Post,
    Tier,
)
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput

SINGLE_POSTS = (Post.SECRETARY, Post.GROUP_LEADER)  # one holder at a time
GROUP_POSTS = (Post.GROUP_LEADER,)


@transaction.atomic
def appoint(
    *,
    actor: Viewer,
    member: Member,
    organisation: Organisation,
    post: str,
    from_on: date,
    to_on: date | None = None,
    is_acting: bool = False,
    document: str = "",
) -> Appointment:
    """Give a member an office from a day on. Acting (代理) needs a last day; on it the rights end by themselves."""
    check(actor, _action(organisation), organisation)
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    _check_person(member, organisation, post)
    _check_dates(from_on, to_on, is_acting)
    _check_vacant(member, organisation, post, from_on, to_on)
    appointment = Appointment.objects.create(
        root_id=organisation.root_id,
        organisation=organisation,
        member=member,
        post=post,
        from_on=from_on,
        to_on=to_on,
        is_acting=is_acting,
        document=document,
    )
    audit.record(
        actor=actor,
        action="appointment.create",
        target=appointment,
        branch_id=member.branch_id,
        after={"member": member.member_no, "post": post, "acting": is_acting, "from_on": from_on, "to_on": to_on},
    )
    return appointment


@transaction.atomic
def end_appointment(*, actor: Viewer, appointment: Appointment, on: date, document: str = "") -> Appointment:
    """End an office; `on` is its last day."""
    check(actor, _action(appointment.organisation), appointment.organisation)
    if on < appointment.from_on:
        raise InvalidInput("离任日期早于任职日期。", fields={"on": ["请填写任职之后的日期。"]})
    open_rows = Appointment.objects.filter(pk=appointment.pk).filter(Q(to_on=None) | Q(to_on__gt=on))
    if not open_rows.update(to_on=on):
        raise Conflict("这一任职已经结束。", remedy="请刷新页面查看现任人员。")
    before = appointment.to_on
    appointment.to_on = on
    audit.record(
        actor=actor,
        action="appointment.end",
        target=appointment,
        branch_id=appointment.organisation_id,
        before={"to_on": before},
        after={"to_on": on, "document": document},
    )
    return appointment


def _action(organisation: Organisation) -> str:
    # The leader of a 党小组 is the branch's own choice; every other office confers rights.
    return "member.edit" if organisation.tier == Tier.GROUP else "appointment.edit"


def _check_person(member: Member, organisation: Organisation, post: str) -> None:
    if (post in GROUP_POSTS) != (organisation.tier == Tier.GROUP):
        raise InvalidInput("这一职务不设在这一级组织。", fields={"post": ["请重新选择职务。"]})
    if member.status != MemberStatus.FULL:
        raise InvalidInput("只有正式党员可以任职。", fields={"member": ["请选择正式党员。"]})
    here = (
        member.group_id == organisation.pk if organisation.tier == Tier.GROUP else member.branch_id == organisation.pk
    )
    inside = member.branch.path.startswith(organisation.path)
    if not (here or (organisation.tier in (Tier.COMMITTEE, Tier.GENERAL_BRANCH) and inside)):
        raise InvalidInput(
            "这名党员的组织关系不在这里。", remedy="请先转接组织关系。", fields={"member": ["请选择本组织的党员。"]}
        )


def _check_dates(from_on: date, to_on: date | None, is_acting: bool) -> None:
    if is_acting and to_on is None:
        raise InvalidInput("代理须写明期限。", fields={"to_on": ["请填写代理的最后一天。"]})
    if to_on and to_on < from_on:
        raise InvalidInput("结束日期早于开始日期。", fields={"to_on": ["请核对这两个日期。"]})


def _check_vacant(member: Member, organisation: Organisation, post: str, from_on: date, to_on: date | None) -> None:
    overlapping = Appointment.objects.filter(organisation=organisation, post=post).filter(
        Q(to_on=None) | Q(to_on__gte=from_on)
    )
    if to_on:
        overlapping = overlapping.filter(from_on__lte=to_on)
    if overlapping.filter(member=member).exists():
        raise Conflict("这名党员已任这一职务。", remedy="请先结束原任职，再登记新的任职。")
    holder = overlapping.select_related("member").first()
    if post in SINGLE_POSTS and holder is not None:
        raise Conflict(
            f"{holder.member.name}的{Post(post).label}任职（自 {holder.from_on:%Y-%m-%d}）还没有结束。",
            remedy="请先办理离任，再登记新的任职。",
        )


@transaction.atomic
def set_term(
    *,
    actor: Viewer,
    branch: Organisation,
    term_no: int,
    has_committee: bool,
    seats: int,
    from_on: date,
    due_on: date,
    **more: Any,
) -> BranchTerm:
    """Enter or correct one term of office; entering a new one ends the one before on the eve of it.

    more: ended_on, extended_to_on, extension_document, duties_published_on
    """
    check(actor, "branch.edit", branch)
    values = {"has_committee": has_committee, "seats": seats, "from_on": from_on, "due_on": due_on}
    values |= {key: more[key] for key in TERM_EXTRAS if key in more}
    if not 1 <= term_no <= MOST_TERMS:
        raise InvalidInput("届次不对。", fields={"term_no": [f"请填写 1 至 {MOST_TERMS}。"]})
    _check_term(values)
    old = BranchTerm.objects.select_for_update().filter(branch=branch, term_no=term_no).first()
    before = {key: getattr(old, key) for key in values} if old else None
    term, is_new = BranchTerm.objects.update_or_create(
        root_id=branch.root_id, branch=branch, term_no=term_no, defaults=values
    )
    if is_new:
        earlier = BranchTerm.objects.filter(branch=branch, from_on__lt=from_on, ended_on=None)
        earlier.exclude(pk=term.pk).update(ended_on=from_on)
    audit.record(actor=actor, action="term.set", target=term, branch_id=branch.pk, before=before, after=values)
    return term


TERM_EXTRAS = ("ended_on", "extended_to_on", "extension_document", "duties_published_on")


MOST_TERMS = 200
MOST_SEATS = 7


def _check_term(values: dict[str, Any]) -> None:
    if values["due_on"] <= values["from_on"]:
        raise InvalidInput("届满日期应晚于开始日期。", fields={"due_on": ["请核对这两个日期。"]})
    if not 0 <= values["seats"] <= MOST_SEATS:
        raise InvalidInput("委员职数不对。", fields={"seats": ["设支委会的填 3 至 7，不设的填 0。"]})
    if values["has_committee"] and not 3 <= values["seats"] <= MOST_SEATS:
        raise InvalidInput("支委会由 3 至 7 人组成。", fields={"seats": ["请填写 3 至 7。"]})
    extended = values.get("extended_to_on")
    if extended and extended > anniversary(values["due_on"], 1):
        raise InvalidInput("延期换届不得超过 1 年。", fields={"extended_to_on": ["请填写届满后 1 年以内的日期。"]})
    if extended and not values.get("extension_document"):
        raise InvalidInput("延期换届须经批准。", fields={"extension_document": ["请填写批复文号。"]})


@transaction.atomic
def approve_exclusion(
    *, actor: Viewer, member: Member, reason: str, approved_by: str, from_on: date, to_on: date | None = None
) -> CountExclusion:
    """Approve that a member is not counted as expected (不计入应到) from a day on."""
    check(actor, "exclusion.edit", member.branch)
    if not (reason.strip() and approved_by.strip()):
        raise InvalidInput("须写明原因和批准依据。", remedy="请填写支部大会决议和上级同意的文号。")
    if to_on and to_on < from_on:
        raise InvalidInput("结束日期早于开始日期。", fields={"to_on": ["请核对这两个日期。"]})
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    same = CountExclusion.objects.filter(member=member).filter(Q(to_on=None) | Q(to_on__gte=from_on))
    if to_on:
        same = same.filter(from_on__lte=to_on)
    if same.exists():
        raise Conflict("这名党员在这段时间已经不计入应到。", remedy="请先结束原来的一条。")
    exclusion = CountExclusion.objects.create(
        root_id=member.root_id, member=member, reason=reason, approved_by=approved_by, from_on=from_on, to_on=to_on
    )
    audit.record(
        actor=actor,
        action="exclusion.approve",
        target=exclusion,
        branch_id=member.branch_id,
        after={"member": member.member_no, "reason": reason, "approved_by": approved_by, "from_on": from_on},
    )
    return exclusion


@transaction.atomic
def end_exclusion(*, actor: Viewer, exclusion: CountExclusion, on: date) -> CountExclusion:
    """Count the member again; `on` is the last day they were left out."""
    check(actor, "exclusion.edit", exclusion.member.branch)
    if on < exclusion.from_on:
        raise InvalidInput("结束日期早于开始日期。", fields={"on": ["请核对这两个日期。"]})
    if not CountExclusion.objects.filter(pk=exclusion.pk, to_on=None).update(to_on=on):
        raise Conflict("这一条已经结束。", remedy="请刷新页面。")
    exclusion.to_on = on
    audit.record(
        actor=actor,
        action="exclusion.end",
        target=exclusion,
        branch_id=exclusion.member.branch_id,
        before={"to_on": None},
        after={"to_on": on},
    )
    return exclusion
