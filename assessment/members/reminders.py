"""Who is to be warned of too few credits today: each warning of the scheme once, and only while it is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from assessment.members import schemes
from assessment.models import MemberMonth
from assessment.rules.study import Alert, alert_on, alerts_of
from assessment.selectors.members import credits_at
from branches.models import User
from branches.selectors.accounts import secretary_accounts
from core.periods import Month
from notices.services import notify

TOLD_FOR = timedelta(days=10)  # somebody who comes under it later hears of the next one
WHY = "学分没有达到这时应有的进度；补上以后不再提醒。"
WHY_BRANCH = "您负责本支部党员的学习；补上以后不再提醒。"


@dataclass(frozen=True, slots=True)
class Short:
    """A member with fewer credits than the warning asks (thousandths)."""

    member_id: int
    branch_id: int
    name: str
    credits: int
    minimum: int
    alert: Alert


def shorts(root_id: int, today: date) -> list[Short]:
    """Whom a warning of these days concerns; nobody outside the days after one."""
    month = Month.of(today)
    scheme = schemes.scheme_for(root_id, month)
    if scheme is None:
        return []
    alerts = [one for one in alerts_of(schemes.study_plan(scheme).alerts) if _is_fresh(one, today)]
    rows = MemberMonth.objects.filter(root_id=root_id, month=month.key, credits_minimum__gt=0) if alerts else []
    people = list(rows.select_related("member")) if alerts else []
    credits = credits_at(root_id, month, [row.member_id for row in people])
    found = []
    for row in people:
        mine = credits.get(row.member_id, 0)
        if alert := alert_on(today, alerts, mine, row.credits_minimum):
            found.append(Short(row.member_id, row.branch_id, row.member.name, mine, row.credits_minimum, alert))
    return found


def _is_fresh(alert: Alert, today: date) -> bool:
    begins = date(today.year, alert.month, alert.day)
    return begins <= today <= begins + TOLD_FOR


def remind(*, root_id: int, today: date, now: datetime) -> int:
    """Tell those members, and the secretaries of their branches in one message each; how many were newly told."""
    found = shorts(root_id, today)
    users = User.objects.filter(member_id__in=[one.member_id for one in found], is_active=True)
    accounts = dict(users.values_list("member_id", "pk"))
    told = sum(_tell(one, accounts[one.member_id], root_id, now) for one in found if one.member_id in accounts)
    by_branch: dict[int, list[Short]] = defaultdict(list)
    for one in found:
        by_branch[one.branch_id].append(one)
    secretaries = secretary_accounts(list(by_branch), today)
    for branch_id, people in by_branch.items():
        told += _tell_branch(branch_id, people, secretaries[branch_id], root_id, now)
    return told


def _tell(one: Short, user_id: int, root_id: int, now: datetime) -> int:
    lacking = max(0, one.minimum - one.credits)
    return notify(
        recipients=[user_id],
        kind="reminder",
        title=f"学分{_plain(one.credits)}，低于{one.alert.month}月{one.alert.day}日应有的进度",
        text=f"全年最低{_plain(one.minimum)}，还差{_plain(lacking)}。参加集中学习自动计学分；培训、自学请登记。",
        url=reverse("assessment:my_credits"),
        dedupe_key=f"credits:{one.member_id}:{now.year}:{one.alert.month}-{one.alert.day}",
        root_id=root_id,
        now=now,
        reason=WHY,
    )


def _tell_branch(branch_id: int, people: list[Short], user_ids: Iterable[int], root_id: int, now: datetime) -> int:
    alert = people[0].alert
    names = "、".join(one.name for one in people[:20]) + ("等" if len(people) > 20 else "")
    return notify(
        recipients=user_ids,
        kind="reminder",
        title=f"{len(people)}名党员学分低于{alert.month}月{alert.day}日应有的进度",
        text=f"{names}。请安排补学。",
        url=f"{reverse('assessment:member_table')}?branch={branch_id}",
        dedupe_key=f"credits-branch:{branch_id}:{now.year}:{alert.month}-{alert.day}",
        root_id=root_id,
        now=now,
        reason=WHY_BRANCH,
    )


def _plain(thousandths: int) -> str:
    return f"{thousandths / 1000:g}"
