"""Pages of the month sheet: choose, see, send, take back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from activities.models import MonthSheet, SheetState
from activities.rules.steps import RETURN_REASONS
from activities.selectors.duties import duty_overview
from activities.selectors.sheets import month_choices, sheet_of, sheet_states
from activities.services.sheets import gap_words, send_sheet, withdraw_sheet
from activities.views.asking import branch_choices, branch_or_404, month_of, now, version_of
from branches.models import Organisation
from branches.permissions import can
from branches.rules import Role
from core.errors import Refused
from core.periods import Month
from core.submits import once


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """The running month of the own branch; for officers and leaders, how all branches stand."""
    viewer = request.viewer
    if not can_read(viewer):
        raise Refused("月报由支部书记、支部委员和机关党委查看。", remedy="如需了解支部工作，请联系本支部书记。")
    wanted = month_of(request.GET.get("month", "")) or Month.of(viewer.today)
    if viewer.home_branch_id and not viewer.is_a(Role.OFFICER, Role.LEADER):
        return redirect("activities:sheet", viewer.home_branch_id, str(wanted))
    root = Organisation.objects.get(pk=viewer.root_id)
    rows = duty_overview(viewer, root, wanted, today=viewer.today)
    months = [Month.of(viewer.today).plus(-n) for n in range(15)]
    context = {
        "month": wanted,
        "months": months,
        "rows": rows,
        "can_log": can(viewer, "activity.log"),
        "sent": sum(row.is_sent for row in rows),
        "missing": sum(len(row.missing) for row in rows),
    }
    return render(request, "activities/month_overview.html", context)


def can_read(viewer) -> bool:
    return viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE, Role.OFFICER, Role.LEADER)


@require_safe
def sheet(request: HttpRequest, branch_id: int, month: Month) -> HttpResponse:
    """One month of one branch, filled in."""
    branch = branch_or_404(request.viewer, branch_id, "month_sheet")
    return _page(request, branch, month)


@require_POST
def sheet_send(request: HttpRequest, branch_id: int, month: Month) -> HttpResponse:
    """Send the sheet; with things missing the page asks once and names them."""
    viewer = request.viewer
    branch = branch_or_404(viewer, branch_id, "month_sheet")
    accepted = request.POST.get("accept_gaps") == "1"
    if can(viewer, "sheet.send", branch) and not accepted:
        shown = sheet_of(viewer, branch, month, today=viewer.today)
        if missing := gap_words(shown):
            context = {"sheet": shown, "missing": missing, "note": request.POST.get("note", "")}
            return render(request, "activities/month_confirm.html", context)
    with once(request.POST.get("_token"), viewer) as submit:
        if not submit.replayed:
            sent = send_sheet(
                actor=viewer,
                branch=branch,
                month=month,
                now=now(),
                version=version_of(request),
                note=request.POST.get("note", ""),
                accept_gaps=accepted,
            )
            submit.result_url = reverse("activities:sheet", args=[branch.pk, str(month)])
            messages.success(request, f"{month.label}月报已报送，{_what_now(sent)}")
    return redirect(submit.result_url)


def _what_now(sent: MonthSheet) -> str:
    if sent.state == SheetState.REVIEWED:
        return "其中的记录、申报都已审过，月报随即记为已审核。"
    return "审核前可以撤回。"


@require_POST
def sheet_withdraw(request: HttpRequest, branch_id: int, month: Month) -> HttpResponse:
    """Take the sheet back while it is not reviewed."""
    branch = branch_or_404(request.viewer, branch_id, "month_sheet")
    withdraw_sheet(actor=request.viewer, branch=branch, month=month, now=now(), version=version_of(request))
    messages.success(request, f"{month.label}月报已撤回，补充后请重新报送。")
    return redirect("activities:sheet", branch.pk, str(month))


def _page(request: HttpRequest, branch: Organisation, month: Month) -> HttpResponse:
    viewer = request.viewer
    months = month_choices(branch, viewer.today)
    states = sheet_states(viewer, branch, months)
    others = branch_choices(viewer, "month_sheet") if viewer.is_a(Role.OFFICER, Role.LEADER) else []
    context = {
        "sheet": sheet_of(viewer, branch, month, today=viewer.today),
        "branch": branch,
        "month": month,
        "months": [(m, states.get(m.key, SheetState.OPEN)) for m in months],
        "branches": others,
        "can_review": can(viewer, "sheet.review", branch),
        "reasons": RETURN_REASONS,
        "can_log": can(viewer, "activity.log", branch),
        "can_claim": can(viewer, "claim.log", branch),
    }
    return render(request, "activities/month_sheet.html", context)
