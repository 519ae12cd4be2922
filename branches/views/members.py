"""Pages of members: list, export, one person's file, and the steps that change it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from branches import exports
from branches.forms.members import MemberFilter, MemberForm, RegroupForm, StatusForm, TransferForm
from branches.models import Member, Organisation, Tier
from branches.permissions import can
from branches.rules import Role
from branches.selectors import member_list, member_rows, party_age
from branches.selectors.organisations import on_day
from branches.services import members
from branches.views.pages import (
    FormPage,
    data_of,
    form_page,
    member_or_404,
    organisation_or_404,
    require_action,
    require_reading,
    with_version,
)
from core.http import Page, page_of, sorted_by, whole
from core.identity import mask_id_number, mask_phone

SORTS = {"branch": "branch_key", "no": "member_no", "name": "name", "joined": "joined_key"}


def _found(request: HttpRequest) -> tuple[MemberFilter, Any, str, tuple[str, ...]]:
    form = MemberFilter(request.GET, viewer=request.viewer)
    form.is_valid()
    asked, key = sorted_by(request, SORTS, default="no", last="member_no")
    return form, member_list(request.viewer, form.cleaned_data), asked, key


@require_safe
def member_index(request: HttpRequest) -> HttpResponse:
    """The members in the scope; ?view=full shows all columns of the 党员名册."""
    require_reading(request.viewer, "member")
    viewer = request.viewer
    form, found, asked, key = _found(request)
    page = page_of(found, request, key=key, count=True)
    rows = member_rows(page, viewer.today)
    is_full = request.GET.get("view") == "full"
    context = {
        "form": form,
        "page": Page(rows, page.next_cursor, page.previous_cursor, page.count, page.more),
        "sort": asked,
        "is_full": is_full,
        "heads": [(key, label) for key, label, *_ in exports.ROSTER[1:]] if is_full else [],
        "lines": [(row.member.pk, _cells(row)) for row in rows] if is_full else [],
        "may_add": can(viewer, "member.edit"),
        "may_export": can(viewer, "export"),
        "may_import": can(viewer, "member.import"),
        "is_wide": viewer.is_a(Role.OFFICER, Role.LEADER),
    }
    return render(request, "branches/member_list.html", context)


def _cells(row: Any) -> list[Any]:
    """The roster's columns in words, days as the sheet prints them."""
    line = exports.roster_line(row, 0)
    values = (line[key] for key, *_ in exports.ROSTER[1:])
    return [value.isoformat() if isinstance(value, date) else value for value in values]


@require_safe
def member_export(request: HttpRequest) -> HttpResponseBase:
    """The 党员名册 of exactly what the list shows."""
    require_reading(request.viewer, "member")
    require_action(request.viewer, "export")
    form, found, _asked, key = _found(request)
    return exports.members_sheet(request.viewer, found.order_by(*key), words=_unit_name(request, form))


def _unit_name(request: HttpRequest, form: MemberFilter) -> str:
    """Whose roster it is: the branch chosen, else the own branch, else the committee."""
    chosen = form.cleaned_data.get("branch")
    if chosen is not None:
        return chosen.name
    place = request.viewer.root_id if request.viewer.is_a(Role.OFFICER, Role.LEADER) else request.viewer.home_branch_id
    found = Organisation.objects.filter(pk=place).first()
    return found.name if found else ""


@require_safe
def member_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's file: data, offices, where they belonged, when they were not counted."""
    viewer, member = request.viewer, member_or_404(request, pk)
    edits = can(viewer, "member.edit", member.branch)
    context = {
        "member": member,
        "id_number": mask_id_number(member.id_number) if member.id_number else "",
        "phone": _phone(request, member),
        "party_age": party_age(member, viewer.today),
        "spells": member.memberships.select_related("branch", "group").order_by("-from_on"),
        "appointments": member.appointments.select_related("organisation").order_by("-from_on"),
        "exclusions": member.exclusions.order_by("-from_on"),
        "is_excluded": member.exclusions.filter(on_day(viewer.today)).exists(),
        "today": viewer.today,
        "may": {
            "edit": edits,
            "transfer": can(viewer, "member.transfer", member.branch),
            "exclude": can(viewer, "exclusion.edit", member.branch),
            "appoint": can(viewer, "appointment.edit", member.branch),
        },
        "has_groups": member.branch.children.filter(tier=Tier.GROUP, dissolved_on=None).exists(),
    }
    return render(request, "branches/member_detail.html", context)


