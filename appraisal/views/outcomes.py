"""Around the settled year: what-if, bonus evidence, one branch's year on a page, verification of what was published."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.forms.whatif import assumptions
from appraisal.models import Publication
from appraisal.selectors import grade_steps, shares_of, year_frame
from appraisal.selectors.bonus import bonus_branches
from appraisal.selectors.branch_year import branch_year_page
from appraisal.selectors.whatif import what_if
from appraisal.verify import verify_publication
from appraisal.views._year import begun_year, committee_of
from branches.permissions import visible_branches


@require_http_methods(["GET", "POST"])
def whatif(request: HttpRequest, year: int) -> HttpResponse:
    """Totals, ranks and grades as they would be; nothing is saved, by whatever method it is asked."""
    year_end = begun_year(request, year)
    frame = year_frame(year_end)
    steps = grade_steps(frame)
    assumed, faults = assumptions(request.POST, tuple(step.code for step in steps))
    shares = shares_of(frame)
    weights = [("half", "半年日常", shares.half), *((code, name, weight) for code, name, weight in shares.parts)]
    lines = what_if(request.viewer, year_end, assumed)
    context = {
        "year": year,
        "year_end": year_end,
        "lines": lines,
        "moved": sum(line.has_moved for line in lines),
        "assumed": bool(assumed),
        "faults": faults,
        "grades": steps,
        "grade_names": {step.code: step.name for step in steps},
        "weights": [
            (code, name, float(weight * 100), request.POST.get(f"weight-{code}", "")) for code, name, weight in weights
        ],
        "typed": request.POST,
        "parts": [("committee", "党委评"), ("members", "测评"), ("peers", "互评")],
    }
    return render(request, "appraisal/whatif.html", context)


@require_GET
def bonus(request: HttpRequest, year: int) -> HttpResponse:
    """Every bonus and penalty of the year with the records behind it."""
    year_end = begun_year(request, year)
    rows = bonus_branches(request.viewer, year_end)
    frame = year_frame(year_end)
    context = {"year": year, "year_end": year_end, "rows": rows, "frame": frame}
    return render(request, "appraisal/bonus.html", context)


@require_GET
def branch_year(request: HttpRequest, branch_id: int, year: int) -> HttpResponse:
    """All items of one branch's year with their evidence, and its result."""
    branch = get_object_or_404(visible_branches(request.viewer, "score"), pk=branch_id)
    return render(request, "appraisal/branch_year.html", {"page": branch_year_page(request.viewer, branch, year)})


@require_POST
def verify(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Whether published rows are what was published."""
    rows = Publication.objects.filter(root=committee_of(request), state="published")
    publication = get_object_or_404(rows.select_related("year_end"), pk=publication_id)
    return render(request, "assessment/_verify_period.html", {"results": [verify_publication(publication)]})
