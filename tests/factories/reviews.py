"""Accountability reviews and democratic appraisals for tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from appraisal.models import AccountabilityReport, AccountabilityReview, AppraisalGrade, DemocraticAppraisal
from appraisal.services import accountability, democratic, review_meeting
from appraisal.services.democratic import GradeInput, SessionInput

NOVEMBER = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
DUE = date(2026, 12, 25)


def review_of(cast: Any, *, year: int = 2026, due_on: date = DUE) -> AccountabilityReview:
    return accountability.open_review(
        actor=cast.viewer("officer"), root=cast.root, year=year, due_on=due_on, now=NOVEMBER
    )


def report_of(cast: Any, review: AccountabilityReview, branch: Any = None) -> AccountabilityReport:
    return AccountabilityReport.objects.get(review=review, branch=branch or cast.branch)


def drafted(cast: Any, report: AccountabilityReport, *, by: str = "secretary") -> AccountabilityReport:
    return accountability.draft_text(
        actor=cast.viewer(by), report_id=report.pk, version=None, afresh=False, now=NOVEMBER
    )


def sent(cast: Any, report: AccountabilityReport, *, by: str = "secretary", now: datetime = NOVEMBER) -> Any:
    report = drafted(cast, report, by=by)
    return accountability.send_report(
        actor=cast.viewer(by), report_id=report.pk, version=report.version, text=report.text, now=now
    )


def accepted(cast: Any, report: AccountabilityReport, *, by: str = "secretary") -> AccountabilityReport:
    sent(cast, report, by=by)
    return accountability.accept_report(actor=cast.viewer("second_officer"), report_id=report.pk, now=NOVEMBER)


def held(cast: Any, review: AccountabilityReview) -> AccountabilityReview:
    return review_meeting.hold_meeting(
        actor=cast.viewer("officer"),
        review_id=review.pk,
        meeting_on=date(2026, 11, 19),
        place="三楼会议室",
        chaired_by="高书记",
        now=NOVEMBER,
    )


def assessed(cast: Any, report: AccountabilityReport, grade: str = "good", **words: str) -> AccountabilityReport:
    given = {"comment": "抓得实", "reason": "", **words}
    return review_meeting.assess_report(
        actor=cast.viewer("officer"), report_id=report.pk, grade=grade, now=NOVEMBER, **given
    )


def appraisal_of(cast: Any, *, year: int = 2026, by: str = "secretary") -> DemocraticAppraisal:
    return democratic.begin_appraisal(actor=cast.viewer(by), branch=cast.branch, year=year, now=NOVEMBER)


def decide(cast: Any, appraisal: DemocraticAppraisal, best: int = 0, *, by: str = "secretary", **session: Any) -> int:
    """The first `best` full members 优秀, the others 合格."""
    graded = [person.pk for person in appraisal.people.filter(is_graded=True)]
    grades = {pk: AppraisalGrade.EXCELLENT if n < best else AppraisalGrade.PASS for n, pk in enumerate(graded)}
    given = {"held_on": date(2026, 11, 18), "decided_by": "meeting", "place": "党员活动室", **session}
    return democratic.decide_grades(
        actor=cast.viewer(by),
        appraisal_id=appraisal.pk,
        session=SessionInput(**given),
        grades={pk: GradeInput(grade) for pk, grade in grades.items()},
        now=NOVEMBER,
    )


def approved(cast: Any, appraisal: DemocraticAppraisal, best: int = 0) -> DemocraticAppraisal:
    decide(cast, appraisal, best)
    democratic.send_appraisal(actor=cast.viewer("secretary"), appraisal_id=appraisal.pk, now=NOVEMBER)
    return democratic.approve_appraisal(actor=cast.viewer("officer"), appraisal_id=appraisal.pk, now=NOVEMBER)
