"""Pages of the democratic appraisal that are read: the year's list, one branch, one's own, the sheets."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from appraisal.exports_democratic import branch_workbook, year_workbook
from appraisal.models import AppraisalGrade, DecidedBy, DemocraticAppraisal
from appraisal.selectors.democratic import (
    appraisals_of,
    branches_without,
    decision_faults,
    own_appraisals,
    person_lines,
    quota_of,
    runs_appraisals,
)
from branches.permissions import can, check, visible
from core import audit
from core.errors import Refused
from core.http import download


@require_GET
def current(request: HttpRequest) -> HttpResponse:
    """The year whose appraisal is under way: the last one until March, then this one; a member's own page else."""
    viewer = request.viewer
    if not runs_appraisals(viewer):
        return redirect("appraisal:democratic_own")
    year = viewer.today.year - (viewer.today.month <= 3)
    return redirect("appraisal:democratic_year", year=year)


@require_GET
def listing(request: HttpRequest, year: int) -> HttpResponse:
    """The branches' appraisals of a year, and the branches that have not begun."""
    viewer = request.viewer
    if not runs_appraisals(viewer):
        raise Http404
    without = branches_without(viewer, year)
    this = viewer.today.year
    context = {
        "year": year,
        "years": [one for one in (this, this - 1, this - 2) if one != year],
        "rows": list(appraisals_of(viewer, year)),
        "without": without,
        "may_begin": [branch for branch in without if can(viewer, "democratic.run", branch)]
        if this - 1 <= year <= this
        else [],
        "may_export": can(viewer, "export"),
    }
    return render(request, "appraisal/democratic_list.html", context)


@require_GET
def show(request: HttpRequest, appraisal_id: int) -> HttpResponse:
    """One branch's appraisal: people with self-appraisal, ballots, reference, proposal, decision."""
    appraisal = _appraisal(request, appraisal_id)
    viewer, branch = request.viewer, appraisal.branch
    lines = person_lines(viewer, appraisal)
    if not runs_appraisals(viewer):
        raise Http404
    is_officer = can(viewer, "democratic.approve", branch)
    context = {
        "appraisal": appraisal,
        "lines": lines,
        "quota": quota_of(appraisal),
        "faults": decision_faults(appraisal) if appraisal.is_open else [],
        "grades": AppraisalGrade.choices,
        "bodies": DecidedBy.choices,
        "self_done": sum(line.person.self_on is not None for line in lines),
        "has_votes": any(line.result for line in lines),
        "has_reference": any(line.reference for line in lines),
        "may_run": appraisal.is_open and can(viewer, "democratic.run", branch),
        "may_approve": is_officer and appraisal.state == "sent" and appraisal.sent_by_id != viewer.user_id,
        "may_return": is_officer and appraisal.state == "sent" and appraisal.sent_by_id != viewer.user_id,
        "may_export": can(viewer, "export", branch),
        "sees_poll": can(viewer, "poll.run", branch),
    }
    return render(request, "appraisal/democratic.html", context)


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """The viewer's own appraisals: the self-appraisal while it is open, the result once approved."""
    context = {"people": own_appraisals(request.viewer), "grades": AppraisalGrade.choices}
    return render(request, "appraisal/democratic_own.html", context)


@require_GET
def export_year(request: HttpRequest, year: int) -> HttpResponseBase:
    """民主评议汇总 by branch."""
    if not can(request.viewer, "export"):
        raise Refused("您的账号不能导出。", remedy="请由支部书记或机关党委导出。")
    rows = appraisals_of(request.viewer, year)
    audit.record(
        actor=request.viewer, action="export", target=request.viewer.user, summary=f"导出{year}年度民主评议党员汇总"
    )
    book = year_workbook(rows, year=year, on=request.viewer.today)
    return download(book, f"{year}年度民主评议党员汇总_{request.viewer.today:%Y%m%d}.xlsx")


@require_GET
def export(request: HttpRequest, appraisal_id: int) -> HttpResponseBase:
    """民主评议汇总 of one branch by member."""
    appraisal = _appraisal(request, appraisal_id)
    check(request.viewer, "export", appraisal.branch)
    audit.record(actor=request.viewer, action="export", target=appraisal, summary=f"导出{appraisal}汇总")
    book = branch_workbook(appraisal, person_lines(request.viewer, appraisal), on=request.viewer.today)
    return download(book, f"{appraisal.branch.short_name}{appraisal}汇总_{request.viewer.today:%Y%m%d}.xlsx")


def _appraisal(request: HttpRequest, appraisal_id: int) -> DemocraticAppraisal:
    rows = DemocraticAppraisal.objects.select_related("branch", "poll", "sent_by", "approved_by")
    return get_object_or_404(visible(rows, request.viewer), pk=appraisal_id)
