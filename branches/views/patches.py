"""Pages of 包片: who has which branch in care, visits and promises."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from branches.forms.fields import take_refusal
from branches.forms.patches import HandOverForm, SettleForm, VisitFilter, VisitForm
from branches.models import Organisation, PatchAssignment, PatchVisit, Tier, User, VisitPromise
from branches.permissions import can, visible_branches
from branches.rules import Role
from branches.selectors.organisations import branches_under, on_day
from branches.selectors.patches import branches_without_leader, leaders_of, patch_history, visits, visits_of
from branches.services.patches import hand_over
from branches.services.visits import log_visit, settle_promise
from branches.views.pages import (
    FormPage,
    data_of,
    form_page,
    organisation_or_404,
    require_action,
    require_reading,
    seen_or_404,
)
from branches.visit_exports import visits_sheet
from core.errors import PortalError
from core.http import page_of
from core.submits import once

KEY = ("-visited_on", "-id")


@require_safe
def patches(request: HttpRequest) -> HttpResponse:
    """For the officer: every leader with the branches in their care, and the branches that nobody has."""
    viewer = request.viewer
    require_action(viewer, "patch.assign")
    root_id, today = viewer.root_id, viewer.today
    rows = PatchAssignment.objects.filter(on_day(today), root_id=root_id).select_related("branch")
    seen = set(visible_branches(viewer).values_list("pk", flat=True))
    by_leader: dict[int, list[PatchAssignment]] = {}
    for row in rows.order_by("branch__sort_key", "branch__code"):
        if row.branch_id in seen:
            by_leader.setdefault(row.leader_id, []).append(row)
    told = visits_of(viewer, [row.branch_id for found in by_leader.values() for row in found], today)
    leaders = [
        {"leader": leader, "rows": [(row, told[row.branch_id]) for row in by_leader.get(leader.pk, [])]}
        for leader in leaders_of(root_id or 0, today)
    ]
    context = {
        "leaders": leaders,
        "orphans": branches_without_leader(viewer, root_id or 0, today),
        "branch_count": branches_under(root_id or 0, today).filter(pk__in=seen).count(),
    }
    return render(request, "branches/patches.html", context)


@require_http_methods(["GET", "POST"])
def leader_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a branch into a leader's care."""
    viewer, branch = request.viewer, _branch_or_404(request, pk)
    require_action(viewer, "patch.assign", branch)
    today = viewer.today
    history = patch_history(viewer, branch)
    now_held = next((row for row in history if row.from_on <= today and (not row.to_on or row.to_on >= today)), None)
    initial = {"leader": now_held.leader_id if now_held else None, "on": today}
    form = HandOverForm(data_of(request), leaders=leaders_of(branch.root_id or 0, today), initial=initial)
    back = reverse("branches:patches")
    facts = [
        (str(row.leader), f"{row.from_on:%Y-%m-%d} 至 {f'{row.to_on:%Y-%m-%d}' if row.to_on else '今'}")
        for row in history
    ]
    page = FormPage(
        f"{branch.short_name}的包片领导", "保存", back,
        intro="换人后，原来的领导从这一天起不再看到这个支部。", facts=facts,
    )  # fmt: skip

    def do(data: dict[str, Any]) -> tuple[str, str]:
        hand_over(actor=viewer, branch=branch, **data)
        return back, f"{branch.short_name}的包片领导已保存。"

    return form_page(request, page, form, do)


@require_safe
def visit_index(request: HttpRequest) -> HttpResponse:
    """The visits in the viewer's scope."""
    viewer = request.viewer
    require_reading(viewer, "patch_visit")
    form, rows = _asked(request)
    page = page_of(rows, request, key=KEY, count=True)
    context = {"form": form, "page": page, "may_export": can(viewer, "export"), "is_officer": viewer.is_a(Role.OFFICER)}
    return render(request, "branches/visit_list.html", context)


@require_safe
def visit_export(request: HttpRequest) -> HttpResponseBase:
    """The visits of the page, all pages."""
    require_reading(request.viewer, "patch_visit")
    require_action(request.viewer, "export")
    _, rows = _asked(request)
    return visits_sheet(request.viewer, rows.order_by(*KEY))


@require_http_methods(["GET", "POST"])
def visit_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a visit; what was promised before stands above the form."""
    viewer, branch = request.viewer, _branch_or_404(request, pk)
    require_action(viewer, "patch.visit", branch)
    form = VisitForm(data_of(request), today=viewer.today, initial={"visited_on": viewer.today})
    back, status = reverse("branches:visits") + f"?branch={branch.pk}", 200
    if request.method == "POST" and form.is_valid():
        try:
            with once(request.POST.get("_token"), request.user) as submit:
                if not submit.replayed:
                    _log(request, branch, form)
                    submit.result_url = back
                    messages.success(request, f"对{branch.short_name}的走访已登记。")
            return redirect(submit.result_url)
        except PortalError as error:
            take_refusal(form, error)
            status = error.status
    elif request.method == "POST":
        status = 400
    told = visits_of(viewer, [branch.pk], viewer.today)[branch.pk]
    context = {"form": form, "branch": branch, "told": told, "back": back}
    return render(request, "branches/visit_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def promise_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what became of a promise."""
    viewer = request.viewer
    promise = seen_or_404(VisitPromise.objects.select_related("visit__branch", "visit__leader"), request, pk)
    branch = promise.visit.branch
    require_action(viewer, "patch.visit", branch)
    form = SettleForm(data_of(request), initial={"on": viewer.today})
    back = reverse("branches:visits") + f"?branch={branch.pk}"
    facts = [
        ("支部", branch.short_name),
        ("答应的事", promise.words),
        ("走访", f"{promise.visit.visited_on:%Y-%m-%d} {promise.visit.leader}"),
    ]
    page = FormPage("登记办理结果", "登记", back, facts=facts)

    def do(data: dict[str, Any]) -> tuple[str, str]:
        settle_promise(actor=viewer, promise_id=promise.pk, now=timezone.now(), **data)
        return back, "办理结果已登记。"

    return form_page(request, page, form, do)


def _branch_or_404(request: HttpRequest, pk: int) -> Organisation:
    """A branch; committees and groups are in nobody's care."""
    branch = organisation_or_404(request, pk)
    if branch.tier != Tier.BRANCH:
        raise Http404
    return branch


def _log(request: HttpRequest, branch: Organisation, form: VisitForm) -> PatchVisit:
    data = form.cleaned_data
    return log_visit(
        actor=request.viewer,
        branch=branch,
        visited_on=data["visited_on"],
        seen=data["seen"],
        promises=form.promises,
        now=timezone.now(),
    )


def _asked(request: HttpRequest) -> tuple[VisitFilter, QuerySet[PatchVisit]]:
    """The filter and the visits it leaves."""
    viewer = request.viewer
    rows = visits(viewer)
    branches = visible_branches(viewer, "patch_visit").order_by("sort_key", "code")
    leaders = User.objects.filter(pk__in=visits(viewer).order_by().values("leader_id")).order_by("display_name")
    form = VisitFilter(request.GET or None, branches=branches, leaders=leaders.values_list("pk", "display_name"))
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = {
        "branch_id": data.get("branch"),
        "leader_id": data.get("leader"),
        "visited_on__gte": data.get("first"),
        "visited_on__lte": data.get("last"),
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if data.get("open"):
        rows = rows.filter(Exists(VisitPromise.objects.filter(visit=OuterRef("pk"), settled_on=None)))
    return form, rows
