"""Puts the demo's organisations, people, offices, terms and accounts into the register."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from branches.models import (
    Appointment,
    BranchTerm,
    CountExclusion,
    Member,
    Membership,
    Organisation,
    OrganisationPlacement,
    PatchAssignment,
    RoleGrant,
    User,
)
from branches.models.organisation import Tier
from branches.rules import Role
from branches.services.codes import issue_member_numbers, issue_organisation_codes
from branches.services.names import index_names
from core.crypto import keyed_digest

from .cast import BRANCHES, COMMITTEE, GENERAL_BRANCH, LEADERS, BranchPlan, PersonPlan, people_of

PASSWORD = "Demo@2026party"
SINCE = date(2012, 3, 1)
GO_LIVE = 202501


@dataclass
class DemoBranch:
    """One demo branch as made: its plan, its row, its people in the order of the plan, its groups."""

    place: int
    plan: BranchPlan
    row: Organisation
    people: list[PersonPlan] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    groups: list[Organisation] = field(default_factory=list)


@dataclass
class Register:
    """All that later steps of the demo need to know."""

    root: Organisation
    branches: list[DemoBranch]
    officers: list[User]


def build_register(today: date, seed: int) -> Register:
    """Organisations, 413 members, offices, terms, accounts: the same seed gives the same people."""
    root, general = _committee()
    branches = [_branch(place, plan, root, general) for place, plan in enumerate(BRANCHES)]
    rng, taken, serial = random.Random(seed), set(), 1
    for branch in branches:
        branch.people = people_of(branch.plan, rng, serial, taken)
        serial += branch.plan.size
    _members(branches, root)
    _offices(branches, root)
    _terms(branches, root)
    officers = _accounts(branches, root, today)
    return Register(root, branches, officers)


# -- the tree ------------------------------------------------------------------------------------


def _organisation(parent: Organisation | None, tier: str, name: str, short: str, **extra) -> Organisation:
    row = Organisation.objects.create(
        parent=parent,
        root=parent and parent.root,
        tier=tier,
        code=issue_organisation_codes(parent)[0],
        name=name,
        short_name=short,
        **extra,
    )
    row.root = row.root or row
    row.path = f"{parent.path if parent else ''}{row.pk}/"
    row.save(update_fields=["root", "path"])
    OrganisationPlacement.objects.create(
        root=row.root, organisation=row, parent=parent, path=row.path, from_on=row.founded_on
    )
    return row


def _committee() -> tuple[Organisation, Organisation]:
    root = _organisation(None, Tier.COMMITTEE, *COMMITTEE, founded_on=SINCE, go_live_month=GO_LIVE, sort_key="000")
    general = _organisation(root, Tier.GENERAL_BRANCH, *GENERAL_BRANCH, founded_on=SINCE, sort_key="900")
    return root, general


def _branch(place: int, plan: BranchPlan, root: Organisation, general: Organisation) -> DemoBranch:
    parent = general if plan.under_general_branch else root
    official = f"中共云岭市交通运输局{plan.name.removesuffix('党支部')}"
    row = _organisation(
        parent,
        Tier.BRANCH,
        f"{official}支部委员会" if plan.has_committee else f"{official}支部",
        plan.name,
        kind=plan.kind,
        rank_group=plan.rank_group,
        founded_on=plan.founded_on,
        sort_key=f"{place + 1:03d}",
        theme_day_rule="每月第二个星期五",
    )
    groups = [
        _organisation(
            row,
            Tier.GROUP,
            f"{plan.name}第{label}党小组",
            f"第{label}党小组",
            founded_on=plan.founded_on,
            sort_key=str(n),
        )
        for n, label in enumerate("一二三"[: plan.groups])
    ]
    return DemoBranch(place, plan, row, groups=groups)


# -- the people ----------------------------------------------------------------------------------


def _members(branches: list[DemoBranch], root: Organisation) -> None:
    for branch in branches:
        numbers = issue_member_numbers(branch.row, len(branch.people))
        branch.members = [_member(branch, root, *pair) for pair in zip(numbers, branch.people, strict=True)]
    members = [member for branch in branches for member in branch.members]
    Member.objects.bulk_create(members)
    index_names(members, is_new=True)
    Membership.objects.bulk_create(spell for branch in branches for spell in _spells(branch, root))
    CountExclusion.objects.bulk_create(
        CountExclusion(
            root=root, member=member, reason=person.excluded, approved_by="局机关党委批准", from_on=date(2025, 1, 1)
        )
        for branch in branches
        for member, person in zip(branch.members, branch.people, strict=True)
        if person.excluded
    )


def _member(branch: DemoBranch, root: Organisation, number: str, person: PersonPlan) -> Member:
    return Member(
        root=root,
        branch=branch.row,
        group=branch.groups[person.group] if person.group is not None else None,
        member_no=number,
        name=person.name,
        sex=person.sex,
        ethnicity="汉族",
        born_on=person.born_on,
        education=person.education,
        work_started_on=date(person.born_on.year + 20, 7, 1),
        joined_on=person.joined_on,
        confirmed_on=person.confirmed_on,
        job_title=person.job_title,
        status=person.status,
        is_mobile=person.is_mobile,
        in_hardship=person.in_hardship,
        is_retired=person.is_retired,
        id_number=person.id_number,
        id_digest=keyed_digest(person.id_number),
        phone=person.phone,
    )


def _spells(branch: DemoBranch, root: Organisation) -> Iterator[Membership]:
    """Since when each has been in the branch; who joined in June 2026 was a candidate until then."""
    for member, person in zip(branch.members, branch.people, strict=True):
        since = max(branch.plan.founded_on, date(2020, 1, 1))
        common = {"root": root, "member": member, "branch": branch.row, "group": member.group}
        if person.status == "probationary":
            before = date(2026, 6, 25)
            yield Membership(**common, status="candidate", from_on=since, to_on=before)
            yield Membership(**common, status="probationary", from_on=person.joined_on)
        else:
            yield Membership(**common, status="full", from_on=since)


def _offices(branches: list[DemoBranch], root: Organisation) -> None:
    def rows() -> Iterator[Appointment]:
        for branch in branches:
            since = max(branch.plan.founded_on, date(2023, 6, 1) if branch.place % 10 != 7 else date(2023, 9, 1))
            for member, person in zip(branch.members, branch.people, strict=True):
                for post in person.posts:
                    at = member.group if post == "group_leader" else branch.row
                    yield Appointment(root=root, organisation=at, member=member, post=post, from_on=since)

    Appointment.objects.bulk_create(rows())


def _terms(branches: list[DemoBranch], root: Organisation) -> None:
    """Most terms run to 2026 or 2027; one ran out in spring and was extended, one ran out unextended."""

    def row(branch: DemoBranch) -> BranchTerm:
        plan, place = branch.plan, branch.place
        since = max(plan.founded_on, date(2024, 6, 1))
        seats = sum(1 for person in branch.people for post in person.posts if post != "group_leader")
        term = BranchTerm(
            root=root,
            branch=branch.row,
            term_no=3 if plan.founded_on.year < 2026 else 1,
            has_committee=plan.has_committee,
            seats=seats + (1 if place == 20 else 0),  # one seat that nobody has filled
            from_on=since,
            due_on=since.replace(year=since.year + 3),
            duties_published_on=None if place == 22 else since,
        )
        if place in (16, 19):
            term.from_on, term.due_on = date(2023, 4, 20), date(2026, 4, 20)
        if place == 16:
            term.extended_to_on, term.extension_document = date(2026, 12, 31), "交党〔2026〕12号"
        return term

    BranchTerm.objects.bulk_create(row(branch) for branch in branches)


# -- the accounts --------------------------------------------------------------------------------


def _accounts(branches: list[DemoBranch], root: Organisation, today: date) -> list[User]:
    """One account for each kind of user, one for every secretary, and the leaders' patches."""
    since = date(2025, 1, 1)
    password = User()
    password.set_password(PASSWORD)  # one hash serves all: the demo has one password

    def account(username: str, name: str, member: Member | None = None) -> User:
        return User.objects.create(
            root=root, username=username, display_name=name, member=member, password=password.password
        )

    first = branches[8]  # 质监科党支部, as in the pictures
    account("shuji", first.people[0].name, first.members[0])
    account("weiyuan", first.people[1].name, first.members[1])
    account("dangyuan", first.people[9].name, first.members[9])
    for branch in branches:
        if branch is not first:
            account(f"shuji{branch.place + 1:02d}", branch.people[0].name, branch.members[0])
    officers = [account("dangwei", "江明远"), account("dangwei2", "白雅琴")]
    for officer in officers:
        RoleGrant.objects.create(user=officer, role=Role.OFFICER, organisation=root, from_on=since)
    RoleGrant.objects.create(
        user=account("guanli", "系统管理员"), role=Role.ADMINISTRATOR, organisation=root, from_on=since
    )
    for n, (name, _) in enumerate(LEADERS):
        leader = account("lingdao" if n == 1 else f"lingdao{n + 1}", name)
        RoleGrant.objects.create(user=leader, role=Role.LEADER, organisation=root, from_on=since)
        PatchAssignment.objects.bulk_create(
            PatchAssignment(root=root, leader=leader, branch=branch.row, from_on=max(since, branch.plan.founded_on))
            for branch in branches
            if branch.plan.leader == n
        )
    return officers
