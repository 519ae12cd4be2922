"""Appeals: filed by the secretary within their days, answered with reasons by somebody else, mended where upheld."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from appraisal.models import Appeal, AppealFile, AppealState, AppealSubject, PublicNotice, YearEnd
from appraisal.rules.appeal import answer_fault, reply_until, standing_key
from appraisal.selectors.appeals import is_year_settled, last_day_to_file, markers_of, restatement_since
from appraisal.selectors.inputs import grade_steps, year_frame
from appraisal.services._year import said
from assessment.rules.terms import POINT
from assessment.statement import statement
from branches.models import Organisation
from branches.permissions import Viewer, check, visible, visible_branches
from branches.selectors.accounts import officer_accounts, officers_over, secretary_accounts
from core import audit, uploads
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.periods import Month
from core.periods import today as today_of
from core.workdays import add_workdays
from notices.services import notify


@dataclass(frozen=True, slots=True)
class AppealInput:
    """What is objected to and why: an item (`B2`) or rule (`B2.1`) of a month, or the year's result (no code)."""

    month: Month
    subject: str
    code: str
    ground: str
    wanted: str


@transaction.atomic
def file_appeal(
    *, actor: Viewer, branch_id: int, given: AppealInput, now: datetime, files: Iterable[Any] = ()
) -> Appeal:
    """One objection of the branch; it holds up the publication of the year until it is answered."""
    branch = visible_branches(actor, "appeal").filter(pk=branch_id).first()
    if branch is None:
        raise Http404
    check(actor, "appeal.file", branch)
    _lock_year(branch.root_id, given.month.year)
    _demand_in_time(branch, given, now)
    label, figure = subject_words(actor, branch, given)
    appeal = _create(actor, branch, given, label, figure, now)
    for upload in files:
        attachment = uploads.accept(upload, actor=actor, root_id=branch.root_id)
        AppealFile.objects.create(root_id=branch.root_id, appeal=appeal, attachment=attachment)
    audit.record(actor=actor, action="appeal.file", target=appeal, summary=f"{branch.short_name}申诉：{label}"[:200])
    officers = officers_over(branch, officer_accounts(branch.root_id, today_of(now)))
    _tell(appeal, officers, f"{branch.short_name}申诉：{label}（{appeal.reply_until:%m月%d日}前答复）", now, "filed")
    return appeal


@transaction.atomic
def withdraw_appeal(*, actor: Viewer, appeal_id: int, now: datetime) -> Appeal:
    """Take an unanswered objection back; it stays on file."""
    appeal = _locked(actor, appeal_id)
    check(actor, "appeal.file", appeal.branch)
    _demand_state(appeal, AppealState.OPEN)
    appeal.state, appeal.standing_key = AppealState.WITHDRAWN, None
    appeal.save(update_fields=["state", "standing_key"])
    audit.record(actor=actor, action="appeal.withdraw", target=appeal, summary=f"撤回申诉：{appeal.label}"[:200])
    return appeal


@transaction.atomic
def answer_appeal(*, actor: Viewer, appeal_id: int, verdict: str, answer: str, now: datetime) -> Appeal:
    """Uphold or reject with reasons, by somebody who neither filed it nor gave the mark."""
    appeal = _locked(actor, appeal_id)
    check(actor, "appeal.answer", appeal.branch)
    _demand_state(appeal, AppealState.OPEN)
    if fault := answer_fault(actor.user_id, filed_by=appeal.filed_by_id, marked_by=markers_of(appeal)):
        raise Refused(fault, remedy="请由机关党委另一位同志登录后答复。")
    if verdict not in (AppealState.UPHELD, AppealState.REJECTED):
        raise InvalidInput("请选择支持或不支持。", fields={"verdict": ["请选择支持或不支持。"]})
    appeal.answer = said(answer, what="答复理由", limit=2000)
    appeal.state, appeal.answered_by, appeal.answered_at = verdict, audit.user_of(actor), now
    if verdict == AppealState.REJECTED:
        appeal.standing_key = None
    appeal.save(update_fields=["answer", "state", "answered_by", "answered_at", "standing_key"])
    words = f"{appeal.get_state_display()}申诉“{appeal.label}”：{appeal.answer}"
    audit.record(actor=actor, action="appeal.answer", target=appeal, summary=words[:200])
    people = secretary_accounts([appeal.branch_id], today_of(now))[appeal.branch_id]
    _tell(appeal, people, f"申诉“{appeal.label}”已答复：{appeal.get_state_display()}", now, "answered")
    return appeal


@transaction.atomic
def record_mending(*, actor: Viewer, appeal_id: int, note: str, now: datetime) -> Appeal:
    """What was mended after an upheld appeal; the restatement of the closed month is linked where there is one."""
    appeal = _locked(actor, appeal_id)
    check(actor, "appeal.answer", appeal.branch)
    if appeal.state != AppealState.UPHELD or appeal.mended_at is not None:
        raise Conflict("只有已支持、还没有更正的申诉才登记更正。", remedy="刷新页面可看到现在的状态。")
    appeal.mend_note = said(note, what="更正说明")
    appeal.restatement = restatement_since(appeal)
    appeal.mended_by, appeal.mended_at, appeal.standing_key = audit.user_of(actor), now, None
    appeal.save(update_fields=["mend_note", "restatement", "mended_by", "mended_at", "standing_key"])
    audit.record(actor=actor, action="appeal.mend", target=appeal, summary=f"更正：{appeal.mend_note}"[:200])
    people = secretary_accounts([appeal.branch_id], today_of(now))[appeal.branch_id]
    _tell(appeal, people, f"申诉“{appeal.label}”已更正", now, "mended")
    return appeal


