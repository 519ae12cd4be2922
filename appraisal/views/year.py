"""The year end step by step: scores, entries, vetoes, composition, publication."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appraisal import services
from appraisal.selectors import year_end_of, years_of
from appraisal.selectors.steps import STEPS, step_context
from appraisal.views._year import back, begun_year, committee_of


@require_GET
def current(request: HttpRequest) -> HttpResponse:
    """The year most likely worked on: last year until it is published, then this one."""
    root = committee_of(request)
    years = years_of(root)
    if not years:
        return render(request, "appraisal/year_empty.html")
    last = request.viewer.today.year - 1
    found = year_end_of(request.viewer, root, last) if last in years else None
    wanted = last if last in years and (found is None or found.state != "published") else years[0]
    return redirect("appraisal:year", year=wanted)


@require_GET
def show(request: HttpRequest, year: int) -> HttpResponse:
    """One step of a year's settlement."""
    root = committee_of(request)
    year_end = year_end_of(request.viewer, root, year)
    context = {"year": year, "years": years_of(root), "year_end": year_end, "steps": STEPS, "root": root}
    if year_end is None:
        return render(request, "appraisal/year_begin.html", context)
    step = request.GET.get("step", "1")
    step = step if step in STEPS else "1"
    context.update(step=step, **step_context(request.viewer, year_end, step))
    return render(request, f"appraisal/year_step{step}.html", context)


@require_POST
def begin(request: HttpRequest, year: int) -> HttpResponse:
    """Begin the settlement of a year."""
    services.open_year(actor=request.viewer, root=committee_of(request), year=year, now=timezone.now())
    return back(year, 1)


@require_POST
def settle(request: HttpRequest, year: int) -> HttpResponse:
    """Compose totals, ranks and proposed grades."""
    year_end = begun_year(request, year)
    count = services.settle(actor=request.viewer, year_end_id=year_end.pk, now=timezone.now())
    messages.success(request, f"已合成{count}个支部的年终得分和等次建议。")
    return back(year, 4)
