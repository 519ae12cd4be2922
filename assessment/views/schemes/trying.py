"""Two versions side by side, and a past year replayed on a draft."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from assessment.charts import band_chart
from assessment.models import Scheme
from assessment.rules.compare import compare as differences_of
from assessment.selectors.documents import document_of
from assessment.selectors.schemes import readable_schemes
from assessment.selectors.wording import words_of
from assessment.simulate import Simulation, simulate, years
from assessment.simulation_sheet import simulation_sheets
from branches.permissions import check
from core.errors import Conflict
from core.http import download, whole
from core.xlsx.write import workbook_file


def _readable(request: HttpRequest, pk: int) -> Scheme:
    row = readable_schemes(request.viewer).select_related("root").filter(pk=pk).first()
    if row is None:
        raise Http404
    check(request.viewer, "scheme.edit", row.root)
    return row


@require_GET
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What is not the same in this version and another: the one it was copied from, or the one asked for."""
    new = _readable(request, pk)
    asked = whole(request.GET.get("with")) or new.based_on_id
    others = [row for row in readable_schemes(request.viewer).filter(subject=new.subject) if row.pk != new.pk]
    old = next((row for row in others if row.pk == asked), None)
    if asked and old is None:
        raise Http404
    changes = []
    if old:
        docs = document_of(old), document_of(new)
        changes = differences_of(*docs, words_of(docs[0], old), words_of(docs[1], new))
    context = {"new": new, "old": old, "others": others, "changes": changes}
    return render(request, "assessment/schemes/compare.html", context)


@require_GET
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """A year replayed: who moves and why, dead and twin items, points nobody reaches."""
    draft = _readable(request, pk)
    choices = years(request.viewer.root_id or 0)
    year = _year(request, choices)
    context: dict = {"draft": draft, "years": choices, "year": year}
    if year is not None:
        try:
            found = _run(request, draft, year)
            context |= {"found": found, "chart": band_chart(found.result.old_bands, found.result.new_bands)}
        except Conflict as error:
            context["refused"] = error
    return render(request, "assessment/schemes/simulate.html", context)


@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The replay as a workbook: branches, causes, items."""
    draft = _readable(request, pk)
    year = _year(request, years(request.viewer.root_id or 0))
    if year is None:
        raise Http404
    found = _run(request, draft, year)
    name = f"{year}年回放试算（{draft.year}年第{draft.version}版）.xlsx"
    return download(workbook_file(*simulation_sheets(found)), name)


def _year(request: HttpRequest, choices: list[int]) -> int | None:
    """The year asked for; else the last whole one, else the latest there is."""
    asked = whole(request.GET.get("year"))
    if asked in choices:
        return asked
    past = [year for year in choices if year < request.viewer.today.year]
    return next(iter(past or choices), None)


def _run(request: HttpRequest, draft: Scheme, year: int) -> Simulation:
    return simulate(request.viewer, root_id=request.viewer.root_id or 0, year=year, draft=draft, now=timezone.now())
