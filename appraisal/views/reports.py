"""Pages of one secretary's report: read with its sources, written, reviewed, assessed, mended, printed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.models import AccountabilityReport, ReportState, ReviewState
from appraisal.papers import report_docx
from appraisal.rules.ballots import MARKS
from appraisal.rules.provenance import read_figures
from appraisal.selectors.accountability import (
    GRADE_NAMES,
    poll_results_of,
    rectifications_of,
    shows_outcome,
    text_lines,
    text_notes,
)
from appraisal.services import accountability, review_meeting
from appraisal.views.accountability import day
from branches.permissions import SYSTEM, can, visible
from core import drafts
from core.docx.write import DOCX
from core.errors import InvalidInput
from core.http import download, whole
from core.submits import once


@require_GET
def show(request: HttpRequest, report_id: int) -> HttpResponse:
    """The report; every marked number leads to the records behind it."""
    report = _report(request, report_id)
    faults, bare = text_notes(report)
    shows = shows_outcome(request.viewer, report.review)
    may_review = can(request.viewer, "accountability.review", report.branch)
    context = {
        "report": report,
        "lines": text_lines(report),
        "figures": list(read_figures(report.figures).values()),
        "faults": faults,
        "bare": bare,
        "shows_outcome": shows,
        "grade_name": GRADE_NAMES.get(report.grade, "") if shows else "",
        "result": poll_results_of(SYSTEM, report.review).get(report.branch_id) if shows else None,
        "items": rectifications_of(request.viewer, [report]),
        "grades": MARKS,
        "may_write": report.is_editable and can(request.viewer, "accountability.write", report.branch),
        "may_accept": may_review and report.state == ReportState.SENT and report.sent_by_id != request.viewer.user_id,
        "may_return": may_review
        and report.state in (ReportState.SENT, ReportState.ACCEPTED)
        and report.review.state != ReviewState.CLOSED,
        "may_assess": may_review and report.state == ReportState.ACCEPTED and report.review.state == ReviewState.HELD,
        "may_rectify": may_review,
    }
    return render(request, "appraisal/report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, report_id: int) -> HttpResponse:
    """Write the report: kept while typing, saved, sent."""
    report = _report(request, report_id)
    if not can(request.viewer, "accountability.write", report.branch):
        raise Http404
    if request.method != "POST":
        return _form(request, report, report.text)
    text, version = request.POST.get("text", ""), whole(request.POST.get("version", ""))
    is_sending = request.POST.get("step") == "send"
    try:
        with once(request.POST.get("_token"), request.user) as submit:
            if not submit.replayed:
                found = _write(request, report, version, text, is_sending)
                submit.result_url = redirect("appraisal:report", report_id=found.pk).url
    except InvalidInput as fault:
        return _form(request, report, text, fault)
    drafts.drop(request.viewer, _draft_key(report))
    messages.success(request, "述职报告已报送。" if is_sending else "已保存。")
    return redirect(submit.result_url)


@require_POST
def draft(request: HttpRequest, report_id: int) -> HttpResponse:
    """Draft from the records, or bring the numbers up to today."""
    report = _report(request, report_id)
    accountability.draft_text(
        actor=request.viewer,
        report_id=report.pk,
        version=whole(request.POST.get("version", "")),
        afresh=bool(request.POST.get("afresh")),
        now=timezone.now(),
    )
    drafts.drop(request.viewer, _draft_key(report))
    return redirect("appraisal:report_edit", report_id=report.pk)


@require_POST
def send_back(request: HttpRequest, report_id: int) -> HttpResponse:
    """Return the report with the reason."""
    reason = request.POST.get("reason", "")
    accountability.return_report(
        actor=request.viewer, report_id=_report(request, report_id).pk, reason=reason, now=timezone.now()
    )
    return redirect("appraisal:report", report_id=report_id)


@require_POST
def accept(request: HttpRequest, report_id: int) -> HttpResponse:
    """The committee has read it."""
    report = _report(request, report_id)
    accountability.accept_report(actor=request.viewer, report_id=report.pk, now=timezone.now())
    messages.success(request, "已审阅，述职报告计入得分。")
    return redirect("appraisal:report", report_id=report_id)


@require_POST
def assess(request: HttpRequest, report_id: int) -> HttpResponse:
    """Comment and overall grade of the committee."""
    review_meeting.assess_report(
        actor=request.viewer,
        report_id=_report(request, report_id).pk,
        comment=request.POST.get("comment", ""),
        grade=request.POST.get("grade", ""),
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    messages.success(request, "点评和评价已保存。")
    return redirect("appraisal:report", report_id=report_id)


@require_POST
def rectify(request: HttpRequest, report_id: int) -> HttpResponse:
    """One more line of the rectification list."""
    item = review_meeting.demand_rectification(
        actor=request.viewer,
        report_id=_report(request, report_id).pk,
        title=request.POST.get("title", ""),
        demand=request.POST.get("demand", ""),
        due_on=day(request, "due_on"),
        now=timezone.now(),
    )
    messages.success(request, f"已列入整改清单：{item.title}")
    return redirect("appraisal:report", report_id=report_id)


@require_GET
def paper(request: HttpRequest, report_id: int) -> HttpResponseBase:
    """The report as a Word paper, its numbers' sources at the end."""
    report = _report(request, report_id)
    return download(report_docx(report), f"{report}_{report.branch.short_name}.docx", DOCX)


def _write(request: HttpRequest, report: AccountabilityReport, version: int | None, text: str, is_sending: bool):
    given = {"actor": request.viewer, "report_id": report.pk, "version": version, "text": text}
    return accountability.send_report(**given, now=timezone.now()) if is_sending else accountability.save_text(**given)


def _form(request: HttpRequest, report: AccountabilityReport, text: str, fault: InvalidInput | None = None):
    context = {
        "report": report,
        "text": text,
        "figures": list(read_figures(report.figures).values()),
        "draft_key": _draft_key(report),
        "fault": fault,
        "fault_lines": fault.fields.get("text", []) if fault else [],
    }
    return render(request, "appraisal/report_form.html", context, status=422 if fault else 200)


def _draft_key(report: AccountabilityReport) -> str:
    return f"accountability-{report.pk}-{report.version}"


def _report(request: HttpRequest, report_id: int) -> AccountabilityReport:
    rows = AccountabilityReport.objects.select_related("branch", "review__root", "review__poll", "member", "sent_by")
    return get_object_or_404(visible(rows, request.viewer), pk=report_id)
