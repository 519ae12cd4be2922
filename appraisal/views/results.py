"""Published results as a branch meets them, and the sheet of results."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from appraisal.exports import result_sheet, result_workbook
from appraisal.selectors import published_results
from appraisal.selectors.appeals import own_result_appeals
from appraisal.selectors.notices import running_notices
from appraisal.selectors.pages import open_vetoes
from appraisal.views._year import begun_year
from branches.permissions import check
from branches.rules import Role
from core.http import download


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What was published about the viewer's branches, corrections beside the old; vetoes open for a reply."""
    viewer = request.viewer
    return render(
        request,
        "appraisal/results.html",
        {
            "years": published_results(viewer),
            "notices": running_notices(viewer),
            "vetoes": open_vetoes(viewer),
            "is_reader": viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE),
            "secretary_of": viewer.secretary_branch_ids,
            "appeals": own_result_appeals(viewer),
        },
    )


@require_GET
def export(request: HttpRequest, year: int) -> HttpResponseBase:
    """支部年度考核结果 with composition, grade, veto."""
    year_end = begun_year(request, year)
    check(request.viewer, "export", year_end.root)
    sheet = result_sheet(request.viewer, year_end, on=request.viewer.today)
    return download(
        result_workbook(sheet),
        f"{year}年度支部考核得分汇总表_第{year_end.revision}版_{request.viewer.today:%Y%m%d}.xlsx",
    )
