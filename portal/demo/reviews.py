"""The demo's reviews: democratic appraisals each February, the secretaries' review from November to January."""

from __future__ import annotations

import random
from datetime import date, datetime

from appraisal.models import (
    AccountabilityReport,
    AccountabilityReview,
    AppraisedMember,
    PollGroup,
)
from appraisal.rules.democratic import excellent_limit
from appraisal.services import accountability, casting, democratic, poll_setup, polls, review_meeting
from appraisal.services.democratic import GradeInput, SessionInput
from branches.models import User
from branches.permissions import Viewer
from core.periods import Month
from worklists.services import report_done, verify

from .records import at
from .register import DemoBranch, Register

DRAFTED = 6  # reports written from the records; the others are said to have come on paper
RECTIFICATIONS = ("党课质量不高，书记主讲偏少", "谈心谈话没有做到全覆盖", "领办项目推进慢")


def pass_of_reviews(register: Register, month: Month, until: datetime) -> None:
    """What of the reviews falls into a month that goes by until a moment."""
    year = month.year
    if month.number == 2 and until >= at(date(year, 2, 26), 12):
        for branch in _founded(register, date(year, 2, 1)):
            _appraise(register, branch, year - 1)
    if month.number == 11 and until >= at(date(year, 11, 18), 12):
        _begin_year(register, year, is_running=until.month == 11)
    if month.number == 12 and until >= at(date(year + 1, 1, 6), 12):
        _hold_review(register, year)


# -- 民主评议 ---------------------------------------------------------------------------------------


