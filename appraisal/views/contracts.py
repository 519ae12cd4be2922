"""Responsibility contracts: the list of a year, one contract, its Word file and print, reports and next year's plan."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.contract_exports import contract_sheet
from appraisal.contract_text import contract_body, contract_paper, contract_title, sign_lines
from appraisal.exports import result_workbook
from appraisal.forms_contract import NEW_ROWS, day_of, next_entries
from appraisal.models import Contract
from appraisal.rules.contract import quantity_words
from appraisal.selectors.contracts import (
    STAGES,
    contract_list,
    contract_of,
    contract_page,
    contract_years,
    contracts,
    duties_of,
    frame_of_year,
    lines_of,
    root_of_viewer,
)
from appraisal.services import contracts as services
from branches.permissions import can, check
from branches.rules import Role
from branches.selectors import secretary_names
from core.docx.write import DOCX, docx_bytes, file_name
from core.errors import InvalidInput
from core.http import download
from signing.models import Paper
from signing.selectors import may_sign_as, signer_in_turn
from signing.shown import shown


@require_GET
def current(request: HttpRequest) -> HttpResponse:
    """The own contract for people of a branch, the list of the year for those who oversee."""
    viewer = request.viewer
    if viewer.is_a(Role.OFFICER, Role.LEADER):
        years = contract_years(viewer)
        year = viewer.today.year
        return redirect("appraisal:contract_list", year=year if year in years or not years else years[0])
    if viewer.home_branch_id is None or not viewer.is_a(Role.SECRETARY, Role.BRANCH_COMMITTEE):
        raise Http404
    own = contracts(viewer).filter(branch_id=viewer.home_branch_id).order_by("-year").first()
    if own is None:
        return render(request, "appraisal/contract_empty.html")
    return redirect("appraisal:contract", contract_id=own.pk)


@require_GET
def listing(request: HttpRequest, year: int) -> HttpResponse:
    """Every branch with its contract: state, who has not signed, progress."""
    viewer = request.viewer
    if not viewer.is_a(Role.OFFICER, Role.LEADER):
        raise Http404
    root = root_of_viewer(viewer)
    stage, text = request.GET.get("stage", ""), request.GET.get("q", "").strip()
    found = contract_list(viewer, root, year, stage=stage if stage in (*STAGES, "none") else "", text=text)
    context = {
        "found": found,
        "year": year,
        "years": sorted({*contract_years(viewer), viewer.today.year, viewer.today.year + 1}, reverse=True),
        "stages": [*STAGES.items(), ("none", "未生成")],
        "stage": stage,
        "q": text,
        "may_edit": can(viewer, "contract.edit", root),
        "has_scheme": frame_of_year(root.pk, year) is not None,
    }
    return render(request, "appraisal/contract_list.html", context)


@require_GET
def export(request: HttpRequest, year: int) -> HttpResponseBase:
    """责任书签订情况 as shown on the page."""
    viewer = request.viewer
    if not viewer.is_a(Role.OFFICER, Role.LEADER):
        raise Http404
    root = root_of_viewer(viewer)
    found = contract_list(viewer, root, year, stage=request.GET.get("stage", ""), text=request.GET.get("q", "").strip())
    name = f"{year}年度责任书签订情况_{viewer.today:%Y%m%d}.xlsx"
    return download(result_workbook(contract_sheet(found, root, viewer.today)), name)


@require_GET
def show(request: HttpRequest, contract_id: int) -> HttpResponse:
    """One contract: state and signatures, each line with its owner and progress, the 责任清单, the versions."""
    viewer = request.viewer
    contract = contract_of(viewer, contract_id)
    page = contract_page(viewer, contract)
    paper = next((one for one in page.papers if one.pk == contract.paper_id), None)
    signer = signer_in_turn(paper) if paper else None
    context = {
        "page": page,
        "contract": contract,
        "paper": paper,
        "is_mine": signer is not None and paper is not None and may_sign_as(viewer, paper, signer),
        "may_edit": can(viewer, "contract.edit", contract.branch),
        "may_report": can(viewer, "contract.report", contract.branch),
        "may_export": can(viewer, "export", contract.branch),
        "today": viewer.today,
    }
    return render(request, "appraisal/contract_detail.html", context)


@require_GET
def printed(request: HttpRequest, contract_id: int) -> HttpResponse:
    """The text in force (or the draft) as a paper with its signatures."""
    contract, title, body, paper = _text(request, contract_id)
    context = {
        "contract": contract,
        "title": title,
        "paper": paper,
        "blocks": shown(body),
        "lines": sign_lines(contract, paper),
    }
    return render(request, "appraisal/contract_print.html", context)


@require_GET
def word(request: HttpRequest, contract_id: int) -> HttpResponseBase:
    """The text in force (or the draft) as a Word file."""
    contract, title, body, paper = _text(request, contract_id)
    check(request.viewer, "export", contract.branch)
    content = docx_bytes(contract_paper(contract, title, body, paper))
    revision = paper.revision if paper else contract.revision
    name = file_name([title, contract.branch.short_name, f"第{revision}版"], f"{request.viewer.today:%Y%m%d}")
    return download(content, name, DOCX)


@require_POST
def report(request: HttpRequest, contract_id: int) -> HttpResponse:
    """How far an own target is."""
    services.report_target(
        actor=request.viewer,
        contract_id=contract_id,
        code=request.POST.get("code", ""),
        quantity=request.POST.get("quantity", ""),
        happened_on=day_of(request.POST.get("happened_on", "")),
        note=request.POST.get("note", ""),
        now=timezone.now(),
    )
    messages.success(request, "进展已保存。")
    return redirect("appraisal:contract", contract_id=contract_id)


@require_http_methods(["GET", "POST"])
def next_plan(request: HttpRequest, contract_id: int) -> HttpResponse:
    """The targets of the next year, carried into its contract."""
    contract = contract_of(request.viewer, contract_id)
    check(request.viewer, "contract.report", contract.branch)
    fault = None
    if request.method == "POST":
        try:
            count = services.save_next_plan(
                actor=request.viewer, contract_id=contract.pk, entries=next_entries(request.POST), now=timezone.now()
            )
            messages.success(request, f"已保存{count}项下年目标，生成{contract.year + 1}年责任书时自动带入。")
            return redirect("appraisal:contract", contract_id=contract.pk)
        except InvalidInput as error:
            fault = error
    context = {"contract": contract, "rows": _plan_rows(request, contract), "fault": fault, "new_rows": range(NEW_ROWS)}
    return render(request, "appraisal/contract_next.html", context, status=400 if fault else 200)


def _plan_rows(request: HttpRequest, contract: Contract) -> list[dict[str, Any]]:
    """Lines with a number and what is planned for them; planned ones that are new."""
    page = contract_page(request.viewer, contract)
    planned = {row.code: row for row in page.planned}
    data = request.POST if request.method == "POST" else None
    rows = []
    for one in page.lines:
        if one.line.target is None:
            continue
        plan = planned.pop(one.line.code, None)
        rows.append(
            {"code": one.line.code, "progress": one, "plan": plan, "name": one.line.name, "unit": one.line.unit}
        )
    for n, plan in enumerate(planned.values(), start=1):
        rows.append({"code": f"new-{n}", "progress": None, "plan": plan, "name": plan.name, "unit": plan.unit})
    for row in rows:
        row["target"] = _plan_text(row["plan"]) if data is None else data.get(f"next-{row['code']}", "")
        row["note"] = (row["plan"].note if row["plan"] else "") if data is None else data.get(f"note-{row['code']}", "")
    return rows


def _plan_text(plan: Any) -> str:
    return quantity_words(plan.target, "") if plan else ""


def _text(request: HttpRequest, contract_id: int) -> tuple[Contract, str, str, Paper | None]:
    """Title, text and paper: of the version put up for signature, else of the draft as it is now."""
    viewer = request.viewer
    contract = contract_of(viewer, contract_id)
    if contract.paper_id and contract.stage in ("signing", "signed", "changing"):
        paper = Paper.objects.prefetch_related("signers__signature").get(pk=contract.paper_id)
        return contract, paper.title, paper.body, paper
    names = secretary_names([contract.branch_id], viewer.today)
    frame = frame_of_year(contract.root_id, contract.year)
    body = contract_body(contract, lines_of(contract), duties_of(contract), frame, names[contract.branch_id])
    return contract, contract_title(contract), body, None
