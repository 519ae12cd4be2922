"""Closing months: list, detail, close, reopen, verify."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessment import closing
from assessment.selectors import root_of
from assessment.selectors.months import month_row, month_rows, restatements, unreviewed
from assessment.tasks import CLOSE
from branches.models import Organisation
from branches.permissions import can
from core import progress
from core.periods import Month
from core.submits import once

LONG_FROM = 200  # branches; fewer are closed within the request


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All months with their state."""
    root = root_of(request.viewer)
    return render(request, "assessment/month_list.html", {"rows": month_rows(request.viewer, root), "root": root})


@require_GET
def detail(request: HttpRequest, month: Month) -> HttpResponse:
    """One month: what is unreviewed, its closings, what was restated."""
    root = root_of(request.viewer)
    row = month_row(request.viewer, root, month)
    return render(
        request,
        "assessment/month_detail.html",
        {
            "row": row,
            "month": month,
            "unreviewed": unreviewed(request.viewer, root, month),
            "restatements": restatements(request.viewer, root, month),
            "can_close": can(request.viewer, "month.close", root),
            "can_reopen": can(request.viewer, "month.reopen", root),
        },
    )


@require_POST
def close(request: HttpRequest, month: Month) -> HttpResponse:
    """Freeze the month."""
    root = root_of(request.viewer)
    with once(request.POST.get("_token"), request.user) as submit:
        if not submit.replayed:
            submit.result_url = _close(request, root, month)
    return redirect(submit.result_url)


def _close(request: HttpRequest, root: Organisation, month: Month) -> str:
    """At once, or for a large committee as a job that may be left; where to look next."""
    if month_row(request.viewer, root, month).branch_count >= LONG_FROM:
        arguments = {"month": str(month)}
        job = progress.start(
            actor=request.viewer, kind=CLOSE, title=f"封存{month.label}", root_id=root.pk, arguments=arguments
        )
        return reverse("core:job", args=[job.pk])
    closing.close_month(actor=request.viewer, root_id=root.pk, month=month, now=timezone.now())
    messages.success(request, f"{month.label}已封存。")
    return reverse("assessment:month", args=[month])


@require_POST
def reopen(request: HttpRequest, month: Month) -> HttpResponse:
    """Open a frozen month again, with a reason; closing it again shows what changed."""
    root = root_of(request.viewer)
    reason = request.POST.get("reason", "")
    closing.reopen_month(actor=request.viewer, root_id=root.pk, month=month, reason=reason, now=timezone.now())
    messages.success(request, f"{month.label}已重开。改正后请再次封存，前后得分会并列显示。")
    return redirect("assessment:month", month=month)


@require_POST
def verify(request: HttpRequest, month: Month) -> HttpResponse:
    """Recompute the digest of a frozen month from its facts."""
    root = root_of(request.viewer)
    month_row(request.viewer, root, month)
    result = closing.verify(root.pk, month)
    return render(request, "assessment/_verify_result.html", {"result": result, "month": month})
