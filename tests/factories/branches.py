"""Organisations, people, offices and accounts for tests, and the fixed cast that every test may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from branches.models import (
    Appointment,
    BranchTerm,
    CountExclusion,
    Member,
    Membership,
    NameGram,
    Organisation,
    PatchAssignment,
    Post,
    RoleGrant,
    Tier,
    User,
    grams_of,
)
from branches.permissions import Viewer
from branches.rules import Role

TODAY = date(2026, 11, 20)
LONG_AGO = date(2015, 7, 1)
PASSWORD = "Kept-Secret-2026"


class OrganisationFactory(DjangoModelFactory):
    """Any organisation; `parent` gives root and path."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    parent = None
    tier = Tier.BRANCH
    code = factory.LazyAttributeSequence(
        lambda o, n: f"{o.parent.code}.{n % 1000:03d}{n // 1000 or ''}" if o.parent else f"T{n:04d}"
    )
    name = factory.LazyAttribute(lambda o: f"中共测试单位{o.short_name}")
    short_name = factory.Sequence(lambda n: f"第{n}组织")
    founded_on = LONG_AGO

    @factory.post_generation
    def placed(obj: Organisation, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            obj.root = obj.parent.root if obj.parent else obj
            obj.path = f"{obj.parent.path if obj.parent else ''}{obj.pk}/"
            obj.save()


class CommitteeFactory(OrganisationFactory):
    tier = Tier.COMMITTEE
    short_name = factory.Sequence(lambda n: f"第{n}机关党委")


class BranchFactory(OrganisationFactory):
    parent = factory.SubFactory(CommitteeFactory)
    short_name = factory.Sequence(lambda n: f"第{n}党支部")


class GroupFactory(OrganisationFactory):
    tier = Tier.GROUP
    parent = factory.SubFactory(BranchFactory)
    short_name = factory.Sequence(lambda n: f"第{n}党小组")


class MemberFactory(DjangoModelFactory):
    """A full member since 2015 with one open spell of membership and the index of the name."""

    class Meta:
        model = Member
        skip_postgeneration_save = True

    class Params:
        member_since = LONG_AGO

    branch = factory.SubFactory(BranchFactory)
    root = factory.LazyAttribute(lambda o: o.branch.root)
    group = None
    member_no = factory.LazyAttributeSequence(lambda o, n: f"{o.branch.code}{n:05d}")
    name = factory.Sequence(lambda n: f"党员{n}")
    sex = "male"
    born_on = date(1985, 5, 20)
    joined_on = factory.LazyAttribute(lambda o: o.member_since)

    @factory.post_generation
    def spell(obj: Member, create: bool, extracted: Any, **kwargs: Any) -> None:
        if not create or extracted is False:
            return
        since = obj.joined_on or LONG_AGO
        Membership.objects.create(
            root=obj.root, member=obj, branch=obj.branch, group=obj.group, status=obj.status, from_on=since
        )
        NameGram.objects.bulk_create(
            NameGram(root=obj.root, gram=gram, member=obj) for gram in sorted(grams_of(obj.name))
        )


class AppointmentFactory(DjangoModelFactory):
    class Meta:
        model = Appointment

    member = factory.SubFactory(MemberFactory)
    organisation = factory.LazyAttribute(lambda o: o.member.branch)
    root = factory.LazyAttribute(lambda o: o.organisation.root)
    post = Post.SECRETARY
    from_on = LONG_AGO


class TermFactory(DjangoModelFactory):
    class Meta:
        model = BranchTerm

    branch = factory.SubFactory(BranchFactory)
    root = factory.LazyAttribute(lambda o: o.branch.root)
    term_no = factory.Sequence(lambda n: n + 1)
    seats = 3
    from_on = date(2025, 1, 1)
    due_on = date(2027, 12, 31)
    duties_published_on = date(2025, 1, 8)


class ExclusionFactory(DjangoModelFactory):
    class Meta:
        model = CountExclusion

    member = factory.SubFactory(MemberFactory)
    root = factory.LazyAttribute(lambda o: o.member.root)
    reason = "年老体弱"
    approved_by = "机关党委〔2026〕3号"
    from_on = LONG_AGO


class UserFactory(DjangoModelFactory):
    """An account; the password of every one is PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    display_name = factory.LazyAttribute(lambda o: o.member.name if o.member else o.username)
    member = None
    root = factory.LazyAttribute(lambda o: o.member.root if o.member else None)
    password = factory.django.Password(PASSWORD)


class GrantFactory(DjangoModelFactory):
    class Meta:
        model = RoleGrant

    user = factory.SubFactory(UserFactory)
    role = Role.OFFICER.value
    organisation = None
    from_on = LONG_AGO


class PatchFactory(DjangoModelFactory):
    class Meta:
        model = PatchAssignment

    leader = factory.SubFactory(UserFactory)
    branch = factory.SubFactory(BranchFactory)
    root = factory.LazyAttribute(lambda o: o.branch.root)
    from_on = LONG_AGO


def make_secretary(branch: Organisation, **account: Any) -> User:
    """An account whose member is the secretary of the branch."""
    return make_officer_of(branch, Post.SECRETARY, **account)


def make_officer_of(branch: Organisation, post: str, **account: Any) -> User:
    """An account whose member holds this office in the branch."""
    member = MemberFactory(branch=branch, **({"name": account["name"]} if "name" in account else {}))
    AppointmentFactory(member=member, post=post)
    account.pop("name", None)
    return UserFactory(member=member, **account)


def make_committee_officer(root: Organisation, **account: Any) -> User:
    """An account of the committee's business officer (机关党委) over everything below `root`."""
    user = UserFactory(root=root, **account)
    GrantFactory(user=user, role=Role.OFFICER.value, organisation=root)
    return user


def make_leader(branches: list[Organisation], **account: Any) -> User:
    """An account of a leader with these branches in their care."""
    user = UserFactory(root=branches[0].root, **account)
    GrantFactory(user=user, role=Role.LEADER.value, organisation=branches[0].root)
    for branch in branches:
        PatchFactory(leader=user, branch=branch)
    return user


def make_administrator(root: Organisation | None, **account: Any) -> User:
    """An account of the administrator of one committee (or, with None, of the installation)."""
    user = UserFactory(root=root, **account)
    GrantFactory(user=user, role=Role.ADMINISTRATOR.value, organisation=root)
    return user


@dataclass
class Cast:
    """One committee with three branches, another committee, and one account of each kind."""

    root: Organisation
    branch: Organisation
    other_branch: Organisation
    far_branch: Organisation
    foreign_branch: Organisation
    secretary: User
    other_secretary: User
    committee_member: User
    officer: User
    second_officer: User
    leader: User  # cares for `branch` and `other_branch`, not for `far_branch`
    member: User
    administrator: User
    outsider: User  # secretary of a branch of another committee
    stranger: User  # an account with no member and no grant

    def viewer(self, name: str, today: date = TODAY) -> Viewer:
        return Viewer.of(getattr(self, name), today)


def build_cast() -> Cast:
    """The fixed cast of the tests; every account's username is its name here."""
    root = CommitteeFactory(short_name="交通局机关党委", go_live_month=202601)
    branch, other, far = (
        BranchFactory(parent=root, short_name=name) for name in ("公路党支部", "港航党支部", "运管党支部")
    )
    foreign = BranchFactory(short_name="外系统党支部")
    return Cast(
        root=root,
        branch=branch,
        other_branch=other,
        far_branch=far,
        foreign_branch=foreign,
        secretary=make_secretary(branch, username="secretary", name="王书记"),
        other_secretary=make_secretary(other, username="other_secretary", name="李书记"),
        committee_member=make_officer_of(branch, Post.ORGANISATION_MEMBER, username="committee_member", name="赵委员"),
        officer=make_committee_officer(root, username="officer"),
        second_officer=make_committee_officer(root, username="second_officer"),
        leader=make_leader([branch, other], username="leader"),
        member=UserFactory(username="member", member=MemberFactory(branch=branch, name="孙党员")),
        administrator=make_administrator(root, username="administrator"),
        outsider=make_secretary(foreign, username="outsider", name="钱书记"),
        stranger=UserFactory(username="stranger"),
    )
