"""Pages of a year's accountability review: the table, its steps, the circular, the sheet."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appraisal.exports_reviews import review_workbook
from appraisal.models import AccountabilityReview, ReviewState
from appraisal.papers import circular_docx
from appraisal.selectors.accountability import rectifications_of, report_lines, reviews_seen, shows_outcome
from appraisal.services import accountability, review_meeting
from assessment.selectors import root_of
from branches.permissions import can
from branches.rules import Role
from core import audit
from core.docx.write import DOCX
from core.http import download

READERS = (Role.OFFICER, Role.LEADER, Role.SECRETARY, Role.BRANCH_COMMITTEE)


@require_GET
def current(request: HttpRequest) -> HttpResponse:
    """The latest review, or the way to begin one."""
    if not request.viewer.is_a(*READERS):
        raise Http404
    reviews = reviews_seen(request.viewer)
    if reviews:
        return redirect("appraisal:reviews_year", year=reviews[0].year)
    return render(request, "appraisal/review_empty.html", _years(request))


@require_GET
def show(request: HttpRequest, year: int) -> HttpResponse:
    """The reports of a year with their state and, when they may be seen, grades and ballots."""
    if not request.viewer.is_a(*READERS):
        raise Http404
    reviews = reviews_seen(request.viewer)
    review = next((one for one in reviews if one.year == year), None)
    if review is None:
        if not can(request.viewer, "accountability.review"):
            raise Http404
        return render(request, "appraisal/review_empty.html", {"year": year, **_years(request)})
    lines = report_lines(request.viewer, review)
    context = {
        "review": review,
        "year": year,
        "years": [one.year for one in reviews],
        "lines": lines,
        "sent": sum(not line.report.is_editable for line in lines),
        "items": rectifications_of(request.viewer, [line.report for line in lines]),
        "shows_outcome": shows_outcome(request.viewer, review),
        "may_run": can(request.viewer, "accountability.review"),
        "is_closed": review.state == ReviewState.CLOSED,
        **_years(request),
    }
    return render(request, "appraisal/review.html", context)


@require_POST
def begin(request: HttpRequest, year: int) -> HttpResponse:
    """Begin the year's review, or add the secretaries who took office since."""
    root = _root(request)
    review = AccountabilityReview.objects.filter(root=root, year=year).first()
    if review and request.POST.get("add"):
        count = accountability.add_missing_reports(actor=request.viewer, review_id=review.pk, now=timezone.now())
        messages.success(request, f"增加{count}人。" if count else "没有要增加的书记。")
    else:
        accountability.open_review(
            actor=request.viewer, root=root, year=year, due_on=day(request, "due_on"), now=timezone.now()
        )
        messages.success(request, "已部署，并通知各支部书记。")
    return redirect("appraisal:reviews_year", year=year)


@require_POST
def ballot(request: HttpRequest, year: int) -> HttpResponse:
    """Set up the ballots."""
    review = _review(request, year)
    found = review_meeting.begin_ballot(actor=request.viewer, review_id=review.pk, now=timezone.now())
    return redirect("appraisal:poll", poll_id=found.poll_id)


@require_POST
def meeting(request: HttpRequest, year: int) -> HttpResponse:
    """Enter the meeting."""
    review_meeting.hold_meeting(
        actor=request.viewer,
        review_id=_review(request, year).pk,
        meeting_on=day(request, "meeting_on"),
        place=request.POST.get("place", ""),
        chaired_by=request.POST.get("chaired_by", ""),
        now=timezone.now(),
    )
    messages.success(request, "述职评议会已登记。")
    return redirect("appraisal:reviews_year", year=year)


@require_POST
def circular(request: HttpRequest, year: int) -> HttpResponse:
    """Issue the circular."""
    review_meeting.issue_circular(
        actor=request.viewer,
        review_id=_review(request, year).pk,
        document_no=request.POST.get("document_no", ""),
        text=request.POST.get("text", ""),
        now=timezone.now(),
    )
    messages.success(request, "已通报，各支部书记可以看到本人结果。")
    return redirect("appraisal:reviews_year", year=year)


@require_GET
def circular_paper(request: HttpRequest, year: int) -> HttpResponseBase:
    """The circular as a Word paper, for the committee; a draft until it is issued."""
    review = _review(request, year)
    content = circular_docx(review, report_lines(request.viewer, review), rectifications(request, review))
    return download(content, f"{year}年度述职评议情况通报.docx", DOCX)


@require_GET
def export(request: HttpRequest, year: int) -> HttpResponseBase:
    """述职评议汇总."""
    review = _review(request, year)
    audit.record(actor=request.viewer, action="export", target=review, summary=f"导出{review}汇总")
    book = review_workbook(review, report_lines(request.viewer, review), on=request.viewer.today)
    return download(book, f"{year}年度述职评议汇总_{request.viewer.today:%Y%m%d}.xlsx")


def rectifications(request: HttpRequest, review: AccountabilityReview):
    """The review's rectification list as the viewer sees it."""
    return rectifications_of(request.viewer, list(review.reports.all()))


def day(request: HttpRequest, name: str) -> date | None:
    """A day as typed; None for what is none."""
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None


def _root(request: HttpRequest):
    if not can(request.viewer, "accountability.review"):
        raise Http404
    return root_of(request.viewer)


def _review(request: HttpRequest, year: int) -> AccountabilityReview:
    """The review of the officer's committee; 404 for everybody else."""
    review = AccountabilityReview.objects.filter(root=_root(request), year=year).select_related("root", "poll").first()
    if review is None:
        raise Http404
    return review


def _years(request: HttpRequest) -> dict:
    this = request.viewer.today.year
    return {"begin_years": [this, this - 1], "may_begin": can(request.viewer, "accountability.review")}
