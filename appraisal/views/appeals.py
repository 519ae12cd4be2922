"""Pages of appeals: the list, filing one from the statement or the result, one with its answer and its mending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal import services
from appraisal.exports_appeals import appeals_workbook
from appraisal.forms.appeals import AppealFilterForm, AppealForm
from appraisal.models import Appeal, AppealFile, AppealState, AppealSubject
from appraisal.rules.appeal import answer_fault, is_late_reply
from appraisal.selectors.appeals import (
    appeal_detail,
    appeals_list,
    last_day_to_file,
    markers_of,
    metrics_of,
    month_frame,
    restatement_since,
)
from appraisal.services import AppealInput
from appraisal.views.rounds import put_faults
from assessment.exports import unit_line
from assessment.statement.words import rule_words
from branches.models import Organisation
from branches.permissions import Viewer, can, check, visible_branches
from core import audit
from core.errors import PortalError, Refused
from core.http import download, page_of, sorted_by, whole
from core.periods import Month
from core.submits import once
from core.uploads import serve

EXPORTED = 20_000
SORTS = {"filed": "filed_at", "until": "reply_until", "id": "id"}


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The list: search, filter, sort, pages."""
    viewer = request.viewer
    form = _filter_form(request)
    sort, key = sorted_by(request, SORTS, default="-filed")
    page = page_of(appeals_list(viewer, form.chosen()), request, key=key, count=True)
    for row in page:
        add_words(row, viewer)
    context = {"form": form, "page": page, "sort": sort, "may_export": can(viewer, "export")}
    return render(request, "appraisal/appeal_list.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The appeals of the page, all pages, in the order shown."""
    viewer = request.viewer
    form = _filter_form(request)
    if not can(viewer, "export"):
        raise Refused("您的账号不能导出。", remedy="请由支部书记或机关党委导出。")
    _, key = sorted_by(request, SORTS, default="-filed")
    rows = list(appeals_list(viewer, form.chosen()).order_by(*key)[:EXPORTED])
    audit.record(actor=viewer, action="export", target=viewer.user, summary="导出申诉办理情况")
    name = rows[0].branch.root.name if rows else ""
    book = appeals_workbook(rows, unit_line=unit_line(name, viewer.today))
    return download(book, f"申诉办理情况_{viewer.today:%Y%m%d}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Object to an item, a rule or the year's result of one's own branch."""
    viewer = request.viewer
    branch, month = _asked(request)
    check(viewer, "appeal.file", branch)
    is_result = request.GET.get("subject") == AppealSubject.RESULT
    about = f"{request.GET.get('subject', '')}:{request.GET.get('code', '')}"
    form = AppealForm(request.POST or None, subjects=_subjects(branch, month, is_result), initial={"about": about})
    if request.method == "POST" and form.is_valid() and (url := _filed(request, form, branch, month)):
        return redirect(url)
    _, until = last_day_to_file(branch.root_id, month, AppealSubject.RESULT if is_result else AppealSubject.ITEM)
    context = {
        "form": form,
        "branch": branch,
        "month": month,
        "until": until,
        "is_result": is_result,
        "is_over": until is not None and viewer.today > until,
    }
    return render(request, "appraisal/appeal_form.html", context, status=422 if form.errors else 200)


@require_GET
def show(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """One appeal: the ground, the answer, and for the officer the way to what is to be mended."""
    viewer = request.viewer
    found = appeal_or_404(viewer, appeal_id)
    add_words(found, viewer)
    month = Month.from_key(found.month)
    may_answer = can(viewer, "appeal.answer", found.branch)
    fault = ""
    if may_answer and found.state == AppealState.OPEN:
        fault = answer_fault(viewer.user_id, filed_by=found.filed_by_id, marked_by=markers_of(found))
    is_unmended = found.state == AppealState.UPHELD and found.mended_at is None
    context = {
        "appeal": found,
        "month": month,
        "files": found.files.select_related("attachment"),
        "answer_fault": fault,
        "may_answer": may_answer and found.state == AppealState.OPEN and not fault,
        "may_withdraw": can(viewer, "appeal.file", found.branch) and found.state == AppealState.OPEN,
        "may_mend": may_answer and is_unmended,
        "restatement": restatement_since(found) if found.state == AppealState.UPHELD else None,
        "ways": _ways(found, month) if may_answer and is_unmended else [],
    }
    return render(request, "appraisal/appeal.html", context)


@require_POST
def answer(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """Uphold or reject with reasons."""
    given = {"verdict": request.POST.get("verdict", ""), "answer": request.POST.get("answer", "")}
    return _take(request, appeal_id, services.answer_appeal, "已答复，支部会收到通知。", **given)


@require_POST
def withdraw(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """Take the objection back."""
    return _take(request, appeal_id, services.withdraw_appeal, "申诉已撤回。")


@require_POST
def mend(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """Note what was mended."""
    return _take(request, appeal_id, services.record_mending, "更正已登记。", note=request.POST.get("note", ""))


@require_GET
def evidence(request: HttpRequest, appeal_id: int, file_id: int) -> HttpResponseBase:
    """One piece of evidence, for those who may see the appeal."""
    found = appeal_or_404(request.viewer, appeal_id)
    row = AppealFile.objects.select_related("attachment").filter(appeal=found, pk=file_id).first()
    if row is None:
        raise Http404
    return serve(row.attachment)


def appeal_or_404(viewer: Viewer, appeal_id: int) -> Appeal:
    found = appeal_detail(viewer, appeal_id)
    if found is None:
        raise Http404
    return found


def add_words(row: Any, viewer: Viewer) -> None:
    """Carry along for the page whether the answer is late, and the month in words."""
    row.is_late = is_late_reply(row.state, row.reply_until, viewer.today)
    row.month_words = Month.from_key(row.month).label


def _take(
    request: HttpRequest, appeal_id: int, step: Callable[..., Appeal], words: str, **arguments: Any
) -> HttpResponse:
    found = appeal_or_404(request.viewer, appeal_id)
    with once(request.POST.get("_token"), request.viewer) as submit:
        if not submit.replayed:
            step(actor=request.viewer, appeal_id=found.pk, now=timezone.now(), **arguments)
            submit.result_url = reverse("appraisal:appeal", args=[found.pk])
            messages.success(request, words)
    return redirect(submit.result_url)


def _filed(request: HttpRequest, form: AppealForm, branch: Organisation, month: Month) -> str:
    """File the appeal; its page, or "" with the fault in the form."""
    subject, code = form.chosen
    data = form.cleaned_data
    given = AppealInput(month=month, subject=subject, code=code, ground=data["ground"], wanted=data["wanted"])
    try:
        with once(request.POST.get("_token"), request.viewer) as submit:
            if not submit.replayed:
                made = services.file_appeal(
                    actor=request.viewer,
                    branch_id=branch.pk,
                    given=given,
                    files=request.FILES.getlist("files"),
                    now=timezone.now(),
                )
                submit.result_url = reverse("appraisal:appeal", args=[made.pk])
                messages.success(request, f"申诉已提出，机关党委{made.reply_until:%m月%d日}前答复。")
        return submit.result_url
    except PortalError as error:
        put_faults(form, error)
        return ""


def _asked(request: HttpRequest) -> tuple[Organisation, Month]:
    """Branch and month of the query; 404 for what the viewer does not see."""
    branch_id = whole(request.GET.get("branch", ""))
    rows = visible_branches(request.viewer, "appeal").select_related("root")
    branch = rows.filter(pk=branch_id).first() if branch_id is not None else None
    try:
        month = Month.parse(request.GET.get("month", ""))
    except ValueError:
        raise Http404 from None
    if branch is None:
        raise Http404
    return branch, month


def _subjects(branch: Organisation, month: Month, is_result: bool) -> list[tuple[str, str]]:
    """What may be objected to: every item and each of its rules, or the result."""
    if is_result:
        return [("result:", f"{month.year}年度考核结果")]
    frame = month_frame(branch.root_id, month)
    if frame is None:
        raise Http404
    found = []
    for item in frame.items:
        found.append((f"item:{item.code}", f"{item.code} {item.name}"))
        found += [(f"rule:{rule.code}", f"　{rule.code} {rule_words(rule, frame)}"[:70]) for rule in item.rules]
    return found


def _ways(found: Appeal, month: Month) -> list[tuple[str, str]]:
    """Where the officer mends: the facts behind the rule, the marks, the month's closing, the year's steps."""
    if found.subject == AppealSubject.RESULT:
        return [("年终考核（撤回公示、更正评价、重新合成）", reverse("appraisal:year", args=[found.year]))]
    facts = f"{reverse('assessment:facts')}?branch={found.branch_id}&year={month.year}&until={month.number}"
    ways = [("得分说明中的这一项", f"{_statement(found, month)}#{found.code.partition('.')[0]}")]
    frame = month_frame(found.root_id, month)
    for rule in frame.rules if frame else ():
        if found.code in (rule.code, rule.item) and rule.kind == "reviewer":
            ways.append((f"{rule.code} 人工评分", f"{reverse('assessment:marks_year', args=[month.year])}"))
        elif found.code in (rule.code, rule.item):
            for code, name in metrics_of(frame, [rule.code]) if frame else ():
                ways.append((f"{rule.code} 计分依据：{name}", f"{facts}&metric={code}"))
    ways.append((f"{month.label}封存（重开，更正后再封存，自动留下更正）", reverse("assessment:month", args=[month])))
    return list(dict.fromkeys(ways))


def _statement(found: Appeal, month: Month) -> str:
    return reverse("assessment:statement", args=[found.branch_id, month])


def _filter_form(request: HttpRequest) -> AppealFilterForm:
    viewer = request.viewer
    branches = list(visible_branches(viewer, "appeal").order_by("sort_key", "code"))
    if not branches:
        raise Refused("申诉由支部书记提出。", remedy="对得分有意见的，请告诉本支部书记。")
    return AppealFilterForm(
        request.GET or None, branches=branches, years=[viewer.today.year, viewer.today.year - 1, viewer.today.year - 2]
    )