def _phone(request: HttpRequest, member: Member) -> str:
    """In full for the branch's own officers and for oneself, else masked (domain.md §6.2)."""
    if not member.phone:
        return ""
    own = request.viewer.member_id == member.pk
    colleagues = member.branch_id in {
        *request.viewer.places(Role.SECRETARY),
        *request.viewer.places(Role.BRANCH_COMMITTEE),
    }
    return member.phone if own or colleagues else mask_phone(member.phone)


@require_http_methods(["GET", "POST"])
def member_new(request: HttpRequest) -> HttpResponse:
    """Register one person by hand."""
    viewer = request.viewer
    require_action(viewer, "member.edit")
    asked = whole(request.GET.get("branch") or viewer.home_branch_id)
    branch = organisation_or_404(request, asked) if asked else None
    form = MemberForm(data_of(request), viewer=viewer, branch=branch)
    back = reverse("branches:members")
    intro = "党员编号由系统发放，终身不变。人多时请用导入。"
    page = FormPage("登记党员", "登记", back, intro=intro, wide=("note",))

    def do(data: dict[str, Any]) -> tuple[str, str]:
        made = members.register_member(
            actor=viewer,
            branch=data["branch"],
            group=data["group"],
            status=data["status"],
            today=viewer.today,
            **form.changes(),
        )
        return reverse("branches:member", args=[made.pk]), f"已登记 {made.name}，党员编号 {made.member_no}。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one person's data."""
    viewer, member = request.viewer, member_or_404(request, pk)
    require_action(viewer, "member.edit", member.branch)
    form = MemberForm(data_of(request), instance=member, viewer=viewer)
    back = reverse("branches:member", args=[pk])
    page = FormPage(f"修改 {member.name} 的信息", "保存", back, wide=("note",))

    def do(data: dict[str, Any]) -> tuple[str, str]:
        version = with_version(data)
        members.update_member(actor=viewer, member=member, version=version, changes=form.changes(), today=viewer.today)
        return back, "已保存。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def member_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a person to another branch."""
    viewer, member = request.viewer, member_or_404(request, pk)
    require_action(viewer, "member.transfer", member.branch)
    form = TransferForm(data_of(request), viewer=viewer, member=member)
    back = reverse("branches:member", args=[pk])
    page = FormPage(
        f"转接 {member.name} 的组织关系",
        "转接",
        back,
        intro="党员编号不变；在原支部的职务到前一天为止；以前的记录留在原支部。",
        confirm=f"将把{member.name}的组织关系转出“{member.branch}”，确定吗？",
        facts=[("现在的党支部", str(member.branch)), ("党员编号", member.member_no)],
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        members.transfer_member(actor=viewer, member=member, **data)
        return back, f"{member.name}已转入“{data['branch']}”。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def member_regroup(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a person into another 党小组."""
    viewer, member = request.viewer, member_or_404(request, pk)
    require_action(viewer, "member.edit", member.branch)
    form = RegroupForm(data_of(request), viewer=viewer, member=member)
    back = reverse("branches:member", args=[pk])
    page = FormPage(f"调整 {member.name} 的党小组", "调整", back)

    def do(data: dict[str, Any]) -> tuple[str, str]:
        members.regroup_member(actor=viewer, member=member, **data)
        return back, "党小组已调整。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def member_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a person's standing."""
    viewer, member = request.viewer, member_or_404(request, pk)
    require_action(viewer, "member.edit", member.branch)
    form = StatusForm(data_of(request), viewer=viewer, member=member)
    back = reverse("branches:member", args=[pk])
    page = FormPage(
        f"变更 {member.name} 的党员身份",
        "变更",
        back,
        intro="转为正式党员时，转正时间按这里的日期登记。转出、停止党籍等由机关党委办理，其职务同时结束。",
        confirm=f"将变更{member.name}的党员身份，确定吗？",
        facts=[("现在的身份", member.get_status_display())],
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        members.change_status(actor=viewer, member=member, **data)
        return back, f"{member.name}的身份已变更为{member.get_status_display()}。"

    return form_page(request, page, form, do)
