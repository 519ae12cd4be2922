"""The list of facts: what every number is made of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessment.exports import fact_sheet, workbook
from assessment.forms import FactFilter
from assessment.selectors.facts import branch_choices, fact_rows, metric_choices
from branches.permissions import can
from core.errors import Refused
from core.http import download, page_of

KEY = ("-month", "-happened_on", "-id")
EXPORT_CAP = 100_000


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Facts of the branches the viewer may see, newest first, by branch, metric, month and state."""
    branches = branch_choices(request.viewer)
    form = FactFilter(request.GET, branches=branches, metrics=metric_choices())
    page = page_of(fact_rows(request.viewer, request.GET), request, key=KEY, count=True)
    context = {
        "page": page,
        "form": form,
        "shows_branch": len(branches) != 1,
        "can_export": can(request.viewer, "export"),
    }
    return render(request, "assessment/fact_list.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """All facts of the list as asked for, up to the cap of one sheet."""
    if not can(request.viewer, "export"):
        raise Refused("您没有导出的权限。", remedy="请联系本支部书记或机关党委导出。")
    rows = fact_rows(request.viewer, request.GET).order_by(*KEY)[:EXPORT_CAP]
    return download(
        workbook(fact_sheet(rows.iterator(chunk_size=2000))), f"计分依据_{request.viewer.today:%Y%m%d}.xlsx"
    )
