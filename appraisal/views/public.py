"""Results published to everybody: pages without an account, read only, never kept by a shared cache."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from appraisal.selectors.public import public_year, public_years


@login_not_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What was published to everybody."""
    return render(request, "appraisal/public_list.html", {"years": public_years()})


@login_not_required
@require_GET
def show(request: HttpRequest, publication_id: int) -> HttpResponse:
    """One publication with every branch's total and grade."""
    return render(request, "appraisal/public_detail.html", {"one": public_year(publication_id)})
