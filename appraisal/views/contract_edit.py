"""Making contracts: the template, all branches at once, one branch's targets, sending, reminding, changing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.forms_contract import (
    KINDS,
    NEW_ROWS,
    POSTS,
    duty_entries,
    line_entries,
    template_values,
    typed_line,
)
from appraisal.models import Contract, ContractTemplate
from appraisal.selectors.contracts import (
    KIND,
    contract_of,
    duties_of,
    frame_of_year,
    lines_of,
    officers_by_branch,
    target_text,
)
from appraisal.services import contracts as services
from appraisal.services.contracts._contract import still_a_draft
from appraisal.views._year import committee_of
from branches.permissions import check
from core.errors import PortalError
from core.http import whole
from core.submits import once
from signing.services import remind_unsigned


@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, year: int) -> HttpResponse:
    """The committee's wording of a year; the first visit begins it."""
    root = committee_of(request)
    found = services.begin_template(actor=request.viewer, root=root, year=year, now=timezone.now())
    fault = None
    if request.method == "POST":
        try:
            values = template_values(request.POST, found)
            services.save_template(actor=request.viewer, template_id=found.pk, now=timezone.now(), **values)
            messages.success(request, "模板已保存。还没送签的责任书送签时用新的文字。")
            return redirect("appraisal:contract_list", year=year)
        except PortalError as error:
            fault = error
    context = {
        "template": found,
        "year": year,
        "fault": fault,
        "typed": request.POST if fault else None,
        "owners": _owner_rows(found),
        "duties": [*found.duties, *({} for _ in range(NEW_ROWS))],
        "posts": POSTS,
        "kinds": KINDS,
    }
    return render(request, "appraisal/contract_template.html", context, status=fault.status if fault else 200)


@require_POST
def make(request: HttpRequest, year: int) -> HttpResponse:
    """A draft for every branch that has none."""
    root = committee_of(request)
    with once(request.POST.get("_token"), request.user) as submit:
        if not submit.replayed:
            found = services.begin_template(actor=request.viewer, root=root, year=year, now=timezone.now())
            made = services.make_contracts(actor=request.viewer, template_id=found.pk, now=timezone.now())
            words = f"生成了{made.made}份责任书" if made.made else "各支部都已有责任书，没有新生成"
            messages.success(request, f"{words}{f'，{made.there}份原已生成' if made.there and made.made else ''}。")
            submit.result_url = reverse("appraisal:contract_list", args=[year])
    return redirect(submit.result_url)


@require_POST
def send(request: HttpRequest, year: int) -> HttpResponse:
    """Put all drafts, or those that were ticked, up for signature."""
    root = committee_of(request)
    ids = [pk for pk in map(whole, request.POST.getlist("contract")) if pk is not None] or None
    with once(request.POST.get("_token"), request.user) as submit:
        if not submit.replayed:
            sent = services.send_contracts(actor=request.viewer, root=root, year=year, ids=ids, now=timezone.now())
            if sent.count:
                messages.success(request, f"{sent.count}份责任书已送签，已通知书记签署。")
            for branch, why in sent.refused:
                messages.warning(request, f"{branch}没有送签：{why}。")
            if not sent.count and not sent.refused:
                messages.info(request, "没有待送签的责任书。")
            submit.result_url = request.POST.get("back") or reverse("appraisal:contract_list", args=[year])
    return redirect(_local(submit.result_url, year))


