"""What the demo's branches did, day by day, as real ones would leave it; pure data from a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from core.periods import Month

from . import texts
from .cast import BranchPlan


@dataclass
class Gathering:
    """One gathering: `absent` maps the place of a person in the branch's list to an attendance status."""

    kind: str
    held_on: date
    starts: time
    title: str
    sent_on: date
    approved_on: date
    tags: list[str] = field(default_factory=list)
    group: int | None = None
    absent: dict[int, str] = field(default_factory=dict)
    returned_reason: str = ""
    agenda: str = ""
    first_agenda: str = ""
    speeches: tuple[str, int, int] = ("", 0, 0)
    resolution: str = ""
    place: str = ""
    joint_with: int | None = None
    for_year: int | None = None
    talks: list[tuple[int, int]] = field(default_factory=list)
    by_secretary: bool = False


@dataclass
class ClaimPlan:
    """One claim for what no feature reports yet."""

    metric: str
    happened_on: date
    quantity: int
    note: str
    approved_on: date
    occurrence: str = ""


class BranchStory:
    """The records one branch leaves from `first` to `today`; the same seed gives the same story."""

    def __init__(self, plan: BranchPlan, place: int, seed: int) -> None:
        self.plan = plan
        self.place = place
        self.rng = random.Random(seed * 1000 + place)

    def gatherings(self, first: Month, today: date) -> Iterator[Gathering]:
        for month in self._months(first, today):
            for gathering in self._month(month):
                if gathering.held_on <= today and gathering.sent_on <= today:
                    yield gathering

    def claims(self, first: Month, today: date) -> Iterator[ClaimPlan]:
        for month in self._months(first, today):
            for claim in self._month_claims(month):
                if claim.happened_on <= today and claim.quantity:
                    yield claim

    def _months(self, first: Month, today: date) -> list[Month]:
        founded = Month.of(self.plan.founded_on)
        return max(first, founded.next).until(Month.of(today))

    def _keeps(self, weight: float = 0.6) -> bool:
        """Whether the branch does what is due: nearly always where it is diligent."""
        return self.rng.random() > (1 - self.plan.diligence) * weight

    # -- one month ---------------------------------------------------------------------------

    def _month(self, month: Month) -> Iterator[Gathering]:
        plan, quarter_end = self.plan, month.number % 3 == 0
        if plan.has_committee and self._keeps():
            yield self._committee_meeting(month)
        if self._keeps(0.45):
            yield self._theme_day(month)
        for group in range(plan.groups):
            if self._keeps(0.8):
                yield self._gathering("group_meeting", month, 18 + group * 2, f"{month.number}月党小组会", group=group)
        if quarter_end and self._keeps(0.5):
            yield self._gathering("general_meeting", month, 20, f"第{month.quarter}季度支部党员大会")
        if month.number % 3 == 2 and self._keeps(0.6):
            lecture = self._gathering("party_lecture", month, 22, f"党课：{texts.LECTURES[month.quarter - 1]}")
            lecture.by_secretary = month.quarter == 2
            yield lecture
        if month.number % 3 == 1 and self._keeps(0.6):
            yield self._gathering("party_affairs_meeting", month, 9, f"第{month.quarter}季度党建工作例会")
        yield from self._yearly(month)

    def _yearly(self, month: Month) -> Iterator[Gathering]:
        if month.number == 1 and self._keeps(0.4):
            yield self._gathering("annual_party_work_meeting", month, 15, f"{month.year}年党建工作专题会议")
        if month.number == 2 and self._keeps(0.3):
            life = self._gathering("org_life_meeting", month, 12, f"{month.year - 1}年度组织生活会")
            life.for_year = month.year - 1
            yield life
        if month.number in (4, 8, 11):
            yield self._talks(month)

    def _committee_meeting(self, month: Month) -> Gathering:
        meeting = self._gathering("committee_meeting", month, 4, f"{month.number}月支部委员会会议")
        meeting.agenda = self.rng.choice(texts.COMMITTEE_AGENDA)
        if self._keeps(0.7):
            meeting.tags.append("first_agenda")
            meeting.first_agenda = self.rng.choice(texts.FIRST_AGENDA)
        return meeting

    def _theme_day(self, month: Month) -> Gathering:
        day = self._gathering("theme_day", month, 11, f"主题党日：{texts.THEMES[month.number - 1]}")
        if self._keeps(0.5):
            day.tags.append("integrity_education")
        if month.number in (5, 10) and self.plan.diligence > 0.85:
            day.joint_with = self.place ^ 1  # neighbours hold it together; the even one keeps the record
        return day

    def _talks(self, month: Month) -> Gathering:
        talk = self._gathering("heart_talk", month, 24, f"{month.number}月谈心谈话")
        third = {4: 0, 8: 1, 11: 2}[month.number]
        people = [n for n in range(1, self.plan.size) if n % 3 == third]
        if not self._keeps(0.9):
            people = people[:-1]
        talk.talks = [(0, person) for person in people]
        return talk

    def _gathering(self, kind: str, month: Month, around: int, title: str, group: int | None = None) -> Gathering:
        rng = self.rng
        held_on = _weekday(date(month.year, month.number, min(around + rng.randint(0, 3), 28)))
        sent_on = held_on + timedelta(days=rng.randint(0, 3))
        if not self._keeps(0.35):
            late = month.record_deadline.date() + timedelta(days=rng.choice((1, 2, 4, 9, 38)))
            sent_on = max(sent_on, late)
        first, second = rng.sample(range(min(self.plan.size, 8)), 2)
        gathering = Gathering(
            kind=kind,
            held_on=held_on,
            starts=time(rng.choice((9, 14, 15)), rng.choice((0, 30))),
            title=title,
            sent_on=sent_on,
            approved_on=sent_on + timedelta(days=rng.randint(1, 4)),
            group=group,
            absent=self._absences(),
            agenda=title,
            speeches=(rng.choice(texts.SPEECHES), first, second),
            resolution=rng.choice(texts.RESOLUTIONS),
            place=rng.choice(texts.PLACES),
        )
        if not self._keeps(0.12):
            gathering.returned_reason = rng.choice(texts.RETURN_REASONS)
        return gathering

    def _absences(self) -> dict[int, str]:
        chance = 0.03 + (1 - self.plan.diligence) * 0.35
        kinds = ("leave_official", "leave_official", "leave_sick", "leave_personal", "late", "absent")
        return {n: self.rng.choice(kinds) for n in range(self.plan.size) if self.rng.random() < chance}

    # -- what no feature reports yet ----------------------------------------------------------

    def _month_claims(self, month: Month) -> Iterator[ClaimPlan]:
        size, end = self.plan.size, month.last_day
        unpaid = 0 if self._keeps(0.5) else 1
        yield self._claim("dues.due", end, size, f"{month.number}月应交党费{size}人")
        yield self._claim("dues.paid_on_time", end, size - unpaid, f"{month.number}月按月足额交纳{size - unpaid}人")
        if month.number % 3 == 0:
            yield from self._quarter_claims(month)
        yield from self._yearly_claims(month)

    def _quarter_claims(self, month: Month) -> Iterator[ClaimPlan]:
        end, done = month.last_day, self._keeps(0.6)
        yield self._claim("integrity_task.due", end, 2, "本季度到期清廉交通任务2项")
        yield self._claim("integrity_task.closed_on_time", end, 2 if done else 1, "其中按期办结")
        yield self._claim("control_measure.due", end, 4, "本季度到期防控措施4项")
        yield self._claim("control_measure.on_time", end, 4 if self._keeps(0.6) else 3, "其中按期落实")
        yield self._claim("disclosure.published", end - timedelta(days=5), int(self._keeps(0.5)), "党务公开栏一期")
        yield self._claim("member.with_minimum", end, self.plan.size, "有最低学分要求的党员")
        yield self._claim("member.credits_on_pace", end, self.plan.size - (0 if self._keeps(0.8) else 1), "学分进度达标")
        if month.number in (3, 9):
            yield self._claim("holiday_ack.due", end, self.plan.size, "节前廉政提醒应签收")
            yield self._claim("holiday_ack.on_time", end, self.plan.size - (0 if self._keeps(0.9) else 1), "节前签收")
        if self.plan.rank_group == "建设":
            yield self._claim("high_risk.review_due", end, 1, "高等级风险点应按季复核")
            yield self._claim("high_risk.reviewed", end, int(self._keeps(0.5)), "高等级风险点已复核")

    def _yearly_claims(self, month: Month) -> Iterator[ClaimPlan]:
        year, number = month.year, month.number
        day = date(year, number, 1 + self.rng.randint(7, 24))
        if number == 1:
            yield self._claim("annual_plan.sent", day, int(self._keeps(0.4)), f"{year}年度工作计划")
        if number == 2:
            yield self._claim("democratic_appraisal.closed", day, int(self._keeps(0.3)), f"{year - 1}年度民主评议党员")
        if number == 3:
            yield self._claim("risk_review.sent", day, int(self._keeps(0.4)), f"{year}年度廉政风险点排查")
        if number == 7:
            yield self._claim("half_year_summary.sent", date(year, 7, 6), int(self._keeps(0.4)), f"{year}年半年小结")
        if number == 9 and self.plan.diligence > 0.9:
            yield self._claim("lead_project.done", day, 1 + (self.place % 3), "领办项目办结")
        if number == 11 and self.place % 9 == 7:
            yield self._claim("P04", day, 1, "获局级先进党组织表彰", f"honour-{year}-{self.place}")
        if number == 8 and self.place in (7, 13):
            yield self._claim("P06", day, 1, "防汛抢险保通获通报表扬", f"flood-{year}")
        if number == 10 and self.place == 22:
            yield self._claim("N01", day, 1, "被上级党组织通报批评")
        if number == 12:
            yield self._claim("annual_summary.sent", day, int(self._keeps(0.3)), f"{year}年度工作总结")
            yield self._claim("accountability_report.sent", day, int(self._keeps(0.3)), f"{year}年度述职报告")

    def _claim(self, metric: str, on: date, quantity: int, note: str, occurrence: str = "") -> ClaimPlan:
        return ClaimPlan(metric, on, quantity, note, on + timedelta(days=self.rng.randint(2, 6)), occurrence)


def _weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)
