"""The secretary's report: drafted from the records, saved, sent on time, returned or accepted by the committee."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Min
from django.shortcuts import get_object_or_404
from django.urls import reverse

from activities.selectors.people import secretary_accounts
from appraisal.models import AccountabilityReport, AccountabilityReview, ReportState, ReviewState
from appraisal.rules.provenance import read_figures, refreshed, text_faults
from appraisal.rules.report_draft import draft_report
from appraisal.selectors.report_figures import report_figures, weak_items
from appraisal.services._claimed import claimed_before
from appraisal.services._year import said
from assessment import ledger
from assessment.ledger import FactSpec
from assessment.models import Fact
from branches.models import Appointment, Organisation, Post
from branches.permissions import Viewer, check, visible
from branches.selectors import branches_under
from branches.selectors.organisations import on_day
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from core.periods import today as today_of
from notices.services import notify

SOURCE = "accountability_report"
METRIC = "accountability_report.sent"
LONGEST = 20_000


@transaction.atomic
def open_review(
    *, actor: Viewer, root: Organisation, year: int, due_on: date | None, now: datetime
) -> AccountabilityReview:
    """Begin a year's review: a report for each secretary in office, due on a day; the secretaries are told."""
    check(actor, "accountability.review", root)
    if due_on is None or due_on.year not in (year, year + 1):
        raise InvalidInput("报告截止日期应在当年或次年。", fields={"due_on": ["请填写报告截止日期。"]})
    review, created = AccountabilityReview.objects.get_or_create(
        root=root, year=year, defaults={"due_on": due_on, "opened_by_id": actor.user_id, "opened_at": now}
    )
    if not created:
        raise Conflict(f"{year}年度述职评议已经部署。", remedy="请刷新页面后再看。")
    branches = list(branches_under(root.pk, today_of(now)).order_by("sort_key", "code"))
    _add_reports(review, branches, today_of(now))
    audit.record(actor=actor, action="review.open", target=review, summary=f"部署{review}，{due_on}前报送")
    for branch in branches:
        _tell(branch, f"请在{due_on:%m月%d日}前报送{year}年度述职报告", f"review:{review.pk}:open", now, review.year)
    return review


@transaction.atomic
def add_missing_reports(*, actor: Viewer, review_id: int, now: datetime) -> int:
    """Reports for secretaries who took office since; how many are new."""
    review = locked_review(actor, review_id)
    branches = branches_under(review.root_id, today_of(now)).exclude(
        pk__in=AccountabilityReport.objects.filter(review=review).values("branch")
    )
    added = _add_reports(review, list(branches), today_of(now))
    if added:
        audit.record(actor=actor, action="review.add", target=review, summary=f"增加述职{added}人")
    return added


@transaction.atomic
def draft_text(
    *, actor: Viewer, report_id: int, version: int | None, afresh: bool, now: datetime
) -> AccountabilityReport:
    """Fill an empty report from the year's records; a begun one gets the numbers of today where they were not changed.

    `afresh` writes the whole draft again and loses what was typed.
    """
    report = _editable(actor, report_id, version)
    figures = report_figures(report.branch, report.review.year, on=today_of(now))
    if afresh or not report.text.strip():
        weak = weak_items(report.branch, report.review.year, on=today_of(now))
        report.text = draft_report(report.review.year, {one.code: one for one in figures}, weak)
    else:
        new = {one.number: one for one in figures}
        report.text = refreshed(report.text, read_figures(report.figures), new)
    report.figures, report.figures_on = [one.as_row() for one in figures], today_of(now)
    _save(report)
    audit.record(actor=actor, action="report.draft", target=report, summary="按记录起草" if afresh else "更新数据")
    return report


@transaction.atomic
def save_text(*, actor: Viewer, report_id: int, version: int | None, text: str) -> AccountabilityReport:
    """Keep the text as typed."""
    report = _editable(actor, report_id, version)
    report.text = _checked_text(text)
    _save(report)
    audit.record(actor=actor, action="report.save", target=report, summary="保存述职报告")
    return report


@transaction.atomic
def send_report(
    *, actor: Viewer, report_id: int, version: int | None, text: str, now: datetime
) -> AccountabilityReport:
    """Send the report; its numbers must be those of the records. It counts from the day of its first sending."""
    report = _editable(actor, report_id, version)
    report.text = _checked_text(text)
    if len(report.text) < 50:
        raise InvalidInput("述职报告还没有写好。", fields={"text": ["请先起草或填写报告。"]})
    if faults := text_faults(report.text, read_figures(report.figures)):
        words = f"有{len(faults)}处数字与记录不符：{''.join(faults[:3])}"
        raise InvalidInput(words, remedy="请改正数字，或删去数字后面的〔〕标记。", fields={"text": faults})
    report.revision += 1
    report.first_sent_on = report.first_sent_on or today_of(now)
    report.sent_at, report.sent_by_id, report.state = now, actor.user_id, ReportState.SENT
    report.return_reason, report.reviewed_by, report.reviewed_at = "", None, None
    _save(report)
    if not claimed_before(report.branch, METRIC, report.first_sent_on.year, source=SOURCE):
        ledger.record_facts([_fact(report, now)], now=now)
    audit.record(actor=actor, action="report.send", target=report, summary=f"报送{report}")
    return report