def subject_words(viewer: Viewer, branch: Organisation, given: AppealInput) -> tuple[str, str]:
    """What is objected to in words, and the figure that stands there now; InvalidInput if there is no such thing."""
    if given.subject == AppealSubject.RESULT:
        return f"{given.month.year}年度考核结果", _result_figure(branch, given.month.year)
    found = statement(viewer, branch.pk, given.month, with_raises=False)
    parts = [part for category in found.categories for part in category.items]
    if given.subject == AppealSubject.ITEM:
        for part in parts:
            if part.item.code == given.code:
                points = f"{_points(part.share.earned)} / {_points(part.share.available)}"
                return f"{part.item.code} {part.item.name}"[:120], points
    if given.subject == AppealSubject.RULE:
        for line in (line for part in parts for line in part.lines):
            if line.rule.code == given.code:
                points = f"{_points(line.result.earned)} / {_points(line.result.available)}"
                return f"{line.rule.code} {line.words}"[:120], points
    raise InvalidInput("得分说明里没有这一项。", remedy="请从得分说明中点要申诉的那一项。")


def _points(millionths: int) -> str:
    hundredths = (millionths * 200 // POINT + 1) // 2
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _result_figure(branch: Organisation, year: int) -> str:
    notice = (
        PublicNotice.objects.filter(year_end__root_id=branch.root_id, year_end__year=year, withdrawn_at__isnull=True)
        .select_related("year_end")
        .order_by("-revision")
        .first()
    )
    shown, grade = (notice.shown if notice else {}).get(str(branch.pk), (None, ""))
    if notice is None or shown is None:
        raise InvalidInput("年终结果还没有公示。", remedy="公示以后才能对结果提出申诉；对各项得分随时可以申诉。")
    names = {step.code: step.name for step in grade_steps(year_frame(notice.year_end))}
    return f"{shown // 100}.{shown % 100:02d}分 {names.get(grade, '')}".strip()


def _demand_in_time(branch: Organisation, given: AppealInput, now: datetime) -> None:
    if is_year_settled(branch.root_id, given.month.year):
        raise Locked(f"{given.month.year}年的结果已提请发布或已发布。", remedy="确有错误的，请书面报机关党委办理更正。")
    may, until = last_day_to_file(branch.root_id, given.month, given.subject)
    if not may:
        raise Conflict("年终结果还没有公示。", remedy="公示以后才能对结果提出申诉；对各项得分随时可以申诉。")
    if until is not None and today_of(now) > until:
        raise Locked(f"申诉期到{until.isoformat()}，已过。", remedy="确有错误的，请书面报机关党委。")


def _create(actor: Viewer, branch: Organisation, given: AppealInput, label: str, figure: str, now: datetime) -> Appeal:
    try:
        with transaction.atomic():
            return Appeal.objects.create(
                root_id=branch.root_id,
                branch=branch,
                year=given.month.year,
                month=given.month.key,
                subject=given.subject,
                code=given.code,
                label=label,
                figure=figure,
                ground=said(given.ground, what="申诉理由", limit=2000),
                wanted=said(given.wanted, what="请求", limit=200),
                standing_key=standing_key(branch.pk, _objected_month(given), given.subject, given.code),
                filed_by=audit.user_of(actor),
                filed_at=now,
                reply_until=reply_until(today_of(now), add_workdays),
            )
    except IntegrityError as error:
        raise Conflict("这一项的申诉正在办理。", remedy="请在申诉列表中查看办理情况。") from error


def _objected_month(given: AppealInput) -> int:
    """A year has one result, from whichever month's page it is objected to."""
    return given.month.year * 100 + 12 if given.subject == AppealSubject.RESULT else given.month.key


def _lock_year(root_id: int, year: int) -> None:
    """Whoever proposes the publication holds this row while looking for open appeals."""
    list(YearEnd.objects.select_for_update().filter(root_id=root_id, year=year).values_list("pk"))


def _locked(actor: Viewer, appeal_id: int) -> Appeal:
    rows = visible(Appeal.objects.select_related("branch"), actor).select_for_update(of=("self",))
    appeal = rows.filter(pk=appeal_id).first()
    if appeal is None:
        raise Http404
    return appeal


def _demand_state(appeal: Appeal, state: str) -> None:
    if appeal.state != state:
        raise Conflict(f"这件申诉现在是“{appeal.get_state_display()}”。", remedy="刷新页面可看到现在的状态。")


def _tell(appeal: Appeal, people: Iterable[int], title: str, now: datetime, key: str) -> None:
    notify(
        recipients=people,
        kind="year_end",
        title=title[:200],
        url=reverse("appraisal:appeal", args=[appeal.pk]),
        dedupe_key=f"appeal:{appeal.pk}:{key}",
        root_id=appeal.root_id,
        now=now,
        reason="这件申诉由您提出或由您答复。",
    )
