"""The committee's decisions: its own grades within the quota, and the meeting that approves the whole."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.shortcuts import get_object_or_404

from appraisal.canonical import decided_digest, rows_of
from appraisal.models import CommitteeDecision, PublicNotice, YearEnd, YearResult, YearState
from appraisal.selectors import decision_obstacles, grade_steps, standing_notice, year_frame
from appraisal.selectors.composing import grade_refusal
from appraisal.services._year import locked_year, open_for_grades, said
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import today


@transaction.atomic
def decide_grade(
    *,
    actor: Viewer,
    result_id: int,
    grade: str,
    reason: str,
    document_no: str = "",
    is_over_quota: bool = False,
) -> YearResult:
    """The committee's grade for one branch, with the reason; an empty grade takes the decision back.

    Never better than the total or a decided veto allows, and within the quota; only where a tie lies across its
    border may the committee go beyond it (`is_over_quota`), with a document number.
    """
    result = get_object_or_404(YearResult, pk=result_id)
    year_end = locked_year(actor=actor, year_end_id=result.year_end_id)
    open_for_grades(year_end)
    result.refresh_from_db()
    if result.revision != year_end.revision:
        raise Conflict("这是以前版次的结果，不能改写。", remedy="请在当前版次中办理。")
    before = audit.snapshot(result, DECIDED)
    exceeds = _check_grade(result, year_end, grade, wants_override=is_over_quota)
    result.decided_grade = grade
    result.decision_reason = said(reason, what="审定说明", limit=200) if grade else ""
    result.decision_document = _document(document_no, is_needed=exceeds) if grade else ""
    result.is_over_quota = exceeds
    result.save(update_fields=DECIDED)
    audit.record(actor=actor, action="year.grade", target=result, before=before, after=audit.snapshot(result, DECIDED))
    return result


DECIDED = ["decided_grade", "decision_reason", "decision_document", "is_over_quota"]


@transaction.atomic
def record_decision(
    *, actor: Viewer, year_end_id: int, held_on: date | None, document_no: str, text: str, now: datetime
) -> CommitteeDecision:
    """Enter the meeting's decision on what was on notice; only after the notice has run its five working days."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id, action="year.publish")
    if year_end.state != YearState.NOTICED:
        raise Conflict("还没有公示，或已提请发布。", remedy="审定在公示期满之后登记。")
    notice = standing_notice(year_end)
    assert notice is not None  # the state says so
    _check_over(notice, today(now))
    if obstacles := decision_obstacles(year_end):
        raise Conflict("还不能审定：" + "；".join(obstacles), remedy="请办完以上事项再登记。")
    if held_on is None or not notice.ends_on < held_on <= today(now):
        words = f"会议日期应在公示截止（{notice.ends_on.isoformat()}）之后、今天或以前。"
        raise InvalidInput(words, fields={"held_on": [words]})
    decision = CommitteeDecision.objects.create(
        root_id=year_end.root_id,
        year_end=year_end,
        notice=notice,
        revision=year_end.revision,
        attempt=_next_attempt(year_end),
        held_on=held_on,
        document_no=said(document_no, what="审定文号", limit=60),
        text=said(text, what="党委会审定意见", limit=2000),
        digest=decided_digest(rows_of(year_end)),
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    audit.record(actor=actor, action="year.decide", target=decision, summary=f"党委会审定，{decision.document_no}")
    return decision


def _check_grade(result: YearResult, year_end: YearEnd, grade: str, *, wants_override: bool) -> bool:
    """Whether the grade goes beyond the quota on the committee's own record; raises where it may not be given."""
    if grade and grade not in [step.code for step in grade_steps(year_frame(year_end))]:
        raise InvalidInput("请从方案的等次中选择。", fields={"grade": ["请从方案的等次中选择。"]})
    why = grade_refusal(year_end, result, grade)
    if why is None:
        return False
    if why.may_override and wants_override and grade:
        return True
    raise Conflict(why.words, remedy=why.remedy)


def _document(document_no: str, *, is_needed: bool) -> str:
    if is_needed:
        return said(document_no, what="超名额审定的文号", limit=60)
    return document_no.strip()[:60]


def _check_over(notice: PublicNotice, day: date) -> None:
    if day <= notice.ends_on:
        raise Conflict(f"公示到{notice.ends_on.isoformat()}，还不能审定。", remedy="请在公示期满后登记审定。")


def _next_attempt(year_end: YearEnd) -> int:
    earlier = CommitteeDecision.objects.filter(year_end=year_end, revision=year_end.revision)
    return (earlier.aggregate(last=Max("attempt"))["last"] or 0) + 1
