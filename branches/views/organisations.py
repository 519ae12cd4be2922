"""Pages of organisations: list, tree, one organisation, and the steps that change it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from branches import exports
from branches.forms.organisations import DissolveForm, MoveForm, OrganisationFilter, OrganisationForm, TermForm
from branches.models import (
    COUNTED_STATUSES,
    BranchTerm,
    CountExclusion,
    Member,
    MemberStatus,
    Organisation,
    OrganisationPlacement,
    Tier,
)
from branches.permissions import can, sees, visible
from branches.rules import Role
from branches.selectors import (
    leader_names,
    officers_of,
    organisation_list,
    organisation_rows,
    reads_people,
)
from branches.selectors.organisations import on_day, terms_on
from branches.selectors.patches import patch_history, visits
from branches.services import appointments, organisations
from branches.views.pages import (
    FormPage,
    data_of,
    form_page,
    organisation_or_404,
    require_action,
    require_reading,
    with_version,
)
from core.http import Page, page_of, sorted_by
from core.periods import Month

SHOWN_VISITS = 3
SORTS = {"order": "sort_key", "code": "code", "name": "short_name", "members": "members_count", "founded": "founded_on"}


def _filters(request: HttpRequest) -> OrganisationFilter:
    form = OrganisationFilter(request.GET, viewer=request.viewer, today=request.viewer.today)
    form.is_valid()
    return form


@require_safe
def organisation_index(request: HttpRequest) -> HttpResponse:
    """The list of organisations, or with ?view=tree the whole tree."""
    require_reading(request.viewer, "organisation")
    viewer = request.viewer
    context: dict[str, Any] = {"reads_people": reads_people(viewer), "may_edit": can(viewer, "branch.edit")}
    if request.GET.get("view") == "tree":
        return render(request, "branches/organisation_tree.html", context | {"nodes": _tree(request)})
    form = _filters(request)
    asked, key = sorted_by(request, SORTS, default="order")
    found = organisation_list(viewer, form.cleaned_data, viewer.today)
    page = page_of(found.order_by(), request, key=key, count=True)
    rows = organisation_rows(page, viewer.today)
    context |= {
        "form": form,
        "page": Page(rows, page.next_cursor, page.previous_cursor, page.count, page.more),
        "sort": asked,
        "may_export": can(viewer, "export"),
    }
    return render(request, "branches/organisation_list.html", context)


@require_safe
def organisation_export(request: HttpRequest) -> HttpResponseBase:
    """The list as a sheet: the same rows in the same order as on the page."""
    require_reading(request.viewer, "organisation")
    require_action(request.viewer, "export")
    form = _filters(request)
    _asked, key = sorted_by(request, SORTS, default="order")
    found = organisation_list(request.viewer, form.cleaned_data, request.viewer.today).order_by(*key)
    return exports.organisations_sheet(request.viewer, found)


def _tree(request: HttpRequest) -> list[dict[str, Any]]:
    """Nested nodes of all organisations in the scope; the topmost seen ones are the roots."""
    seen = visible(Organisation.objects.filter(dissolved_on=None), request.viewer)
    nodes = {item.pk: {"item": item, "children": []} for item in seen.order_by("path")}
    tops = []
    for node in sorted(nodes.values(), key=lambda node: (node["item"].sort_key, node["item"].code)):
        parent = nodes.get(node["item"].parent_id)
        (parent["children"] if parent else tops).append(node)
    return tops


@require_safe
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: officers, term, groups, people, who is not counted, where it stood before."""
    viewer, organisation = request.viewer, organisation_or_404(request, pk)
    today = viewer.today
    context: dict[str, Any] = {
        "organisation": organisation,
        "parent_url": _url_if_seen(request, organisation.parent),
        "reads_people": reads_people(viewer),
        "may": _rights(request, organisation),
        "month": Month.of(today),
    }
    if viewer.is_a(*(role for role in Role if role != Role.ADMINISTRATOR)):
        context |= {
            "officers": officers_of(organisation, today),
            "term": terms_on([pk], today).get(pk),
            "leaders": leader_names([pk], today).get(pk, ""),
            "children": _children(organisation, request),
            "placements": OrganisationPlacement.objects.filter(organisation=organisation)
            .select_related("parent")
            .order_by("-from_on"),
        }
    if context["reads_people"] and organisation.tier == Tier.BRANCH:
        context |= {
            "visits": visits(viewer).filter(branch=organisation, visited_on__lte=today)[:SHOWN_VISITS],
            "patch_history": patch_history(viewer, organisation),
        }
    if context["reads_people"] and organisation.tier in (Tier.BRANCH, Tier.GROUP):
        context |= _people(organisation, today)
    return render(request, "branches/organisation_detail.html", context)


def _rights(request: HttpRequest, organisation: Organisation) -> dict[str, bool]:
    viewer = request.viewer
    is_group = organisation.tier == Tier.GROUP
    edits = can(viewer, "member.edit" if is_group else "branch.edit", organisation)
    return {
        "edit": edits or can(viewer, "branch.contact", organisation),
        "structure": edits and not organisation.dissolved_on,
        "move": edits and organisation.tier in (Tier.BRANCH, Tier.GENERAL_BRANCH),
        "hand_over": can(viewer, "patch.assign", organisation) and organisation.tier == Tier.BRANCH,
        "visit": can(viewer, "patch.visit", organisation) and organisation.tier == Tier.BRANCH,
        "appoint": can(viewer, "member.edit" if is_group else "appointment.edit", organisation),
        "members": can(viewer, "member.edit", organisation),
        "term": can(viewer, "branch.edit", organisation) and organisation.tier == Tier.BRANCH,
    }


