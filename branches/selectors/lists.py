"""What the list pages show and export: branches with their people counted, members by name, branch and marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField, Count, DateField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from branches.models import (
    COUNTED_STATUSES,
    Appointment,
    BranchTerm,
    Member,
    MemberStatus,
    NameGram,
    Organisation,
    PatchAssignment,
    Post,
    Tier,
)
from branches.permissions import Viewer, visible, visible_branches
from branches.rules import READ, Reach
from branches.selectors.organisations import by_post, on_day
from core.identity import mask_id_number, mask_phone

MARKS = ("is_mobile", "in_hardship", "is_retired")
LONG_AGO = date(1900, 1, 1)  # sorts people without a date first; a keyset column may not be null


def reads_people(viewer: Viewer) -> bool:
    """Whether the person sees other people's rows, not only their own."""
    return viewer.is_system or any(
        role in viewer.roles for role, reach in READ["member"].items() if reach != Reach.SELF
    )


def organisation_list(viewer: Viewer, filters: Mapping[str, Any], on: date) -> QuerySet[Organisation]:
    """The organisations of one tier that the person may see, filtered; `members` counted where they may know."""
    found = visible(Organisation.objects.all(), viewer).select_related("parent")
    found = found.filter(tier=filters.get("tier") or Tier.BRANCH)
    if not filters.get("with_dissolved"):
        found = found.filter(on_day(on, start="founded_on", end="dissolved_on"))
    if words := (filters.get("q") or "").strip():
        found = found.filter(Q(name__contains=words) | Q(short_name__contains=words) | Q(code__startswith=words))
    if filters.get("rank_group"):
        found = found.filter(rank_group=filters["rank_group"])
    if filters.get("leader"):
        care = PatchAssignment.objects.filter(on_day(on), leader=filters["leader"])
        found = found.filter(pk__in=care.values("branch"))
    return found.annotate(members_count=_members_count(viewer))


def _members_count(viewer: Viewer) -> Any:
    if not reads_people(viewer):
        return Value(0)
    return Count("members", filter=Q(members__status__in=COUNTED_STATUSES))


@dataclass(slots=True)
class OrganisationRow:
    """One line of the list of organisations."""

    organisation: Organisation
    secretary: str
    leaders: str
    due_on: date | None
    has_committee: bool
    is_overdue: bool = False

    @property
    def members(self) -> int:
        return self.organisation.members_count


def organisation_rows(organisations: Iterable[Organisation], on: date) -> list[OrganisationRow]:
    """The lines of these organisations: secretary, leaders, term; one query however many they are."""
    organisations = list(organisations)
    people = _people_and_terms([item.pk for item in organisations], on)
    return [_row(item, people, on) for item in organisations]


@dataclass(slots=True)
class _PeopleAndTerms:
    """Secretaries and leaders by branch, and of the term of each when it ends and whether it has a committee."""

    secretaries: dict[int, list[str]] = field(default_factory=dict)
    leaders: dict[int, list[str]] = field(default_factory=dict)
    terms: dict[int, tuple[date, bool]] = field(default_factory=dict)


def _row(item: Organisation, people: _PeopleAndTerms, on: date) -> OrganisationRow:
    due_on, has_committee = people.terms.get(item.pk, (None, False))
    return OrganisationRow(
        organisation=item,
        secretary="、".join(people.secretaries.get(item.pk, ())),
        leaders="、".join(people.leaders.get(item.pk, ())),
        due_on=due_on,
        has_committee=has_committee,
        is_overdue=bool(due_on and due_on < on),
    )


_SECRETARY, _LEADER, _TERM = range(3)


def _people_and_terms(ids: list[int], on: date) -> _PeopleAndTerms:
    """Who leads these branches and in which term they are: three kinds of rows in one query."""
    secretaries = Appointment.objects.filter(on_day(on), organisation_id__in=ids, post=Post.SECRETARY)
    leaders = PatchAssignment.objects.filter(on_day(on), branch_id__in=ids)
    terms = BranchTerm.objects.filter(branch_id__in=ids, from_on__lte=on)
    no_name, no_day = Value("", CharField()), Cast(Value(None), DateField())
    rows = _sources(secretaries, _SECRETARY, "organisation_id", "member__name", "is_acting", no_day).union(
        _sources(leaders, _LEADER, "branch_id", "leader__display_name", Value(False), no_day),
        _sources(terms, _TERM, "branch_id", no_name, "has_committee", Coalesce("extended_to_on", "due_on")),
        all=True,
    )
    found = _PeopleAndTerms()
    for source, _, _, branch_id, name, flag, day in sorted(rows, key=lambda row: row[:3]):
        if source == _SECRETARY:
            found.secretaries.setdefault(branch_id, []).append(f"{name}（代理）" if flag else name)
        elif source == _LEADER:
            found.leaders.setdefault(branch_id, []).append(name)
        else:  # the latest that has begun stands
            found.terms[branch_id] = (day, bool(flag))
    return found


def _sources(rows: QuerySet, source: int, *columns: Any) -> QuerySet:
    return rows.order_by().values_list(Value(source), "from_on", "pk", *columns)


