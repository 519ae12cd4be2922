"""The review's meeting: its ballots, the committee's comment and grade, what is to be mended, the circular."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from appraisal.models import AccountabilityReport, AccountabilityReview, PollKind, ReportState, ReviewState
from appraisal.rules.ballots import MARKS
from appraisal.selectors.accountability import poll_results_of, review_rule
from appraisal.services._year import said
from appraisal.services.accountability import locked_report, locked_review, review_still_open
from appraisal.services.poll_setup import create_poll
from assessment.marks import give_mark
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import today
from worklists.models import Item
from worklists.services import open_item

GRADES = {choice.code: choice.name for choice in MARKS}


@transaction.atomic
def begin_ballot(*, actor: Viewer, review_id: int, now: datetime) -> AccountabilityReview:
    """Set up the ballots of the review; a voided poll is followed by a new one."""
    review = locked_review(actor, review_id)
    _still_open(review)
    if review.poll is not None and review.poll.state != "void":
        raise Conflict("测评已经建立。", remedy="请在“测评投票”中打开。")
    review.poll = create_poll(
        actor=actor, organisation=review.root, year=review.year, kind=PollKind.ACCOUNTABILITY, now=now
    )
    review.save(update_fields=["poll"])
    return review


@transaction.atomic
def hold_meeting(
    *, actor: Viewer, review_id: int, meeting_on: date | None, place: str, chaired_by: str, now: datetime
) -> AccountabilityReview:
    """Enter that the meeting was held: when, where, who was in the chair."""
    review = locked_review(actor, review_id)
    _still_open(review)
    if meeting_on is None or meeting_on > today(now) or meeting_on.year < review.year:
        raise InvalidInput("会议日期应在当年以后、今天或以前。", fields={"meeting_on": ["请填写会议召开日期。"]})
    before = {"meeting_on": review.meeting_on, "place": review.meeting_place}
    review.meeting_on, review.meeting_place = meeting_on, place.strip()[:60]
    review.chaired_by, review.state = chaired_by.strip()[:40], ReviewState.HELD
    review.save()
    after = {"meeting_on": meeting_on, "place": review.meeting_place}
    audit.record(actor=actor, action="review.meet", target=review, before=before, after=after, summary="登记述职评议会")
    return review


@transaction.atomic
def assess_report(
    *, actor: Viewer, report_id: int, comment: str, grade: str, reason: str, now: datetime
) -> AccountabilityReport:
    """The committee's comment and overall grade; where the ballots suggest another grade, the reason is asked.

    The grade is also the mark of the scheme's reviewer rule about the review (A3.4), given anew when it changes.
    """
    report = locked_report(actor, report_id)
    check(actor, "accountability.review", report.branch)
    review_still_open(report)
    if report.review.state != ReviewState.HELD:
        raise Conflict("还没有登记述职评议会。", remedy="请先登记会议，再填写点评和评价。")
    if report.state != ReportState.ACCEPTED:
        raise Conflict("这份报告还没有审阅。", remedy="请先审阅报告，再评价。")
    if grade not in GRADES:
        raise InvalidInput("请选择综合评价。", fields={"grade": ["请选择综合评价。"]})
    _ask_reason(actor, report, grade, reason)
    before = {"comment": report.comment, "grade": report.grade}
    was = report.grade
    report.comment, report.grade, report.grade_reason = comment.strip()[:1000], grade, reason.strip()[:200]
    report.version += 1
    report.save()
    if grade != was:
        _mark(actor, report, now)
    after = {"comment": report.comment, "grade": grade}
    audit.record(actor=actor, action="report.assess", target=report, before=before, after=after, summary=GRADES[grade])
    return report


@transaction.atomic
def demand_rectification(
    *, actor: Viewer, report_id: int, title: str, demand: str, due_on: date | None, now: datetime
) -> Item:
    """One line of the rectification list, closed later by a second person; the same title opens one item."""
    report = locked_report(actor, report_id)
    check(actor, "accountability.review", report.branch)
    title = said(title, what="整改事项", limit=100)
    if due_on is None:
        raise InvalidInput("请填写整改期限。", fields={"due_on": ["请填写整改期限。"]})
    return open_item(
        actor=actor,
        branch=report.branch,
        title=title,
        demand=demand.strip() or title,
        due_on=due_on,
        now=now,
        source=rectification_source(report, title),
        origin_label=f"{report.review}",
        origin_url=reverse("appraisal:report", args=[report.pk]),
    )


def rectification_source(report: AccountabilityReport, title: str) -> str:
    """The natural key of one line: the report and what is to be mended."""
    return f"review:{report.pk}:{hashlib.sha256(title.encode()).hexdigest()[:12]}"


@transaction.atomic
def issue_circular(
    *, actor: Viewer, review_id: int, document_no: str, text: str, now: datetime
) -> AccountabilityReview:
    """Issue the circular (通报): every accepted report is graded by now, and the secretaries see their own result."""
    review = locked_review(actor, review_id)
    _still_open(review)
    if review.state != ReviewState.HELD:
        raise Conflict("还没有登记述职评议会。", remedy="请先登记会议。")
    ungraded = review.reports.filter(grade="").exclude(state=ReportState.DRAFT).select_related("branch")
    if names := [report.branch.short_name for report in ungraded]:
        raise Conflict(f"还有{len(names)}人没有综合评价：{'、'.join(names[:5])}。", remedy="请先逐人评价，再通报。")
    review.circular_no = said(document_no, what="通报文号", limit=60)
    review.circular_text, review.circular_on = said(text, what="通报意见", limit=5000), today(now)
    review.state = ReviewState.CLOSED
    review.save()
    audit.record(actor=actor, action="review.circular", target=review, summary=f"通报{review}，{review.circular_no}")
    return review


def _still_open(review: AccountabilityReview) -> None:
    if review.state == ReviewState.CLOSED:
        raise Conflict("述职评议已经通报，不再改动。", remedy="有错漏的，请另行发文更正。")


def _ask_reason(actor: Viewer, report: AccountabilityReport, grade: str, reason: str) -> None:
    result = poll_results_of(actor, report.review).get(report.branch_id)
    suggested = result.overall if result and result.is_valid else ""
    if suggested and suggested != grade and not reason.strip():
        words = f"测评综合为“{GRADES[suggested]}”，定为“{GRADES[grade]}”的，请写明原因。"
        raise InvalidInput(words, fields={"reason": [words]})


def _mark(actor: Viewer, report: AccountabilityReport, now: datetime) -> None:
    """The reviewer rule of the year's scheme about the review gets the grade as its level."""
    rule = review_rule(report.root_id, report.review.year)
    if rule and any(level["code"] == report.grade for level in rule.levels):
        give_mark(
            actor=actor,
            branch_id=report.branch_id,
            rule_code=rule.code,
            year=report.review.year,
            level=report.grade,
            reason=f"{report.review}结果",
            now=now,
        )
