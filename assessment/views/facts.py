"""The list of facts: what every number is made of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessment.forms import FactFilter
from assessment.selectors.facts import branch_choices, fact_rows, metric_choices
from core.http import page_of

KEY = ("-month", "-happened_on", "-id")


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Facts of the branches the viewer may see, newest first, by branch, metric, month and state."""
    branches = branch_choices(request.viewer)
    form = FactFilter(request.GET, branches=branches, metrics=metric_choices())
    page = page_of(fact_rows(request.viewer, request.GET), request, key=KEY)
    return render(
        request, "assessment/fact_list.html", {"page": page, "form": form, "shows_branch": len(branches) != 1}
    )