@require_POST
def remind(request: HttpRequest, year: int) -> HttpResponse:
    """Remind whoever has not signed; nobody twice on one day."""
    root = committee_of(request)
    rows = Contract.objects.filter(root=root, year=year, paper__isnull=False)
    ids = list(rows.values_list("paper_id", flat=True))
    told = remind_unsigned(actor=request.viewer, root=root, kind=KIND, ids=ids, now=timezone.now())
    messages.success(request, f"已提醒{told}人。" if told else "未签的人今天都已提醒过，或都已签完。")
    return redirect("appraisal:contract_list", year=year)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, contract_id: int) -> HttpResponse:
    """One branch's targets, owners and 责任清单 before it is signed."""
    contract = contract_of(request.viewer, contract_id)
    check(request.viewer, "contract.edit", contract.branch)
    still_a_draft(contract)
    fault = None
    if request.method == "POST":
        try:
            services.save_contract(
                actor=request.viewer,
                contract_id=contract.pk,
                version=whole(request.POST.get("version", "")) or 0,
                lines=line_entries(request.POST),
                duties=duty_entries(request.POST),
                now=timezone.now(),
            )
            messages.success(request, "已保存。")
            return redirect("appraisal:contract", contract_id=contract.pk)
        except PortalError as error:
            fault = error
    context = _edit_context(request, contract, fault)
    return render(request, "appraisal/contract_edit.html", context, status=fault.status if fault else 200)


@require_POST
def change(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Begin the next version."""
    contract = services.start_change(
        actor=request.viewer, contract_id=contract_id, reason=request.POST.get("reason", ""), now=timezone.now()
    )
    messages.success(request, f"已开始起草第{contract.revision}版。送签后原版签名作废，需重新签署。")
    return redirect("appraisal:contract_edit", contract_id=contract.pk)


@require_POST
def drop_change(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Give the change up."""
    services.drop_change(actor=request.viewer, contract_id=contract_id, now=timezone.now())
    messages.success(request, "已放弃变更，原版继续有效。")
    return redirect("appraisal:contract", contract_id=contract_id)


def _local(url: str, year: int) -> str:
    """Back to a page of ours; anything else is the list."""
    return url if url.startswith("/contracts/") else reverse("appraisal:contract_list", args=[year])


def _owner_rows(found: ContractTemplate) -> list[dict[str, Any]]:
    frame = frame_of_year(found.root_id, found.year)
    names = {item.code: item.name for item in frame.items} if frame else {}
    return [
        {"code": code, "name": names.get(code, ""), "post": posts[0] if posts else "secretary"}
        for code, posts in found.owners.items()
    ]


def _edit_context(request: HttpRequest, contract: Contract, fault: PortalError | None) -> dict[str, Any]:
    people = officers_by_branch([contract.branch_id], request.viewer.today)[contract.branch_id]
    data = request.POST if fault else None
    faults = fault.fields if fault else {}
    rows = [
        {"line": line, "typed": typed_line(line, data, target_text(line)), "faults": faults.get(line.code, [])}
        for line in lines_of(contract)
    ]
    fresh = [
        {name: data.get(f"{name}-new{n}", "") if data else "" for name in ("name", "unit", "target", "note")}
        | {"key": f"new{n}", "owner": whole(data.get(f"owner-new{n}", "")) if data else None}
        for n in range(NEW_ROWS)
    ]
    shown = {code: words for code, words in faults.items() if code not in {row["line"].code for row in rows}}
    return {
        "contract": contract,
        "people": _once(people),
        "people_ids": {one.member_id for one in people},
        "scheme_rows": [row for row in rows if not row["line"].is_own],
        "own_rows": [row for row in rows if row["line"].is_own],
        "fresh": fresh,
        "duties": _duty_rows(contract, data),
        "kinds": KINDS,
        "fault": fault,
        "other_faults": [word for words in shown.values() for word in words],
    }


def _duty_rows(contract: Contract, data: Any) -> list[dict[str, Any]]:
    if data:
        return [
            {"key": str(n), "person": one.member_id, "kind": one.kind, "text": one.text}
            for n, one in enumerate(duty_entries(data), start=1)
        ]
    rows = [
        {"key": str(n), "person": one.member_id, "kind": one.kind, "text": one.text, "name": one.name}
        for n, one in enumerate(duties_of(contract), start=1)
    ]
    return rows + [
        {"key": str(len(rows) + n), "person": None, "kind": "dual", "text": ""} for n in range(1, NEW_ROWS + 1)
    ]


def _once(people: list) -> list:
    """Each person once, in the first office held."""
    found: dict[int, Any] = {}
    for one in people:
        found.setdefault(one.member_id, one)
    return list(found.values())
