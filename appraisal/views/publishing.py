"""The public notice, the committee's decision, publication by two people, and corrections."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from appraisal import services
from appraisal.views._year import back, begun_year, day_of


@require_POST
def notice(request: HttpRequest, year: int) -> HttpResponse:
    """Put the composed results on notice."""
    year_end = begun_year(request, year)
    audience = request.POST.get("audience", "")
    found = services.post_notice(actor=request.viewer, year_end_id=year_end.pk, audience=audience, now=timezone.now())
    messages.success(request, f"已开始公示，到{found.ends_on:%Y-%m-%d}为止。")
    return back(year, 5)


@require_POST
def withdraw_notice(request: HttpRequest, year: int) -> HttpResponse:
    """Take the notice back, with a reason."""
    year_end = begun_year(request, year)
    reason = request.POST.get("reason", "")
    services.withdraw_notice(actor=request.viewer, year_end_id=year_end.pk, reason=reason, now=timezone.now())
    messages.success(request, "公示已撤回，可以修改。改后须重新合成、重新公示。")
    return back(year, 5)


@require_POST
def decide(request: HttpRequest, year: int) -> HttpResponse:
    """Enter the committee meeting's decision."""
    year_end = begun_year(request, year)
    services.record_decision(
        actor=request.viewer,
        year_end_id=year_end.pk,
        held_on=day_of(request.POST.get("held_on", "")),
        document_no=request.POST.get("document_no", ""),
        text=request.POST.get("decision_text", ""),
        now=timezone.now(),
    )
    messages.success(request, "已登记党委会审定，可以提请发布。")
    return back(year, 6)


@require_POST
def propose(request: HttpRequest, year: int) -> HttpResponse:
    """Put the results up for publication."""
    year_end = begun_year(request, year)
    services.propose_publication(
        actor=request.viewer,
        year_end_id=year_end.pk,
        audience=request.POST.get("audience", ""),
        now=timezone.now(),
    )
    messages.success(request, "已提请发布，请另一名工作人员复核。")
    return back(year, 6)


@require_POST
def confirm(request: HttpRequest, publication_id: int) -> HttpResponse:
    """The second person publishes."""
    found = services.confirm_publication(actor=request.viewer, publication_id=publication_id, now=timezone.now())
    messages.success(request, f"{found.year_end.year}年度结果已发布。")
    return back(found.year_end.year, 6)


@require_POST
def reject(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Send the proposal back."""
    found = services.reject_publication(
        actor=request.viewer, publication_id=publication_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    return back(found.year_end.year, 6)


@require_POST
def correct(request: HttpRequest, year: int) -> HttpResponse:
    """Begin the next revision of a published year."""
    year_end = begun_year(request, year)
    services.start_correction(
        actor=request.viewer, year_end_id=year_end.pk, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, "已开始更正；已发布的版次保持不变。")
    return back(year, 2)
