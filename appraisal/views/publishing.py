"""Publication by two people, and corrections."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from appraisal import services
from appraisal.views._year import back, begun_year


@require_POST
def propose(request: HttpRequest, year: int) -> HttpResponse:
    """Put the results up for publication."""
    year_end = begun_year(request, year)
    services.propose_publication(
        actor=request.viewer,
        year_end_id=year_end.pk,
        audience=request.POST.get("audience", ""),
        decision_text=request.POST.get("decision_text", ""),
        document_no=request.POST.get("document_no", ""),
        now=timezone.now(),
    )
    messages.success(request, "已提请发布，请另一名工作人员复核。")
    return back(year, 5)


@require_POST
def confirm(request: HttpRequest, publication_id: int) -> HttpResponse:
    """The second person publishes."""
    found = services.confirm_publication(actor=request.viewer, publication_id=publication_id, now=timezone.now())
    messages.success(request, f"{found.year_end.year}年度结果已发布。")
    return back(found.year_end.year, 5)


@require_POST
def reject(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Send the proposal back."""
    found = services.reject_publication(
        actor=request.viewer, publication_id=publication_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    return back(found.year_end.year, 5)


@require_POST
def correct(request: HttpRequest, year: int) -> HttpResponse:
    """Begin the next revision of a published year."""
    year_end = begun_year(request, year)
    services.start_correction(
        actor=request.viewer, year_end_id=year_end.pk, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, "已开始更正；已发布的版次保持不变。")
    return back(year, 2)
