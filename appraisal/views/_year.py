"""What every view of the year end begins with: the committee, the year end, the way back."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from appraisal.models import YearEnd
from appraisal.selectors import year_end_of
from assessment.selectors import root_of
from branches.models import Organisation
from branches.permissions import can


def committee_of(request: HttpRequest) -> Organisation:
    """The officer's committee; 404 for everybody else."""
    if not can(request.viewer, "year.settle"):
        raise Http404
    return root_of(request.viewer)


def begun_year(request: HttpRequest, year: int) -> YearEnd:
    """The year end that was begun; 404 if it was not."""
    found = year_end_of(request.viewer, committee_of(request), year)
    if found is None:
        raise Http404
    return found


def day_of(text: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def back(year: int, step: int) -> HttpResponse:
    """To a step of the year-end page."""
    return redirect(f"{reverse('appraisal:year', args=[year])}?step={step}")
