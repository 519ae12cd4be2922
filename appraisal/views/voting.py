"""The door for ballots: a code, the ballot, thanks. No sign-in, no cookie, nothing in the address, nothing kept."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from appraisal.services.casting import ballot_for, cast_ballot
from appraisal.views import _throttle
from core.errors import PortalError
from core.http import whole

LONGEST_WAIT = "同一网络输错票码次数过多，请10分钟后再试。"


@login_not_required
@csrf_exempt
def door(request: HttpRequest) -> HttpResponse:
    """Where the code is typed in."""
    return _page(request, "appraisal/vote.html")


@login_not_required
@csrf_exempt  # no cookie is read here, so there is no authority a foreign page could borrow
def ballot(request: HttpRequest) -> HttpResponse:
    """The ballot that belongs to the code."""
    if request.method != "POST":
        return redirect("appraisal:vote")
    return _ballot_page(request, {})


@login_not_required
@csrf_exempt
def cast(request: HttpRequest) -> HttpResponse:
    """Count the ballot; what was chosen stays on the page where it cannot be counted."""
    if request.method != "POST":
        return redirect("appraisal:vote")
    if _throttle.is_blocked(request):
        return _page(request, "appraisal/vote.html", status=429, error=LONGEST_WAIT)
    grades = _grades(request)
    try:
        cast_ballot(typed=request.POST.get("code", ""), grades=grades)
    except PortalError as error:
        return _ballot_page(request, grades, error=f"{error.message}{error.remedy}")
    return redirect("appraisal:vote_done")


@login_not_required
@csrf_exempt
def done(request: HttpRequest) -> HttpResponse:
    """Thanks; the same for everybody."""
    return _page(request, "appraisal/vote_done.html")


def _ballot_page(request: HttpRequest, chosen: dict[int, str], error: str = "") -> HttpResponse:
    if _throttle.is_blocked(request):
        return _page(request, "appraisal/vote.html", status=429, error=LONGEST_WAIT)
    typed = request.POST.get("code", "")
    try:
        found = ballot_for(typed)
    except PortalError as refusal:
        _throttle.note_failure(request)
        return _page(request, "appraisal/vote.html", error=f"{refusal.message}{refusal.remedy}", typed=typed[:40])
    rows = [(subject, chosen.get(subject.pk, "")) for subject in found.subjects]
    context = {"poll": found.poll, "rows": rows, "choices": found.choices, "code": typed, "error": error}
    return _page(request, "appraisal/vote_ballot.html", **context)


def _grades(request: HttpRequest) -> dict[int, str]:
    found = {}
    for name, value in request.POST.items():
        subject = whole(name.removeprefix("grade-")) if name.startswith("grade-") else None
        if subject is not None:
            found[subject] = str(value)
    return found


def _page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
