"""Search over what the viewer may see: people, branches, records; by the beginning of a name or two characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from activities.models import Activity
from branches.models import Member, NameGram, Organisation, Tier
from branches.permissions import Viewer, visible
from core.periods import Month

LIMIT = 20  # of each kind; whoever needs more narrows the words
MONTHS_BACK = 24  # older records are found through the list and its filters


@dataclass(frozen=True)
class Hit:
    """One thing found, and where it leads."""

    label: str
    note: str
    url: str


@dataclass(frozen=True)
class Section:
    """The finds of one kind; `more` when there are others beyond them."""

    title: str
    hits: tuple[Hit, ...]
    more: bool


def found(viewer: Viewer, words: str) -> list[Section]:
    """Sections with at least one find, in a fixed order; empty for fewer than two characters."""
    words = words.strip()
    if len(words) < 2:
        return []
    sections = [
        _section("党组织", _branches(viewer, words), _branch_hit),
        _section("党员", _members(viewer, words), _member_hit),
        _section("组织生活", _activities(viewer, words), _activity_hit),
    ]
    return [section for section in sections if section.hits]


def _branches(viewer: Viewer, words: str) -> QuerySet[Organisation]:
    named = Q(short_name__contains=words) | Q(name__contains=words) | Q(code=words)
    return visible(Organisation.objects.filter(named), viewer).exclude(tier=Tier.GROUP)


def _members(viewer: Viewer, words: str) -> QuerySet[Member]:
    grams = NameGram.objects.filter(root_id=viewer.root_id, gram=words[:2]).values("member")
    named = Q(pk__in=grams, name__contains=words) | Q(member_no=words)
    return visible(Member.objects.filter(named), viewer).select_related("branch").order_by("name", "member_no")


def _activities(viewer: Viewer, words: str) -> QuerySet[Activity]:
    since = Month.of(viewer.today).plus(-MONTHS_BACK).key
    rows = Activity.objects.filter(title__contains=words, month__gte=since)
    return visible(rows, viewer).select_related("branch").order_by("-held_on", "-pk")


def _section(title: str, rows: QuerySet[Any], hit: Any) -> Section:
    some = list(rows[: LIMIT + 1])
    return Section(title, tuple(hit(row) for row in some[:LIMIT]), len(some) > LIMIT)


def _branch_hit(row: Organisation) -> Hit:
    return Hit(row.short_name, row.code, _url("branches:detail", row.pk))


def _member_hit(row: Member) -> Hit:
    return Hit(row.name, f"{row.branch.short_name} {row.member_no}", _url("branches:member", row.pk))


def _activity_hit(row: Activity) -> Hit:
    note = f"{row.branch.short_name} {row.held_on:%Y-%m-%d} {row.get_state_display()}"
    return Hit(row.title, note, _url("activities:detail", row.pk))


def _url(name: str, pk: int) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
