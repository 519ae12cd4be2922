"""Pages of the year plan: the matrix of all branches, one branch's wall calendar, the committee's own, one line."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from activities.exports import office_unit_line
from activities.forms.plan import BranchLineForm, CommitteeLineForm
from activities.models import Duty, PlanEntry
from activities.plan_exports import matrix_workbook, plan_workbook
from activities.rules.yearplan import PlanLine
from activities.selectors.yearplan import (
    Plan,
    PlanMatrix,
    branch_plan,
    committee_plan,
    plan_line,
    plan_matrix,
    plan_years,
)
from activities.services.plans import plan_duty
from activities.views.asking import branch_choices, branch_or_404, now
from branches.forms.fields import take_refusal
from branches.models import Organisation
from branches.permissions import can
from branches.rules import READ, Role
from branches.selectors import members_on
from core import audit
from core.errors import PortalError, Refused
from core.http import download
from core.submits import once

BRANCH_SCOPES = ("branch", "group", "member")


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """This year's plan: the own branch's, or for officers and leaders the matrix."""
    viewer = request.viewer
    _demand_reader(request)
    year = viewer.today.year
    if viewer.home_branch_id and not viewer.is_a(Role.OFFICER, Role.LEADER):
        return redirect("activities:plan_branch", year, viewer.home_branch_id)
    return redirect("activities:plan_year", year)


@require_safe
def plan_year(request: HttpRequest, year: int) -> HttpResponse:
    """Branches × 12 months, each cell leading to the month of the branch."""
    viewer = request.viewer
    matrix = _matrix(request, year)
    context = {
        "matrix": matrix,
        "year": year,
        "years": plan_years(viewer.today),
        "duties": Duty.objects.filter(is_active=True, kind__isnull=False, scope__in=BRANCH_SCOPES),
        "numbers": range(1, 13),
        "may_export": can(viewer, "export"),
        "is_officer": viewer.is_a(Role.OFFICER),
        "this_month": viewer.today.month if viewer.today.year == year else 0,
    }
    return render(request, "activities/plan_year.html", context)


@require_safe
def plan_year_export(request: HttpRequest, year: int) -> HttpResponseBase:
    """The matrix of the page and the lines behind it."""
    _demand_export(request)
    matrix = _matrix(request, year)
    title = f"{year}年度各支部工作计划完成情况"
    book = matrix_workbook(matrix, title=title, unit_line=office_unit_line(request.viewer.today))
    _note_export(request, title)
    return download(book, f"{title}_{request.viewer.today:%Y%m%d}.xlsx")


@require_safe
def plan_branch(request: HttpRequest, year: int, branch_id: int) -> HttpResponse:
    """The wall calendar of one branch with its four ones."""
    viewer = request.viewer
    branch = branch_or_404(viewer, branch_id, "year_plan")
    found = branch_plan(viewer, branch, year, today=viewer.today)
    others = branch_choices(viewer, "year_plan") if viewer.is_a(Role.OFFICER, Role.LEADER) else []
    return _wall(request, found, branches=others, export=reverse("activities:plan_export", args=[year, branch.pk]))


@require_safe
def plan_export(request: HttpRequest, year: int, branch_id: int) -> HttpResponseBase:
    """One branch's lines as a sheet."""
    viewer = request.viewer
    branch = branch_or_404(viewer, branch_id, "year_plan")
    _demand_export(request, branch)
    title = f"{branch.short_name}{year}年度工作计划"
    found = branch_plan(viewer, branch, year, today=viewer.today)
    book = plan_workbook(found, title=title, unit_line=office_unit_line(viewer.today))
    _note_export(request, title)
    return download(book, f"{title}_{viewer.today:%Y%m%d}.xlsx")


@require_safe
def plan_committee(request: HttpRequest, year: int) -> HttpResponse:
    """The committee's own wall calendar."""
    root = _root(request)
    return _wall(request, committee_plan(request.viewer, root, year, today=request.viewer.today))


