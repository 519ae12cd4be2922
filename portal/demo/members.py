"""The demo's members as they are scored: the scheme of this year, what is entered about them, classes and marks."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from activities.models import ClaimState, MemberClaim
from activities.services.member_claims import SOURCE
from assessment.ledger import FactSpec
from assessment.members import ledger, rollup, schemes
from assessment.members.reminders import remind
from assessment.models import ClassOverride, MemberReviewMark
from branches.models import Member
from core.periods import Month
from core.periods import today as today_of

from .records import at
from .register import DemoBranch, Register

SEED = 413
WAITS = 12  # days after which the branch has looked at what its members entered


@dataclass(frozen=True)
class Plan:
    """One thing entered: what, how much (thousandths), why; who sits there enters deductions, members the rest."""

    metric: str
    day: int
    milli: int
    note: str
    base_metric: str = ""
    base_milli: int = 0
    by_branch: bool = False
    starts_at: time | None = None
    ends_at: time | None = None


def begin_members(register: Register, today: date) -> None:
    """Members are scored from this year on, as where a committee begins to; a shift worker is in a class of their own."""
    schemes.load_default(today.year, register.root, now=at(date(today.year, 1, 2), 9))
    for branch in (register.branches[21], register.branches[15]):
        person = branch.members[-1]
        ClassOverride.objects.create(
            root=register.root,
            member=person,
            class_code="M3",
            from_on=date(today.year, 1, 1),
            basis="1月支部委员会会议",
            set_at=at(date(today.year, 1, 9), 10),
        )


def pass_of_members(register: Register, month: Month, until: datetime) -> None:
    """One month of the members: what was entered, and the half-year's marks; the closing computes their scores."""
    if schemes.scheme_for(register.root.pk, month) is None:
        return
    claims = [claim for branch in register.branches for claim in _month_of(branch, month, until)]
    _save(claims, until)
    if month.number == 6:
        _marks(register, month, until)


def finish_members(register: Register, now: datetime) -> None:
    """The months still open, and today's warnings."""
    rollup.nightly(register.root.pk, now=now)
    remind(root_id=register.root.pk, today=today_of(now), now=now)


def _month_of(branch: DemoBranch, month: Month, until: datetime) -> list[MemberClaim]:
    """What the people of one branch entered in a month, up to a moment."""
    rng = random.Random(f"{SEED}-{branch.place}-{month.key}")
    found = []
    for member in branch.members:
        for plan in _plans(branch, month, rng):
            day = date(month.year, month.number, plan.day)
            if at(day, 18) <= until:
                found.append(_claim(branch.row, member, plan, day, until))
    return found


def _plans(branch: DemoBranch, month: Month, rng: random.Random) -> list[Plan]:
    keen = branch.plan.diligence
    found = []
    if rng.random() < 0.10 * keen:
        found.append(Plan("credit.K06", rng.randint(3, 26), 2000, "必修课通过小测"))
    if rng.random() < 0.05 * keen:
        found.append(Plan("credit.K07", rng.randint(3, 26), 1000, "学习心得一篇，存支部学习台账"))
    if month.number in (3, 9) and branch.place % 3 == 1 and rng.random() < 0.4:
        found.append(Plan("member.volunteer_hours", rng.randint(3, 26), 4000, "社区报到，清扫路面"))
    if month.number == 5 and rng.random() < 0.12:
        day = rng.randint(6, 26)
        found.append(Plan("credit.K02", day, 4000, "市委党校专题班", starts_at=time(8, 30), ends_at=time(11, 30)))
    if month.number == 10 and branch.place % 4 == 2:
        done = 3000 if rng.random() < 0.8 else 2000
        found.append(Plan("member.tasks_on_time", 20, done, "三季度任务单", "member.tasks_due", 3000, by_branch=True))
    if month.number == 11 and branch.place in (8, 9, 14):
        mark = rng.choice((95, 92, 88, 84, 76)) * 1000
        found.append(
            Plan("member.best_test_mark", 6, mark, "年度测试", "member.test_full_mark", 100_000, by_branch=True)
        )
    if month.number == 7 and branch.place in (7, 20) and rng.random() < 0.15:
        found.append(Plan("member.dues_late", 12, 1000, "7月党费登记表", by_branch=True))
    return found


def _claim(branch, member: Member, plan: Plan, day: date, until: datetime) -> MemberClaim:
    sent = at(day, 17)
    is_done = plan.by_branch or (until - sent).days >= WAITS
    return MemberClaim(
        root=branch.root,
        branch=branch,
        member=member,
        metric=plan.metric,
        happened_on=day,
        month=Month.of(day).key,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        quantity_milli=plan.milli,
        base_metric=plan.base_metric,
        base_milli=plan.base_milli,
        note=plan.note,
        state=ClaimState.APPROVED if is_done else ClaimState.SUBMITTED,
        revision=1,
        is_own=not plan.by_branch,
        created_at=sent,
        first_submitted_at=sent,
        reviewed_at=sent if is_done else None,
    )


def _save(claims: list[MemberClaim], until: datetime) -> None:
    MemberClaim.objects.bulk_create(claims)
    ledger.record_facts([spec for claim in claims for spec in _specs(claim)], now=until)


def _specs(claim: MemberClaim) -> list[FactSpec]:
    parts = [(claim.metric, claim.quantity_milli)]
    if claim.base_metric:
        parts.append((claim.base_metric, claim.base_milli))
    return [
        FactSpec(
            root_id=claim.root_id,
            branch_id=claim.branch_id,
            member_id=claim.member_id,
            metric=metric,
            happened_on=claim.happened_on,
            source_type=SOURCE,
            source_id=claim.pk,
            revision=1,
            label=claim.note,
            url=f"/member-claims/{claim.pk}/",
            entered_at=claim.created_at,
            quantity=Decimal(milli) / 1000,
            confirmed=claim.state == ClaimState.APPROVED,
        )
        for metric, milli in parts
    ]


def _marks(register: Register, month: Month, until: datetime) -> None:
    """The half-year's marks of unit heads, of the branches that enter them."""
    rows = []
    for branch in register.branches[5:20]:
        rng = random.Random(f"{SEED}-{branch.place}-marks")
        for member in branch.members:
            rows.append(
                MemberReviewMark(
                    root=register.root,
                    member=member,
                    rule_code="MD1",
                    year=month.year,
                    half=1,
                    factor=(78 + rng.randint(0, 20)) * 10_000,
                    counts_from=month.key,
                    marked_at=until,
                )
            )
    MemberReviewMark.objects.bulk_create(rows)