def leader_names(branch_ids: Iterable[int], on: date) -> dict[int, str]:
    """Who has each branch in their care on this day."""
    rows = PatchAssignment.objects.filter(on_day(on), branch_id__in=list(branch_ids)).order_by("from_on", "pk")
    names: dict[int, list[str]] = {}
    for branch_id, name in rows.values_list("branch_id", "leader__display_name"):
        names.setdefault(branch_id, []).append(name)
    return {branch_id: "、".join(found) for branch_id, found in names.items()}


class BranchChoice(NamedTuple):
    """A branch as a filter names it."""

    pk: int
    short_name: str


def branches_and(
    viewer: Viewer, resource: str, others: QuerySet, *, position: str = "sort_order"
) -> tuple[list[BranchChoice], list[tuple[str, str]]]:
    """The branches a list can be filtered by, and the choices of a second filter, in one query.

    others: rows with a code, a name and a `position`.
    """
    branches = visible_branches(viewer, resource).order_by()
    rows = branches.values_list(
        Value(0), Cast("pk", CharField()), "short_name", Value(0), Concat("sort_key", Value(" "), "code")
    )
    second = others.order_by().values_list(
        Value(1), Cast("code", CharField()), "name", position, Value("", CharField())
    )
    found = sorted(rows.union(second, all=True), key=lambda row: (row[0], row[3], row[4], row[1]))
    return (
        [BranchChoice(int(key), label) for source, key, label, *_ in found if source == 0],
        [(key, label) for source, key, label, *_ in found if source == 1],
    )


def list_choices(viewer: Viewer, on: date) -> tuple[list[str], list[tuple[int, str]]]:
    """What the list of branches can be filtered by: groups of ranking, and leaders with a branch in the scope."""
    branches = visible(Organisation.objects.all(), viewer).filter(tier=Tier.BRANCH)
    rows = branches.order_by().values_list(
        "rank_group", "leaders__leader_id", "leaders__leader__display_name", "leaders__from_on", "leaders__to_on"
    )
    groups: set[str] = set()
    leaders: dict[int, str] = {}
    for group, leader_id, name, from_on, to_on in rows.distinct():
        groups.add(group)
        if leader_id and from_on <= on and (to_on is None or on <= to_on):
            leaders[leader_id] = name
    return sorted(groups - {""}), sorted(leaders.items(), key=lambda item: item[1])


def member_list(viewer: Viewer, filters: Mapping[str, Any]) -> QuerySet[Member]:
    """The members the person may see, filtered; `joined_key` sorts by joining without nulls."""
    found = visible(Member.objects.all(), viewer).select_related("branch", "group")
    if words := "".join((filters.get("q") or "").split()):
        found = found.filter(_named(viewer, words))
    for name in ("branch", "group"):
        if filters.get(name):
            found = found.filter(**{name: filters[name]})
    found = found.filter(_standing(filters.get("status") or ""))
    if filters.get("mark") in MARKS:
        found = found.filter(**{filters["mark"]: True})
    return found.annotate(
        joined_key=Coalesce("joined_on", Value(LONG_AGO)),
        branch_key=Concat("branch__sort_key", Value(" "), "branch__code"),
    ).order_by()


def _standing(status: str) -> Q:
    if status == "all":
        return Q()
    return Q(status=status) if status in MemberStatus.values else Q(status__in=COUNTED_STATUSES)


def _named(viewer: Viewer, words: str) -> Q:
    """By name through the side index of single characters and pairs; what has digits is a member number."""
    if any(char.isdigit() for char in words):
        return Q(member_no__startswith=words)
    grams = NameGram.objects.filter(gram=words[:2])
    if viewer.root_id:
        grams = grams.filter(root_id=viewer.root_id)
    by_gram = Q(pk__in=grams.values("member"))
    return by_gram & Q(name__contains=words) if len(words) > 2 else by_gram


@dataclass(slots=True)
class MemberRow:
    """One line of the 党员名册 as page, sheet and API show it: personal numbers masked."""

    member: Member
    posts: str
    party_age: int | None

    @property
    def id_number(self) -> str:
        return mask_id_number(self.member.id_number) if self.member.id_number else ""

    @property
    def phone(self) -> str:
        return mask_phone(self.member.phone) if self.member.phone else ""

    @property
    def marks(self) -> str:
        """流动、困难、离退休, as far as they hold."""
        flags = (("流动", self.member.is_mobile), ("困难", self.member.in_hardship), ("离退休", self.member.is_retired))
        return "、".join(word for word, holds in flags if holds)


def member_rows(members: Iterable[Member], on: date) -> list[MemberRow]:
    """The lines of these members; one query for all their offices."""
    members = list(members)
    posts = posts_of([member.pk for member in members], on)
    return [MemberRow(member, posts.get(member.pk, ""), party_age(member, on)) for member in members]


def posts_of(member_ids: list[int], on: date) -> dict[int, str]:
    """The offices of each member on this day in words, highest first."""
    rows = Appointment.objects.filter(on_day(on), member_id__in=member_ids).order_by(by_post(), "pk")
    names: dict[int, list[str]] = {}
    for row in rows:
        word = row.get_post_display() + ("（代理）" if row.is_acting else "")
        names.setdefault(row.member_id, []).append(word)
    return {member_id: "、".join(found) for member_id, found in names.items()}


def party_age(member: Member, on: date) -> int | None:
    """党龄 in full years: counted from the confirmation; none before it."""
    begun = member.confirmed_on
    if begun is None or begun > on:
        return None
    return on.year - begun.year - ((on.month, on.day) < (begun.month, begun.day))
