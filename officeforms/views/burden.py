"""The burden meter: of all branches for the officer, of the own branch for its secretary."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.rules import Role
from branches.views.pages import require_reading
from core.http import download
from core.periods import Month
from officeforms.charts import burden_chart
from officeforms.exports import burden_workbook
from officeforms.forms import chosen_month
from officeforms.selectors.burden import collection_loads, declared, figures_filled, meter


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Fields, files, reminders and minutes of a month, the trend of twelve, what they come from, how it is counted."""
    viewer = request.viewer
    require_reading(viewer, "burden")
    month = min(chosen_month(request.GET, Month.of(viewer.today)), Month.of(viewer.today))
    found = meter(viewer, month)
    is_officer = viewer.is_a(Role.OFFICER)
    copies, figures = figures_filled(viewer, month) if is_officer else (0, 0)
    context = {
        "meter": found,
        "month": month,
        "chart": burden_chart(found),
        "asks": declared().values(),
        "collections": collection_loads(viewer, month),
        "copies": copies,
        "figures": figures,
        "is_officer": is_officer,
        "scope_words": "" if is_officer else "、".join(branch.short_name for branch in found.branches),
    }
    return render(request, "officeforms/burden.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """What the page shows, as a sheet."""
    viewer = request.viewer
    require_reading(viewer, "burden")
    month = min(chosen_month(request.GET, Month.of(viewer.today)), Month.of(viewer.today))
    return download(burden_workbook(meter(viewer, month), on=viewer.today), f"填报负担-{month}.xlsx")