def _url_if_seen(request: HttpRequest, parent: Organisation | None) -> str:
    return reverse("branches:detail", args=[parent.pk]) if parent and sees(request.viewer, parent) else ""


def _children(organisation: Organisation, request: HttpRequest) -> list[Any]:
    below = visible(Organisation.objects.filter(parent=organisation, dissolved_on=None), request.viewer)
    people = Count("group_members", filter=Q(group_members__status__in=COUNTED_STATUSES))
    return list(below.annotate(people_count=people).order_by("sort_key", "code"))


def _people(organisation: Organisation, today: Any) -> dict[str, Any]:
    column = "group" if organisation.tier == Tier.GROUP else "branch"
    counts = Member.objects.filter(**{column: organisation}).aggregate(
        counted=Count("pk", filter=Q(status__in=COUNTED_STATUSES)),
        full=Count("pk", filter=Q(status=MemberStatus.FULL)),
        mobile=Count("pk", filter=Q(status__in=COUNTED_STATUSES, is_mobile=True)),
        hardship=Count("pk", filter=Q(status__in=COUNTED_STATUSES, in_hardship=True)),
    )
    excluded = CountExclusion.objects.filter(on_day(today), **{f"member__{column}": organisation})
    place = (
        {"branch": organisation.parent_id, "group": organisation.pk}
        if column == "group"
        else {"branch": organisation.pk}
    )
    people = f"{reverse('branches:members')}?{urlencode(place)}"
    return {
        "people": people,
        "counts": counts,
        "exclusions": excluded.select_related("member").order_by("member__member_no"),
    }


@require_http_methods(["GET", "POST"])
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Found a branch (officer) or a 党小组 (secretary too)."""
    viewer = request.viewer
    require_action(viewer, "member.edit")
    initial = {"parent": request.GET.get("parent"), "tier": request.GET.get("tier"), "founded_on": viewer.today}
    form = OrganisationForm(data_of(request), viewer=viewer, initial=initial)
    page = FormPage(
        "设立党小组" if form.is_group else "新设党组织",
        "设立",
        reverse("branches:list"),
        intro="组织代码由系统发放，一经发放不再变动、不再重用。",
        wide=("name",),
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        made = organisations.create_organisation(actor=viewer, **data)
        return reverse("branches:detail", args=[made.pk]), f"已设立“{made.short_name}”，组织代码 {made.code}。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change names and contact data."""
    viewer, organisation = request.viewer, organisation_or_404(request, pk)
    require_action(viewer, "branch.contact", organisation)
    form = OrganisationForm(data_of(request), instance=organisation, viewer=viewer)
    back = reverse("branches:detail", args=[pk])
    page = FormPage(f"修改 {organisation.short_name}", "保存", back, wide=("name",))

    def do(data: dict[str, Any]) -> tuple[str, str]:
        version = with_version(data)
        changes = {name: value for name, value in data.items() if name != "version"}
        organisations.update_organisation(actor=viewer, organisation=organisation, version=version, changes=changes)
        return back, "已保存。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def organisation_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an organisation under another parent."""
    viewer, organisation = request.viewer, organisation_or_404(request, pk)
    require_action(viewer, "branch.edit", organisation)
    form = MoveForm(data_of(request), viewer=viewer, organisation=organisation)
    back = reverse("branches:detail", args=[pk])
    page = FormPage(
        f"调整 {organisation.short_name} 的隶属关系",
        "调整",
        back,
        confirm=f"将把“{organisation.short_name}”及其下级调整到新的上级组织，确定吗？",
        facts=[("现在的上级组织", str(organisation.parent)), ("组织代码", f"{organisation.code}（不变）")],
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        organisations.move_organisation(actor=viewer, organisation=organisation, **data)
        return back, f"已调整到“{data['parent']}”。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def organisation_dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    """End an organisation."""
    viewer, organisation = request.viewer, organisation_or_404(request, pk)
    require_action(viewer, "member.edit" if organisation.tier == Tier.GROUP else "branch.edit", organisation)
    form = DissolveForm(data_of(request), initial={"version": organisation.version, "on": viewer.today})
    back = reverse("branches:detail", args=[pk])
    page = FormPage(
        f"撤销 {organisation.short_name}",
        "撤销",
        back,
        intro="撤销后不能再登记党员和活动，以前的记录都保留；组织代码不再使用。",
        confirm=f"将撤销“{organisation.short_name}”，撤销后不能恢复，确定吗？",
    )

    def do(data: dict[str, Any]) -> tuple[str, str]:
        organisations.dissolve_organisation(actor=viewer, organisation=organisation, **data)
        return back, f"“{organisation.short_name}”已撤销。"

    return form_page(request, page, form, do)


@require_http_methods(["GET", "POST"])
def term_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a term of office, or correct the present one."""
    viewer, branch = request.viewer, organisation_or_404(request, pk)
    require_action(viewer, "branch.edit", branch)
    present = terms_on([pk], viewer.today).get(pk)
    is_new = "new" in request.GET or present is None
    instance = BranchTerm(term_no=(present.term_no if present else 0) + 1) if is_new else present
    form = TermForm(data_of(request), instance=instance)
    back = reverse("branches:detail", args=[pk])
    intro = "登记新一届后，上一届自动结束。" if is_new else "更正本届的登记。"
    page = FormPage(f"{branch.short_name} 任期", "保存", back, intro=intro)

    def do(data: dict[str, Any]) -> tuple[str, str]:
        appointments.set_term(actor=viewer, branch=branch, **data)
        return back, "任期已保存。"

    return form_page(request, page, form, do)