def _appraise(register: Register, branch: DemoBranch, year: int) -> None:
    """One branch from the list of members to the approval; one is late with it, one was sent back."""
    rng = random.Random(year * 100 + branch.place)
    held = date(year + 1, 2, 6 + branch.place % 14)
    secretary = _secretary(branch, held)
    found = democratic.begin_appraisal(actor=secretary, branch=branch.row, year=year, now=at(held, 9))
    people = list(found.people.all())
    if branch.plan.diligence < 0.6:
        return  # begun, and left lying
    limit = excellent_limit(len(people))
    full = [person for person in people if person.is_graded]
    best = {person.pk for person in rng.sample(full, min(limit, max(1, len(full) // 4)))} if limit else set()
    grades = {person.pk: GradeInput("excellent" if person.pk in best else "pass") for person in full}
    for person in full:
        person.self_text, person.self_grade, person.self_on = "按时参加组织生活，履行岗位职责。", "pass", held
        person.proposed_grade = grades[person.pk].grade
    AppraisedMember.objects.bulk_update(full, ["self_text", "self_grade", "self_on", "proposed_grade"])
    democratic.decide_grades(
        actor=secretary,
        appraisal_id=found.pk,
        session=SessionInput(held, "党员活动室", branch.people[0].name, len(people), "meeting", "逐人评议后表决通过。"),
        grades=grades,
        now=at(held, 17),
    )
    democratic.send_appraisal(actor=secretary, appraisal_id=found.pk, now=at(held, 18))
    officer = Viewer.of(register.officers[0], date(year + 1, 2, 25))
    democratic.approve_appraisal(actor=officer, appraisal_id=found.pk, now=at(date(year + 1, 2, 25), 10))


def _begin_year(register: Register, year: int, *, is_running: bool) -> None:
    """In November: reports are asked for, some are written; in the running year one branch is amid its ballots."""
    open_on = date(year, 11, 16)
    officer = Viewer.of(register.officers[0], open_on)
    review = accountability.open_review(
        actor=officer, root=register.root, year=year, due_on=date(year, 12, 25), now=at(open_on, 9)
    )
    for branch in register.branches[7:10]:
        _write(branch, review, on=date(year, 11, 17), sends=branch.place == 7)
    if not is_running:
        return
    first = register.branches[8]
    secretary = _secretary(first, open_on)
    found = democratic.begin_appraisal(actor=secretary, branch=first.row, year=year, now=at(open_on, 10))
    words = "坚持参加主题党日和学习，完成全年检测任务；主动联系群众不够，下步改进。"
    for person in found.people.filter(is_graded=True).order_by("place")[1:6]:
        person.self_text, person.self_grade, person.self_on = words, "pass", open_on
        person.save()
    _vote(democratic.begin_ballot(actor=secretary, appraisal_id=found.pk, now=at(open_on, 10)).poll, secretary, 7)
    poll_setup.create_poll(actor=officer, organisation=register.root, year=year, kind="peers", now=at(open_on, 11))


# -- 述职评议 ---------------------------------------------------------------------------------------


def _hold_review(register: Register, year: int) -> None:
    """From the sending of the reports to the circular in January, with ballots and what is to be mended."""
    first, second = register.officers
    review = AccountabilityReview.objects.filter(root=register.root, year=year).first()
    review = review or accountability.open_review(
        actor=Viewer.of(first, date(year, 11, 16)),
        root=register.root,
        year=year,
        due_on=date(year, 12, 25),
        now=at(date(year, 11, 16), 9),
    )
    for branch in _founded(register, date(year, 11, 16)):
        late = branch.plan.diligence < 0.66
        _write(branch, review, on=date(year, 12, 27 if late else 15 + branch.place % 8), sends=True)
    meeting = date(year, 12, 29)
    officer, other = Viewer.of(first, meeting), Viewer.of(second, meeting)
    for report in AccountabilityReport.objects.filter(review=review, state="sent"):
        accountability.accept_report(actor=other, report_id=report.pk, now=at(date(year, 12, 28), 10))
    review_meeting.hold_meeting(
        actor=officer,
        review_id=review.pk,
        meeting_on=meeting,
        place="局机关三楼会议室",
        chaired_by="江明远",
        now=at(meeting, 16),
    )
    poll = review_meeting.begin_ballot(actor=officer, review_id=review.pk, now=at(meeting, 9)).poll
    assert poll is not None
    PollGroup.objects.filter(poll=poll, branch=None).update(size=9)
    _vote(poll, officer, 40, {branch.row.pk: branch.plan.diligence for branch in register.branches})
    polls.close_poll(actor=officer, poll_id=poll.pk, handed_out={}, now=at(meeting, 15))
    _judge(register, review, officer, meeting)
    day = date(year + 1, 1, 5)
    text = "各支部书记抓党建的责任意识增强，组织生活更加规范。\n问题集中在党课质量、谈心谈话覆盖面和领办项目进度，请对照清单限期整改。"
    review_meeting.issue_circular(
        actor=Viewer.of(first, day),
        review_id=review.pk,
        document_no=f"交机党〔{year + 1}〕1号",
        text=text,
        now=at(day, 10),
    )


def _judge(register: Register, review: AccountabilityReview, officer: Viewer, meeting: date) -> None:
    """Comments and grades; three of the weakest get something to mend: one done, one waiting, one overdue."""
    by_branch = {branch.row.pk: branch for branch in register.branches}
    reports = list(AccountabilityReport.objects.filter(review=review, state="accepted").order_by("pk"))
    for report in reports:
        quality = by_branch[report.branch_id].plan.diligence
        good = quality > 0.75
        review_meeting.assess_report(
            actor=officer,
            report_id=report.pk,
            comment="思路清、措施实，成效明显。" if good else "工作有进展，但基础工作不够扎实，问题剖析还要深入。",
            grade="good" if quality > 0.86 else "fair" if quality > 0.7 else "plain",
            reason="结合平时考核和现场核查情况研究确定",
            now=at(meeting, 17),
        )
    weakest = sorted(reports, key=lambda report: by_branch[report.branch_id].plan.diligence)[:3]
    for n, (report, title) in enumerate(zip(weakest, RECTIFICATIONS, strict=False)):
        item = review_meeting.demand_rectification(
            actor=officer,
            report_id=report.pk,
            title=title,
            demand=f"{title}，请制定措施，限期改正并附佐证。",
            due_on=date(review.year + 1, *((3, 31), (6, 30), (12, 15))[n]),
            now=at(meeting, 18),
        )
        if n == 0:
            _mend(register, by_branch[report.branch_id], item.pk, date(review.year + 1, 1, 4))


def _mend(register: Register, branch: DemoBranch, item_id: int, on: date) -> None:
    words = "已制定书记讲党课计划，1月4日开讲第一课，附课件存支部。"
    report_done(actor=_secretary(branch, on), item_id=item_id, note=words, now=at(on, 15))
    other = Viewer.of(register.officers[1], on)
    verify(actor=other, item_id=item_id, note="课件和签到属实。", now=at(on, 17))


def _write(branch: DemoBranch, review: AccountabilityReview, *, on: date, sends: bool) -> None:
    """One report: drafted from the records, or (to keep the demo quick) said in a few words; sent or not."""
    report = AccountabilityReport.objects.filter(review=review, branch=branch.row).first()
    if report is None or not report.is_editable:
        return
    secretary = _secretary(branch, on)
    if branch.place < DRAFTED or branch.place in (7, 8):
        report = accountability.draft_text(
            actor=secretary, report_id=report.pk, version=None, afresh=False, now=at(on, 9)
        )
    text = report.text or (
        "一、履行党建工作责任情况\n支部按计划开展组织生活，书记带头讲党课、带头谈心谈话，党建和业务一起部署。\n"
        "二、存在的主要问题\n理论学习不够深入，活动形式偏少。\n三、下一步工作打算\n逐项整改，提高组织生活质量。"
    )
    given = {"actor": secretary, "report_id": report.pk, "version": None, "text": text}
    if sends:
        accountability.send_report(**given, now=at(on, 16))
    elif not report.text:
        accountability.save_text(**given)


def _vote(poll, actor: Viewer, count: int, quality: dict[int, float] | None = None) -> None:
    """So many of the slips come back, in the manner of the branches' diligence."""
    rng = random.Random(poll.year)
    slips = polls.issue_codes(actor=actor, poll_id=poll.pk)
    for slip in rng.sample(slips, min(count, len(slips))):
        ballot = casting.ballot_for(slip.code)
        grades = {
            one.pk: _mark(rng, (quality or {}).get(one.branch_id, 0.8), [choice.code for choice in ballot.choices])
            for one in ballot.subjects
        }
        casting.cast_ballot(typed=slip.code, grades=grades)


def _mark(rng: random.Random, quality: float, codes: list[str]) -> str:
    draw = quality + rng.uniform(-0.25, 0.2)
    return codes[0] if draw > 0.75 else codes[1] if draw > 0.5 else codes[2]


def _founded(register: Register, by: date) -> list[DemoBranch]:
    return [branch for branch in register.branches if branch.plan.founded_on <= by]


def _secretary(branch: DemoBranch, on: date) -> Viewer:
    return Viewer.of(User.objects.get(member=branch.members[0]), on)
