"""The accounts to be told: secretaries of branches, committee members, officers of the committee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from branches.models import COMMITTEE_POSTS, Appointment, Organisation, Post, RoleGrant
from branches.rules import Role
from branches.selectors.organisations import on_day

SECRETARIES = (Post.SECRETARY, Post.DEPUTY_SECRETARY)


def secretary_accounts(branch_ids: Iterable[int], on: date) -> dict[int, list[int]]:
    """User ids of the secretaries and deputies of each branch on the day; 1 query."""
    return accounts_in(branch_ids, SECRETARIES, on)


def committee_accounts(branch_ids: Iterable[int], on: date) -> dict[int, list[int]]:
    """User ids of everybody in the committee of each branch on the day; 1 query."""
    return accounts_in(branch_ids, COMMITTEE_POSTS, on)


def officer_accounts(root_id: int, on: date) -> dict[str, list[int]]:
    """User ids of the committee's officers by the path of what they are granted; 1 query."""
    grants = RoleGrant.objects.filter(
        on_day(on), role=Role.OFFICER.value, organisation__root_id=root_id, user__is_active=True
    )
    found: dict[str, list[int]] = defaultdict(list)
    for path, user_id in grants.order_by("user_id").values_list("organisation__path", "user_id"):
        found[path].append(user_id)
    return dict(found)


def officers_over(branch: Organisation, accounts: dict[str, list[int]]) -> list[int]:
    """Of these officers the ones whose grant reaches the branch."""
    reached = [user_id for path, ids in accounts.items() if branch.path.startswith(path) for user_id in ids]
    return sorted(set(reached))


def accounts_in(branch_ids: Iterable[int], posts: Iterable[str], on: date) -> dict[int, list[int]]:
    """User ids of whoever holds one of these offices in each organisation on the day; 1 query."""
    ids = list(branch_ids)
    rows = Appointment.objects.filter(on_day(on), organisation_id__in=ids, post__in=list(posts))
    rows = rows.filter(member__account__is_active=True).order_by("member__account__id")
    found: dict[int, list[int]] = {branch_id: [] for branch_id in ids}
    for branch_id, user_id in rows.values_list("organisation_id", "member__account__id"):
        if user_id not in found[branch_id]:
            found[branch_id].append(user_id)
    return found
