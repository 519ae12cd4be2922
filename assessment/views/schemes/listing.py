"""The list of schemes and versions, one version in words, and a copy as a draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessment.drafts.copying import copy_scheme
from assessment.selectors import root_of
from assessment.selectors.schemes import page_of_scheme, readable_schemes, scheme_list
from assessment.views.scheme import READERS
from branches.permissions import can, check
from core.errors import InvalidInput
from core.http import whole
from core.submits import once


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Every version valid for the committee, and its drafts."""
    root = root_of(request.viewer)
    check(request.viewer, "scheme.edit", root)
    year = request.viewer.today.year
    context = {"rows": scheme_list(request.viewer), "years": (year, year + 1)}
    return render(request, "assessment/schemes/list.html", context)


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One version in words."""
    if not request.viewer.is_a(*READERS):
        raise Http404
    row = readable_schemes(request.viewer).filter(pk=pk).first()
    if row is None:
        raise Http404
    page = page_of_scheme(request.viewer, row)
    return render(
        request,
        "assessment/scheme.html",
        {"page": page, "year": row.year, "may_edit": can(request.viewer, "scheme.edit")},
    )


@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """A draft from a version; a second click leads to the same draft."""
    root = root_of(request.viewer)
    check(request.viewer, "scheme.edit", root)
    source, year = whole(request.POST.get("source")), whole(request.POST.get("year"))
    if source is None or year is None:
        raise InvalidInput("请选择从哪个方案、复制成哪一年的。", remedy="请回到方案列表重选。")
    with once(request.POST.get("_token"), request.user) as submit:
        if not submit.replayed:
            made = copy_scheme(
                actor=request.viewer,
                source_id=source,
                root=root,
                year=year,
                note=request.POST.get("note", ""),
                now=timezone.now(),
            )
            submit.result_url = reverse("assessment:scheme_edit", args=[made.pk])
            messages.success(request, f"已复制成草稿：{made}。")
    return redirect(submit.result_url)
