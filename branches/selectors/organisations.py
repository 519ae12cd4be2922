"""Organisations on a given day: branches, groups, committees, officers. Inner readings: the caller has the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from branches.models import COMMITTEE_POSTS, Appointment, BranchTerm, Organisation, Post, Tier


def on_day(on: date, *, start: str = "from_on", end: str = "to_on") -> Q:
    """Rows whose spell holds on this day; the last day counts."""
    return Q(**{f"{start}__lte": on}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": on}))


def branches_under(root_id: int, on: date) -> QuerySet[Organisation]:
    """The branches of a committee that exist on this day."""
    branches = Organisation.objects.filter(root_id=root_id, tier=Tier.BRANCH)
    return branches.filter(on_day(on, start="founded_on", end="dissolved_on"))


def groups_on(branch_ids: Iterable[int], on: date) -> dict[int, list[Organisation]]:
    """The 党小组 of each branch on this day; a branch without any has an empty list."""
    ids = list(branch_ids)
    groups = Organisation.objects.filter(parent_id__in=ids, tier=Tier.GROUP)
    found: dict[int, list[Organisation]] = {branch_id: [] for branch_id in ids}
    for group in groups.filter(on_day(on, start="founded_on", end="dissolved_on")):
        found[group.parent_id].append(group)
    return found


def terms_on(branch_ids: Iterable[int], on: date) -> dict[int, BranchTerm]:
    """The term of office in which each branch is (the latest begun; it lasts until the next election)."""
    terms = BranchTerm.objects.filter(branch_id__in=list(branch_ids), from_on__lte=on).order_by("from_on", "term_no")
    return {term.branch_id: term for term in terms}


def has_committee_on(branch_ids: Iterable[int], on: date) -> dict[int, bool]:
    """Whether each branch has a 支委会 on this day; a branch without any term has none."""
    ids = list(branch_ids)
    terms = terms_on(ids, on)
    return {branch_id: branch_id in terms and terms[branch_id].has_committee for branch_id in ids}


def committee_members_on(branch_ids: Iterable[int], on: date) -> dict[int, set[int]]:
    """Member ids of the committee of each branch on this day; empty where there is none."""
    ids = list(branch_ids)
    found: dict[int, set[int]] = {branch_id: set() for branch_id in ids}
    rows = Appointment.objects.filter(on_day(on), organisation_id__in=ids, post__in=COMMITTEE_POSTS)
    for branch_id, member_id in rows.values_list("organisation_id", "member_id"):
        found[branch_id].add(member_id)
    return found


def by_post() -> Case:
    """Order of offices: secretary first, group leaders last."""
    whens = [When(post=post, then=Value(rank)) for rank, post in enumerate(Post)]
    return Case(*whens, default=Value(len(Post)), output_field=IntegerField())


def officers_of(branch: Organisation, on: date) -> list[Appointment]:
    """Who holds office in the organisation on this day, secretary first, with `member` loaded."""
    rows = Appointment.objects.filter(on_day(on), organisation=branch).select_related("member")
    return list(rows.order_by(by_post(), "from_on", "pk"))


def secretary_names(branch_ids: Iterable[int], on: date) -> dict[int, str]:
    """The secretary's name per branch ("李明（代理）" while acting); "" where the post is empty."""
    ids = list(branch_ids)
    rows = Appointment.objects.filter(on_day(on), organisation_id__in=ids, post=Post.SECRETARY)
    names: dict[int, list[str]] = defaultdict(list)
    for branch_id, name, acting in rows.order_by("from_on", "pk").values_list(
        "organisation_id", "member__name", "is_acting"
    ):
        names[branch_id].append(f"{name}（代理）" if acting else name)
    return {branch_id: "、".join(names[branch_id]) for branch_id in ids}