@require_http_methods(["GET", "HEAD", "POST"])
def plan_edit(request: HttpRequest, year: int, branch_id: int, key: str) -> HttpResponse:
    """Set the day and the owner of one line of a branch."""
    branch = branch_or_404(request.viewer, branch_id, "year_plan")
    back = f"{reverse('activities:plan_branch', args=[year, branch.pk])}"
    return _edit(request, branch, year, key, back)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_committee_edit(request: HttpRequest, year: int, key: str) -> HttpResponse:
    """Set day, owner and completion of one line of the committee."""
    return _edit(request, _root(request), year, key, reverse("activities:plan_committee", args=[year]))


def _wall(request: HttpRequest, found: Plan, **more: Any) -> HttpResponse:
    viewer = request.viewer
    context = {
        "plan": found,
        "organisation": found.organisation,
        "year": found.year,
        "years": plan_years(viewer.today),
        "can_plan": can(viewer, "year_plan.edit", found.organisation),
        "may_export": can(viewer, "export", found.organisation),
        "today": viewer.today,
        "this_month": viewer.today.month if viewer.today.year == found.year else 0,
        **more,
    }
    return render(request, "activities/plan_wall.html", context)


def _edit(request: HttpRequest, organisation: Organisation, year: int, key: str, back: str) -> HttpResponse:
    viewer = request.viewer
    _, line = plan_line(viewer, organisation, year, key, today=viewer.today)
    if not can(viewer, "year_plan.edit", organisation):
        raise Refused("您没有办理这一事项的权限。", remedy="请联系本支部书记或机关党委办理。")
    form = _line_form(request, organisation, year, line)
    status, url = 200, f"{back}#m{line.month}"
    if request.method == "POST" and form.is_valid():
        try:
            with once(request.POST.get("_token"), request.user) as submit:
                if not submit.replayed:
                    plan_duty(
                        actor=viewer, organisation=organisation, year=year, key=key, now=now(), **form.cleaned_data
                    )
                    submit.result_url = url
                    messages.success(request, f"“{line.title}”的计划已保存。")
            return redirect(submit.result_url)
        except PortalError as error:
            take_refusal(form, error)
            status = error.status
    elif request.method == "POST":
        status = 400
    context = {"form": form, "line": line, "organisation": organisation, "year": year, "back": url}
    return render(request, "activities/plan_line.html", context, status=status)


def _line_form(
    request: HttpRequest, organisation: Organisation, year: int, line: PlanLine
) -> BranchLineForm | CommitteeLineForm:
    entry = PlanEntry.objects.filter(organisation=organisation, year=year, key=line.key).first()
    names = ("planned_on", "owner", "owner_name", "note", "done_on", "evidence", "version")
    initial = {name: getattr(entry, name) for name in names} if entry else {"version": 0}
    data = request.POST if request.method == "POST" else None
    if organisation.tier != "branch":
        return CommitteeLineForm(data, line=line, initial=initial)
    members = members_on([organisation.pk], request.viewer.today).values_list("member_id", flat=True)
    return BranchLineForm(data, line=line, members=list(members), initial=initial)


def _matrix(request: HttpRequest, year: int) -> PlanMatrix:
    viewer = request.viewer
    _demand_reader(request)
    code = request.GET.get("duty", "")[:40]
    return plan_matrix(viewer, _any_root(request), year, today=viewer.today, code=code)


def _root(request: HttpRequest) -> Organisation:
    """The committee, for its officers; to everybody else its own plan does not exist."""
    if not request.viewer.is_a(Role.OFFICER):
        raise Http404
    return _any_root(request)


def _any_root(request: HttpRequest) -> Organisation:
    root = Organisation.objects.filter(pk=request.viewer.root_id).first() if request.viewer.root_id else None
    if root is None:
        raise Http404
    return root


def _demand_reader(request: HttpRequest) -> None:
    if not request.viewer.is_a(*READ["year_plan"]):
        raise Http404


def _demand_export(request: HttpRequest, branch: Organisation | None = None) -> None:
    _demand_reader(request)
    if not can(request.viewer, "export", branch):
        raise Refused("您的账号不能导出。", remedy="请由支部书记或机关党委导出。")


def _note_export(request: HttpRequest, name: str) -> None:
    audit.record(actor=request.viewer, action="export", target=request.viewer.user, summary=f"导出{name}")
