"""Members with facts and scores: a branch of people, what they did, and the computed months."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from assessment.ledger import FactSpec
from assessment.members import ledger, rollup, schemes
from assessment.models import MemberMonth, MemberReviewMark, MemberRuleScore
from branches.models import Member, Membership
from core.periods import Month
from tests.factories.assessment import after, noon, spec
from tests.factories.branches import MemberFactory

TODAY = date(2026, 11, 20)


def load_member_scheme(year: int = 2026):
    """The default scheme of members."""
    return schemes.load_default(year)


def member_spec(member: Member, metric: str, day: date, quantity: Any = 1, **fields: Any) -> FactSpec:
    """A confirmed fact about a member, recorded by the branch they are in now unless told otherwise."""
    return spec(fields.pop("branch", member.branch), metric, day, quantity, member_id=member.pk, **fields)


def tell_member(member: Member, metric: str, *days: date, quantity: Any = 1, **fields: Any) -> None:
    """Record one confirmed fact for each of the days."""
    ledger.record_facts([member_spec(member, metric, day, quantity, **fields) for day in days], now=noon(max(days)))


def mark_member(member: Member, rule_code: str, mark: int, *, month: Month) -> MemberReviewMark:
    """A reviewer's mark of 0–100."""
    return MemberReviewMark.objects.create(
        root=member.root,
        member=member,
        rule_code=rule_code,
        year=month.year,
        factor=mark * 10_000,
        counts_from=month.key,
        marked_at=noon(month.first_day),
    )


def roll_members(root, *months: Month, today: date = TODAY) -> None:
    """Compute these months as they stand at the end of each (or today)."""
    for month in months:
        rollup.run(root_id=root.pk, month=month, now=min(after(month), noon(today)))


def earned(member: Member, month: Month) -> dict[str, tuple[int, int]]:
    """By rule code: points earned and available, confirmed, in millionths; of due rules only."""
    rows = MemberRuleScore.objects.filter(member=member, month=month.key, available_confirmed__gt=0)
    return {code: (e, a) for code, e, a in rows.values_list("rule__code", "earned_confirmed", "available_confirmed")}


def standing(member: Member, month: Month) -> MemberMonth:
    return MemberMonth.objects.get(member=member, month=month.key)


def move(member: Member, to, on: date) -> None:
    """The member belongs to another branch from this day on."""
    Membership.objects.filter(member=member, to_on=None).update(to_on=on - timedelta(days=1))
    Membership.objects.create(root=member.root, member=member, branch=to, status=member.status, from_on=on)
    member.branch = to
    member.save()


def people(branch, count: int, **fields: Any) -> list[Member]:
    """So many members of the branch."""
    return [MemberFactory(branch=branch, **fields) for _ in range(count)]
