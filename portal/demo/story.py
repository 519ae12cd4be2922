"""What the demo's branches did, day by day, as real ones would leave it; pure data from a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from core.periods import Month

from . import texts
from .cast import BRANCHES, BranchPlan

JOINT_MONTHS = (4, 6, 9, 10)


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
    """One claim for what no feature reports yet; `base` is its denominator where the scheme has one."""

    metric: str
    happened_on: date
    quantity: int
    note: str
    sent_on: date
    approved_on: date
    base: int = 0
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
                if claim.sent_on <= today and (claim.quantity or claim.base):
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
        if self._keeps(0.45) and not (self._is_joint(month) and self.place % 2):
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
        yield from self._papers(month)

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
        if self._is_joint(month):
            day.joint_with = self.place + 1
            day.tags.append("joint_activity")
        return day

    def _is_joint(self, month: Month) -> bool:
        """Four times a year two neighbours hold the theme day together; the one with the even place keeps the record."""
        pair = (self.plan, BRANCHES[self.place ^ 1])
        return month.number in JOINT_MONTHS and all(
            plan.diligence > 0.78 and plan.founded_on < month.first_day for plan in pair
        )

    def _papers(self, month: Month) -> Iterator[Gathering]:
        if month.number == 1 and self._keeps(0.4):
            yield self._paper(
                "annual_plan", date(month.year, 1, 8 + self.rng.randint(0, 20)), f"{month.year}年度工作计划"
            )
        if month.number == 7 and self._keeps(0.4):
            yield self._paper(
                "half_year_summary", date(month.year, 7, 3 + self.rng.randint(0, 6)), f"{month.year}年半年小结"
            )
        if month.number == 12 and self._keeps(0.3):
            yield self._paper(
                "annual_summary", date(month.year, 12, 12 + self.rng.randint(0, 15)), f"{month.year}年度工作总结"
            )
        if month.number % 3 == 0 and self._keeps(0.5):
            on = date(month.year, month.number, 15 + self.rng.randint(0, 10))
            yield self._paper("disclosure", on, f"第{month.quarter}季度党务公开")

    def _paper(self, kind: str, on: date, title: str) -> Gathering:
        approved_on = on + timedelta(days=self.rng.randint(1, 4))
        return Gathering(kind, on, time(9), title, sent_on=on, approved_on=approved_on, agenda=title)

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
        first, second = rng.sample(range(2 if not self.plan.has_committee else 3), 2)
        gathering = Gathering(
            kind=kind,
            held_on=held_on,
            starts=time(rng.choice((9, 14, 15)), rng.choice((0, 30))),
            title=title,
            sent_on=sent_on,
            approved_on=sent_on + timedelta(days=rng.randint(1, 7)),
            group=group,
            absent=self._absences(),
            agenda=title,
            speeches=(rng.choice(texts.SPEECHES), first, second),
            resolution=rng.choice(texts.RESOLUTIONS),
            place=rng.choice(texts.PLACES),
        )
        if not self._keeps(0.12):
            everybody_due = kind in ("theme_day", "general_meeting")
            reasons = texts.RETURN_REASONS if everybody_due and gathering.absent else texts.RETURN_REASONS[1:]
            gathering.returned_reason = rng.choice(reasons)
        return gathering

    def _absences(self) -> dict[int, str]:
        chance = 0.03 + (1 - self.plan.diligence) * 0.35
        kinds = ("leave_official", "leave_official", "leave_sick", "leave_personal", "late", "absent")
        return {n: self.rng.choice(kinds) for n in range(self.plan.size) if self.rng.random() < chance}

    # -- what no feature reports yet ----------------------------------------------------------

    def _month_claims(self, month: Month) -> Iterator[ClaimPlan]:
        yield self._share("dues.paid_on_time", month, self.plan.size, 0.5, f"{month.number}月党费收缴登记表")
        if month.number % 3 == 0:
            yield from self._quarter_claims(month)
        yield from self._yearly_claims(month)

    def _quarter_claims(self, month: Month) -> Iterator[ClaimPlan]:
        size = self.plan.size
        yield self._share("integrity_task.closed_on_time", month, 2, 0.6, f"第{month.quarter}季度清廉交通任务清单")
        yield self._share("control_measure.on_time", month, 4, 0.6, f"第{month.quarter}季度防控措施落实记录")
        yield self._share("member.credits_on_pace", month, size, 0.8, "学分统计表")
        if month.number in (3, 9):
            yield self._share("holiday_ack.on_time", month, size, 0.9, "节前提醒签收表")
        if self.plan.rank_group == "建设":
            yield self._share("high_risk.reviewed", month, 1, 0.5, "高等级风险点季度复核记录")

    def _share(self, metric: str, month: Month, base: int, weight: float, note: str) -> ClaimPlan:
        """So many of `base` done: all, or one short where the branch did not keep up."""
        return self._claim(metric, month.last_day, base - (0 if self._keeps(weight) else 1), note, base=base)

    def _yearly_claims(self, month: Month) -> Iterator[ClaimPlan]:
        year, number = month.year, month.number
        day = date(year, number, 1 + self.rng.randint(7, 24))
        if number == 3:
            yield self._claim("risk_review.sent", day, int(self._keeps(0.4)), f"{year}年度廉政风险点排查")
        if number in (6, 10) and self.plan.diligence > 0.75:
            yield self._claim("lead_project.done", day, 1 + self.place % 2, "领办项目办结，附验收意见")
        if number == 11 and self.place % 9 == 7:
            yield self._claim("bonus.P04", day, 1, "获局级先进党组织表彰", f"交党〔{year}〕{self.place}号")
        if number == 8 and self.place in (7, 13):
            yield self._claim("bonus.P06", day, 1, "防汛抢险保通获通报表扬", f"交防汛〔{year}〕15号")
        if number == 10 and self.place == 22:
            yield self._claim("penalty.N01", day, 1, "被上级党组织通报批评", f"通报〔{year}〕7号")

    def _claim(self, metric: str, on: date, quantity: int, note: str, occurrence: str = "", base: int = 0) -> ClaimPlan:
        sent_on = on + timedelta(days=self.rng.randint(0, 3))
        approved_on = sent_on + timedelta(days=self.rng.randint(1, 3))
        return ClaimPlan(metric, on, quantity, note, sent_on, approved_on, base, occurrence)


def _weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)
