"""Who is told of branches that no leader has in care: each once for each spell without; pure in `today`."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse

from branches.models import Organisation, RoleGrant
from branches.permissions import SYSTEM
from branches.rules import Role
from branches.selectors.organisations import on_day
from branches.selectors.patches import Orphan, branches_without_leader, leaders_of
from notices.services import notify

REASON = "您负责安排领导包片联系支部。"


def tell_orphans(*, root: Organisation, today: date, now: datetime) -> int:
    """Tell the committee's officers of every branch in nobody's care; a second run tells nobody again.

    Where nobody holds the leader's role at all, one message says so in place of one for each branch.
    """
    orphans = branches_without_leader(SYSTEM, root.pk, today)
    if not orphans:
        return 0
    if not leaders_of(root.pk, today).exists():
        return _tell_all(root, orphans, today, now)
    officers = _officers(root, today)
    return sum(_tell(root, orphan, officers, now) for orphan in orphans)


def _tell(root: Organisation, orphan: Orphan, officers: list[tuple[int, str]], now: datetime) -> int:
    branch, since = orphan.branch, orphan.since
    return notify(
        recipients=[user_id for user_id, path in officers if branch.path.startswith(path)],
        kind="reminder",
        title=f"{branch.short_name}没有包片领导",
        text=f"自{since.year}年{since.month}月{since.day}日起没有领导包片联系，请安排。",
        url=reverse("branches:leader", args=[branch.pk]),
        dedupe_key=f"no-leader:{branch.pk}:{since}",
        root_id=root.pk,
        now=now,
        reason=REASON,
    )


def _tell_all(root: Organisation, orphans: list[Orphan], today: date, now: datetime) -> int:
    return notify(
        recipients=[user_id for user_id, _ in _officers(root, today)],
        kind="reminder",
        title=f"{len(orphans)}个支部都没有包片领导",
        text="还没有人担任包片领导，请由系统管理员授予角色后安排。",
        url=reverse("branches:patches"),
        dedupe_key=f"no-leaders:{root.pk}",
        root_id=root.pk,
        now=now,
        reason=REASON,
    )


def _officers(root: Organisation, on: date) -> list[tuple[int, str]]:
    grants = RoleGrant.objects.filter(
        on_day(on), role=Role.OFFICER.value, organisation__root=root, user__is_active=True
    )
    return list(grants.order_by("user_id").values_list("user_id", "organisation__path"))
