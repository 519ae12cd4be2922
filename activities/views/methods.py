"""Pages of work methods: the list with progress, one method, its outline, its proofs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities.exports import office_unit_line
from activities.forms.methods import MethodForm, ProofForm, years_around
from activities.method_exports import method_workbook
from activities.models import Method
from activities.rules.outline import OutlineItem, written
from activities.selectors.methods import (
    MethodView,
    live_proofs,
    method_or_404,
    method_views,
    methods_of,
    node_or_404,
    proof_or_404,
)
from activities.services.methods import prove, save_method, take_back
from activities.views.asking import now, number
from branches.forms.fields import take_refusal
from branches.models import Member, Organisation, Tier
from branches.permissions import can, visible
from branches.rules import READ
from core import audit
from core.errors import PortalError, Refused
from core.http import download
from core.submits import once


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """The methods of a year, each with how far it is."""
    viewer = request.viewer
    if not viewer.is_a(*READ["method"]):
        raise Http404
    year = number(request, "year") or viewer.today.year
    rows = method_views(viewer, list(methods_of(viewer).filter(year=year)), today=viewer.today)
    context = {
        "rows": rows,
        "year": year,
        "years": years_around(viewer.today.year),
        "may_edit": can(viewer, "method.edit"),
    }
    return render(request, "activities/method_list.html", context)


@require_safe
def method(request: HttpRequest, method_id: int) -> HttpResponse:
    """Groups of items with owner and proof, or the party workers with their ticks."""
    found = _view(request, method_id)
    context = {
        "view": found,
        "method": found.method,
        "may_edit": can(request.viewer, "method.edit", found.method.organisation),
        "may_tick": can(request.viewer, "method.edit"),
        "may_export": can(request.viewer, "export"),
    }
    return render(request, "activities/method_detail.html", context)


@require_safe
def method_export(request: HttpRequest, method_id: int) -> HttpResponseBase:
    """The register of one method as a sheet."""
    viewer = request.viewer
    found = _view(request, method_id)
    if not can(viewer, "export"):
        raise Refused("您的账号不能导出。", remedy="请由支部书记或机关党委导出。")
    audit.record(actor=viewer, action="export", target=found.method, summary=f"导出{found.method.name}")
    book = method_workbook(found, unit_line=office_unit_line(viewer.today))
    return download(book, f"{found.method.year}年{found.method.name}_{viewer.today:%Y%m%d}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
def method_new(request: HttpRequest) -> HttpResponse:
    """Write a new method."""
    viewer = request.viewer
    if not can(viewer, "method.edit"):
        raise Refused("您没有办理这一事项的权限。", remedy="请联系本支部书记或机关党委办理。")
    own = Organisation.objects.filter(tier__in=(Tier.BRANCH, Tier.COMMITTEE), dissolved_on=None)
    own = visible(own, viewer).order_by("sort_key", "code")
    form = MethodForm(
        request.POST or None, organisations=own, is_new=True, initial={"year": viewer.today.year, "version": 0}
    )

    def do(data: dict[str, Any]) -> Method:
        return save_method(actor=viewer, now=now(), **data)

    return _form(request, form, "新建工作法", reverse("activities:methods"), do)


@require_http_methods(["GET", "HEAD", "POST"])
def method_edit(request: HttpRequest, method_id: int) -> HttpResponse:
    """Change the outline of a method."""
    viewer = request.viewer
    row = method_or_404(viewer, method_id)
    if not can(viewer, "method.edit", row.organisation):
        raise Refused("您没有办理这一事项的权限。", remedy="请联系机关党委办理。")
    items = [OutlineItem(node.group, node.name, node.owner) for node in row.nodes.all()]
    initial = {"name": row.name, "kind": row.kind, "note": row.note, "version": row.version, "outline": written(items)}
    form = MethodForm(request.POST or None, organisations=Organisation.objects.none(), is_new=False, initial=initial)
    back = reverse("activities:method", args=[row.pk])

    def do(data: dict[str, Any]) -> Method:
        return save_method(
            actor=viewer, organisation=row.organisation, year=row.year, method_id=row.pk, now=now(), **data
        )

    return _form(request, form, f"修改 {row.name}", back, do)


@require_http_methods(["GET", "HEAD", "POST"])
def proof_new(request: HttpRequest, node_id: int) -> HttpResponse:
    """Say that an item was done; `?member=` for a method of ticks."""
    viewer = request.viewer
    node = node_or_404(viewer, node_id)
    member = _member(request)
    branch = member.branch if member else node.method.organisation
    if not can(viewer, "method.edit", branch):
        raise Refused("您没有办理这一事项的权限。", remedy="请联系本支部书记或机关党委办理。")
    form = ProofForm(request.POST or None, initial={"happened_on": viewer.today})
    back = reverse("activities:method", args=[node.method_id])
    title = f"登记 {node.name}" + (f"（{member.name}）" if member else "")

    def do(data: dict[str, Any]) -> Method:
        return prove(actor=viewer, node_id=node.pk, member=member, now=now(), **data).node.method

    return _form(request, form, title, back, do, proofs=live_proofs(viewer, node, member))


@require_POST
def proof_take_back(request: HttpRequest, proof_id: int) -> HttpResponse:
    """Take a proof back."""
    proof = proof_or_404(request.viewer, proof_id)
    take_back(actor=request.viewer, proof_id=proof.pk, now=now())
    messages.success(request, "已撤回。")
    return redirect("activities:method", proof.node.method_id)


def _view(request: HttpRequest, method_id: int) -> MethodView:
    viewer = request.viewer
    (found,) = method_views(viewer, [method_or_404(viewer, method_id)], today=viewer.today)
    return found


def _member(request: HttpRequest) -> Member | None:
    """The party worker asked for, within the scope."""
    member_id = number(request, "member")
    if member_id is None:
        return None
    return get_object_or_404(visible(Member.objects.select_related("branch"), request.viewer), pk=member_id)


def _form(
    request: HttpRequest, form: Any, title: str, back: str, do: Callable[[dict[str, Any]], Method], **more: Any
) -> HttpResponse:
    """One form: shown, sent once, answered by the page of the method."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            with once(request.POST.get("_token"), request.user) as submit:
                if not submit.replayed:
                    submit.result_url = reverse("activities:method", args=[do(form.cleaned_data).pk])
                    messages.success(request, "已保存。")
            return redirect(submit.result_url)
        except PortalError as error:
            take_refusal(form, error)
            status = error.status
    elif request.method == "POST":
        status = 400
    context = {"form": form, "title": title, "back": back, **more}
    return render(request, "activities/method_form.html", context, status=status)
