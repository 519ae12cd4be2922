"""The register of decisions that the party organisation discussed first."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.contract_exports import decision_sheet
from appraisal.exports import result_workbook
from appraisal.forms_contract import DecisionForm, own_places
from appraisal.selectors.contracts import root_of_viewer
from appraisal.selectors.decisions import decisions
from appraisal.services.decisions import log_decision, withdraw_decision
from branches.permissions import can
from branches.rules import READ
from branches.views.pages import FormPage, data_of, form_page, require_action
from core.http import download, page_of, whole


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The register, by year, branch and words."""
    rows, filters = _rows(request)
    page = page_of(rows, request, key=("-decided_on", "-id"), count=True)
    context = {
        "page": page,
        "may_log": can(request.viewer, "decision.log"),
        "may_export": can(request.viewer, "export"),
        "may_withdraw": set(own_places(request.viewer).values_list("pk", flat=True)),
        "years": range(request.viewer.today.year, request.viewer.today.year - 5, -1),
        **filters,
    }
    return render(request, "appraisal/decision_list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter one matter."""
    viewer = request.viewer
    _require_reader(request)
    require_action(viewer, "decision.log")
    form = DecisionForm(data_of(request), viewer=viewer)
    page = FormPage(
        heading="登记前置程序",
        submit="登记",
        back_url=reverse("appraisal:decisions"),
        intro="重大事项先由党组织研究讨论，再按程序决策。讨论日期晚于决策日期的不能登记。",
        wide=("matter", "opinion"),
    )

    def do(data: dict) -> tuple[str, str]:
        log_decision(actor=viewer, now=timezone.now(), **data)
        return reverse("appraisal:decisions"), "已登记。"

    return form_page(request, page, form, do)


@require_POST
def withdraw(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Mark an entry as a mistake."""
    reason = request.POST.get("reason", "")
    withdraw_decision(actor=request.viewer, decision_id=decision_id, reason=reason, now=timezone.now())
    messages.success(request, "已作废，原记录保留可查。")
    return redirect("appraisal:decisions")


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """前置程序登记表 of what the page shows."""
    rows, _ = _rows(request)
    if not can(request.viewer, "export"):
        raise Http404
    sheet = decision_sheet(rows[:5000], root_of_viewer(request.viewer), request.viewer.today)
    return download(result_workbook(sheet), f"前置程序登记表_{request.viewer.today:%Y%m%d}.xlsx")


def _rows(request: HttpRequest):
    _require_reader(request)
    year, text = whole(request.GET.get("year", "")), request.GET.get("q", "").strip()
    year = year if year and 2000 <= year <= 2999 else None
    return decisions(request.viewer, year=year, text=text), {"year": year, "q": text}


def _require_reader(request: HttpRequest) -> None:
    if not request.viewer.is_a(*READ["decision"]):
        raise Http404
