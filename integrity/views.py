"""Pages of the integrity risk register: the list with its matrix, and one post."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from branches.permissions import can
from integrity import selectors, services
from integrity.forms import RegisterFilter
from integrity.models import Phase


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """岗位廉政风险点一览: filtered, with the 3×3 matrix of measures beside it."""
    form = RegisterFilter(request.GET)
    context = {
        "form": form,
        "points": selectors.risk_points(request.viewer, **form.chosen()),
        "matrix": selectors.measure_matrix(request.viewer),
        "phases": Phase.labels,
    }
    return render(request, "integrity/risk_list.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One risk point: the post, what the risk looks like, how it is graded, the measures."""
    point = get_object_or_404(selectors.risk_points(request.viewer), pk=pk)
    may_confirm = not point.post.is_confirmed and can(request.viewer, "risk.edit", point.post.organisation)
    return render(request, "integrity/risk_detail.html", {"point": point, "may_confirm": may_confirm})


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a default post as the unit's own."""
    point = get_object_or_404(selectors.risk_points(request.viewer), pk=pk)
    services.confirm_post(actor=request.viewer, post=point.post)
    messages.success(request, f"已核定：{point.post.name}")
    return redirect("integrity:detail", pk=pk)