@transaction.atomic
def return_report(*, actor: Viewer, report_id: int, reason: str, now: datetime) -> AccountabilityReport:
    """Send a report back with the reason; it counts no longer until it is sent again."""
    report = _under_review(actor, report_id, ReportState.SENT, ReportState.ACCEPTED)
    review_still_open(report)
    report.state, report.return_reason = ReportState.RETURNED, said(reason, what="退回原因")
    report.reviewed_by_id, report.reviewed_at = actor.user_id, now
    _save(report)
    ledger.reverse_source(SOURCE, report.pk, by_id=actor.user_id, reason=report.return_reason, now=now)
    audit.record(actor=actor, action="report.return", target=report, summary=f"退回：{report.return_reason}"[:200])
    words = f"述职报告被退回：{report.return_reason}"
    _tell(report.branch, words, f"report:{report.pk}:{report.revision}", now, report.review.year, "returned")
    return report


@transaction.atomic
def accept_report(*, actor: Viewer, report_id: int, now: datetime) -> AccountabilityReport:
    """The committee has read the report; its fact is confirmed. Nobody accepts what they sent themselves."""
    report = _under_review(actor, report_id, ReportState.SENT)
    report.state, report.reviewed_by_id, report.reviewed_at = ReportState.ACCEPTED, actor.user_id, now
    _save(report)
    ledger.confirm_source(SOURCE, report.pk, by_id=actor.user_id, now=now)
    audit.record(actor=actor, action="report.accept", target=report, summary=f"审阅{report}")
    return report


def locked_review(actor: Viewer, review_id: int) -> AccountabilityReview:
    """The review, locked, if the actor may run it; 404 for another committee's."""
    review = get_object_or_404(
        AccountabilityReview.objects.select_for_update(of=("self",)).select_related("root"), pk=review_id
    )
    check(actor, "accountability.review", review.root)
    return review


def review_still_open(report: AccountabilityReport) -> None:
    """Hold the report's review; Conflict where it was published in a circular: what it judged stays as it was."""
    review = AccountabilityReview.objects.select_for_update().get(pk=report.review_id)
    if review.state == ReviewState.CLOSED:
        raise Conflict("述职评议已经通报，不再改动。", remedy="有错漏的，请另行发文更正。")


def locked_report(actor: Viewer, report_id: int) -> AccountabilityReport:
    """The report, locked, if the actor sees it."""
    rows = visible(AccountabilityReport.objects.all(), actor).select_related("branch", "review", "member")
    return get_object_or_404(rows.select_for_update(of=("self",)), pk=report_id)


def _add_reports(review: AccountabilityReview, branches: list[Organisation], on: date) -> int:
    """One report for each branch whose secretary's post is filled."""
    rows = Appointment.objects.filter(on_day(on), organisation__in=branches, post=Post.SECRETARY)
    first = {row.organisation_id: row.member_id for row in rows.order_by("-from_on", "-pk")}
    made = AccountabilityReport.objects.bulk_create(
        AccountabilityReport(root_id=review.root_id, review=review, branch=branch, member_id=first[branch.pk])
        for branch in branches
        if branch.pk in first
    )
    return len(made)


def _editable(actor: Viewer, report_id: int, version: int | None) -> AccountabilityReport:
    report = locked_report(actor, report_id)
    check(actor, "accountability.write", report.branch)
    if not report.is_editable:
        raise Conflict("述职报告已经报送，不能再改。", remedy="确需修改的，请联系机关党委退回。")
    if version is not None and version != report.version:
        raise Conflict("别人刚刚改过这份报告。", remedy="请刷新页面；您填写的内容保存在草稿里。")
    return report


def _under_review(actor: Viewer, report_id: int, *states: str) -> AccountabilityReport:
    report = locked_report(actor, report_id)
    check(actor, "accountability.review", report.branch)
    if report.state not in states:
        raise Conflict(f"这份报告{report.get_state_display()}。", remedy="请刷新页面后再看。")
    if report.sent_by_id == actor.user_id:
        raise Refused("报告由您报送，不能由您审阅。", remedy="请另一名工作人员审阅。")
    return report


def _save(report: AccountabilityReport) -> None:
    report.version += 1
    report.save()


def _checked_text(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise InvalidInput("述职报告超过2万字。", fields={"text": ["请精简到2万字以内。"]})
    return f"{text}\n" if text else ""


def _fact(report: AccountabilityReport, now: datetime) -> FactSpec:
    assert report.first_sent_on
    return FactSpec(
        root_id=report.root_id,
        branch_id=report.branch_id,
        metric=METRIC,
        happened_on=report.first_sent_on,
        source_type=SOURCE,
        source_id=report.pk,
        revision=report.revision,
        label=str(report),
        url=reverse("appraisal:report", args=[report.pk]),
        entered_at=_first_entry(report) or now,
        entered_by_id=report.sent_by_id,
    )


def _first_entry(report: AccountabilityReport) -> datetime | None:
    """When a returned report was first sent: sent again, it keeps that moment (scoring.md, Fact)."""
    told = Fact.objects.filter(
        root_id=report.root_id, branch_id=report.branch_id, source_type=SOURCE, source_id=report.pk
    )
    return told.aggregate(first=Min("entered_at"))["first"]


def _tell(branch: Organisation, title: str, key: str, now: datetime, year: int, kind: str = "year_end") -> None:
    accounts = secretary_accounts([branch.pk], today_of(now)).get(branch.pk, [])
    notify(
        recipients=accounts,
        kind=kind,
        title=title,
        url=reverse("appraisal:reviews_year", args=[year]),
        dedupe_key=f"{key}:{branch.pk}",
        root_id=branch.root_id,
        now=now,
    )
