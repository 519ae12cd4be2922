"""Accountability reviews and democratic appraisals for tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from appraisal.models import AccountabilityReport, AccountabilityReview
from appraisal.services import accountability, review_meeting

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
