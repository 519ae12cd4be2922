"""Changes to the register: codes issued once, the tree and its past, memberships, offices, terms, exclusions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection, connections
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.member_rules import anniversary
from branches.models import Appointment, Member, Membership, NameGram, Organisation, OrganisationPlacement, Tier
from branches.permissions import SYSTEM
from branches.selectors import members_on, secretary_names
from branches.services import appointments, members, organisations
from branches.services.codes import issue_member_numbers, issue_organisation_codes
from core.errors import Conflict, InvalidInput, Refused
from core.identity import check_digit
from core.models import AuditEntry
from tests.factories.branches import (
    TODAY,
    BranchFactory,
    CommitteeFactory,
    GroupFactory,
    MemberFactory,
)

ID = "37112219850520001" + check_digit("37112219850520001")

pytestmark = pytest.mark.django_db


def found(parent: Organisation | None, name: str = "新支部", tier: str = Tier.BRANCH, **more: Any) -> Organisation:
    return organisations.create_organisation(
        actor=SYSTEM, parent=parent, tier=tier, name=name, short_name=name, founded_on=date(2020, 1, 1), **more
    )


def register(cast, name="新党员", **more: Any) -> Member:
    who = more.pop("actor", cast.viewer("officer"))
    return members.register_member(actor=who, branch=more.pop("branch", cast.branch), name=name, today=TODAY, **more)


def spells(member: Member) -> list[tuple]:
    rows = Membership.objects.filter(member=member).order_by("from_on")
    return list(rows.values_list("branch_id", "group_id", "status", "from_on", "to_on"))


# -- codes and paths


def test_codes_grow_by_three_digits_a_level_and_are_never_reused():
    root = found(None, "局党委", Tier.COMMITTEE)
    first, second = found(root, "一支部"), found(root, "二支部")
    group = found(first, "一小组", Tier.GROUP)
    assert [first.code, second.code] == [f"{root.code}.001", f"{root.code}.002"]
    assert group.code == f"{root.code}.001.001"
    OrganisationPlacement.objects.filter(organisation=second).delete()
    second.delete()
    assert found(root, "三支部").code == f"{root.code}.003"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.integers(min_value=1, max_value=7), min_size=1, max_size=6))
def test_numbers_issued_in_any_portions_are_dense_and_unique(counts):
    branch = BranchFactory()
    issued = [number for count in counts for number in issue_member_numbers(branch, count)]
    assert issued == [f"{branch.code}{serial:04d}" for serial in range(1, sum(counts) + 1)]


def test_codes_that_came_in_otherwise_are_not_issued_again():
    root = CommitteeFactory(code="901")
    BranchFactory(parent=root, code="901.007")
    assert issue_organisation_codes(root) == ["901.008"]


def test_a_full_level_is_refused_in_words():
    root = CommitteeFactory(code="902")
    BranchFactory(parent=root, code="902.999")
    with pytest.raises(InvalidInput):
        issue_organisation_codes(root)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=8))
def test_paths_are_the_chain_of_parents_after_any_moves(moves):
    root = found(None, "局党委", Tier.COMMITTEE)
    parents = [root, *(found(root, f"总支{n}", Tier.GENERAL_BRANCH) for n in range(3))]
    branches = [found(root, f"支部{n}") for n in range(3)]
    for branch in branches:
        found(branch, "小组", Tier.GROUP)
    for which, where in moves:
        branch = Organisation.objects.select_related("parent").get(pk=branches[which].pk)
        parent = Organisation.objects.get(pk=parents[where].pk)
        organisations.move_organisation(
            actor=SYSTEM, organisation=branch, parent=parent, on=date(2026, 5, 1), version=branch.version
        )
    for item in Organisation.objects.filter(root=root).select_related("parent"):
        assert item.path == f"{item.parent.path if item.parent else ''}{item.pk}/"
        placement = OrganisationPlacement.objects.get(organisation=item, to_on=None)
        assert (placement.path, placement.parent_id) == (item.path, item.parent_id)


def test_a_move_keeps_the_code_and_the_past(cast):
    parent = found(cast.root, "总支", Tier.GENERAL_BRANCH)
    branch = found(cast.root, "支部")
    code = branch.code
    organisations.move_organisation(
        actor=cast.viewer("officer"), organisation=branch, parent=parent, on=date(2026, 5, 1), version=1
    )
    branch.refresh_from_db()
    rows = OrganisationPlacement.objects.filter(organisation=branch).order_by("from_on")
    assert branch.code == code
    assert list(rows.values_list("parent", "from_on", "to_on")) == [
        (cast.root.pk, date(2020, 1, 1), date(2026, 4, 30)),
        (parent.pk, date(2026, 5, 1), None),
    ]


def test_a_move_below_oneself_or_to_another_committee_is_refused(cast):
    top = found(cast.root, "总支", Tier.GENERAL_BRANCH)
    branch = found(top, "支部")
    officer = cast.viewer("officer")
    with pytest.raises(InvalidInput):
        organisations.move_organisation(actor=officer, organisation=top, parent=branch, on=TODAY, version=1)
    with pytest.raises(Http404):
        organisations.move_organisation(
            actor=officer, organisation=branch, parent=cast.foreign_branch.parent, on=TODAY, version=1
        )


def test_a_branch_with_people_cannot_be_dissolved(cast):
    with pytest.raises(InvalidInput, match="还有 3 名党员"):
        organisations.dissolve_organisation(actor=cast.viewer("officer"), organisation=cast.branch, on=TODAY, version=1)
    empty = found(cast.root, "空支部")
    organisations.dissolve_organisation(actor=cast.viewer("officer"), organisation=empty, on=TODAY, version=1)
    empty.refresh_from_db()
    assert empty.dissolved_on == TODAY


def test_the_secretary_forms_groups_but_founds_no_branch(cast):
    secretary = cast.viewer("secretary")
    group = organisations.create_organisation(
        actor=secretary, parent=cast.branch, tier="group", name="一小组", short_name="一小组", founded_on=TODAY
    )
    assert group.root == cast.root
    with pytest.raises(Http404):
        organisations.create_organisation(
            actor=secretary, parent=cast.root, tier="branch", name="x", short_name="x", founded_on=TODAY
        )


def test_the_secretary_changes_only_contact_data(cast):
    secretary = cast.viewer("secretary")
    organisations.update_organisation(
        actor=secretary, organisation=cast.branch, version=1, changes={"contact_phone": "0633-1234567"}
    )
    with pytest.raises(Refused):
        organisations.update_organisation(
            actor=secretary, organisation=cast.branch, version=2, changes={"name": "改名"}
        )


@pytest.mark.django_db(transaction=True)
def test_two_sessions_at_once_never_get_the_same_number(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    from concurrent.futures import ThreadPoolExecutor

    branch = BranchFactory()

    def take(_n: int) -> list[str]:
        from django.db import transaction

        try:
            with transaction.atomic():
                return issue_member_numbers(branch, 2)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        issued = [number for numbers in pool.map(take, range(12)) for number in numbers]
    assert sorted(issued) == [f"{branch.code}{serial:04d}" for serial in range(1, 25)]


# -- members


def test_registering_gives_number_spell_index_and_audit(cast):
    member = register(cast, "欧阳明", joined_on=date(2018, 7, 1), born_on=date(1990, 1, 1))
    assert member.member_no == f"{cast.branch.code}0001"
    assert spells(member) == [(cast.branch.pk, None, "full", date(2018, 7, 1), None)]
    grams = set(NameGram.objects.filter(member=member).values_list("gram", flat=True))
    assert grams == {"欧", "阳", "明", "欧阳", "阳明"}
    entry = AuditEntry.objects.get(action="member.register")
    assert (entry.actor, entry.branch_id) == (cast.officer, cast.branch.pk)


def test_audit_and_table_hold_no_plain_personal_number(cast):
    member = register(cast, id_number=ID, phone="13800001234")
    said = str(AuditEntry.objects.get(action="member.register").changes)
    assert ID not in said
    assert "13800001234" not in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, phone FROM branches_member WHERE id = %s", [member.pk])
        assert not any(text in str(cursor.fetchone()) for text in (ID, "13800001234"))
    assert (member.born_on, member.sex) == (date(1985, 5, 20), "male")  # read from the ID number
    with pytest.raises(InvalidInput, match="已经登记过"):
        register(cast, "重复", branch=cast.other_branch, id_number=ID)


def test_a_transfer_keeps_the_number_and_ends_the_offices(cast):
    member = cast.secretary.member
    number = member.member_no
    members.transfer_member(
        actor=cast.viewer("officer"), member=member, branch=cast.far_branch, on=date(2026, 11, 2), version=1
    )
    member.refresh_from_db()
    assert (member.member_no, member.branch) == (number, cast.far_branch)
    assert spells(member) == [
        (cast.branch.pk, None, "full", date(2015, 7, 1), date(2026, 11, 1)),
        (cast.far_branch.pk, None, "full", date(2026, 11, 2), None),
    ]
    assert Appointment.objects.get(member=member).to_on == date(2026, 11, 1)
    assert member.pk in set(members_on([cast.branch.pk], date(2026, 11, 1)).values_list("member", flat=True))
    assert member.pk in set(members_on([cast.far_branch.pk], date(2026, 11, 2)).values_list("member", flat=True))
    assert secretary_names([cast.branch.pk], TODAY) == {cast.branch.pk: ""}


def test_a_transfer_abroad_before_the_last_change_or_in_the_future_is_refused(cast):
    officer, member = cast.viewer("officer"), cast.member.member
    with pytest.raises(Http404):
        members.transfer_member(actor=officer, member=member, branch=cast.foreign_branch, on=TODAY, version=1)
    for on in (date(2010, 1, 1), date(2027, 1, 1)):
        with pytest.raises(InvalidInput):
            members.transfer_member(
                actor=officer,
                member=Member.objects.select_related("branch").get(pk=member.pk),
                branch=cast.other_branch,
                on=on,
                version=1,
            )
    with pytest.raises(Refused):
        members.transfer_member(actor=cast.viewer("secretary"), member=member, branch=cast.branch, on=TODAY, version=1)


def test_confirmation_and_leaving_write_spells(cast):
    officer = cast.viewer("officer")
    member = MemberFactory(branch=cast.branch, status="probationary", joined_on=date(2025, 6, 1))
    members.change_status(actor=officer, member=member, status="full", on=date(2026, 6, 10), version=1)
    assert (member.confirmed_on, member.version) == (date(2026, 6, 10), 2)
    members.change_status(actor=officer, member=member, status="transferred_out", on=date(2026, 9, 1), version=2)
    assert [(row[2], row[3], row[4]) for row in spells(member)] == [
        ("probationary", date(2025, 6, 1), date(2026, 6, 9)),
        ("full", date(2026, 6, 10), date(2026, 8, 31)),
        ("transferred_out", date(2026, 9, 1), None),
    ]
    assert member.pk not in set(members_on([cast.branch.pk], TODAY).values_list("member", flat=True))


def test_regrouping_only_within_the_branch(cast):
    group, foreign = GroupFactory(parent=cast.branch), GroupFactory(parent=cast.other_branch)
    member, secretary = cast.member.member, cast.viewer("secretary")
    members.regroup_member(actor=secretary, member=member, group=group, on=date(2026, 11, 1), version=1)
    assert spells(member)[-1][1] == group.pk
    with pytest.raises(InvalidInput):
        members.regroup_member(actor=secretary, member=member, group=foreign, on=TODAY, version=2)


def test_a_stale_version_is_a_conflict_with_both_sides(cast):
    member, officer = cast.member.member, cast.viewer("officer")
    stale = Member.objects.select_related("branch").get(pk=member.pk)
    members.update_member(actor=officer, member=member, version=1, changes={"education": "博士"}, today=TODAY)
    with pytest.raises(Conflict) as refusal:
        members.update_member(actor=officer, member=stale, version=1, changes={"education": "硕士"}, today=TODAY)
    assert refusal.value.fields == {"education": ["您填写的：硕士", "现在的：博士"]}
    assert Member.objects.get(pk=member.pk).education == "博士"


def test_renaming_keeps_the_index_in_step(cast):
    member = cast.member.member
    members.update_member(
        actor=cast.viewer("secretary"), member=member, version=1, changes={"name": "孙新名"}, today=TODAY
    )
    assert set(NameGram.objects.filter(member=member).values_list("gram", flat=True)) == {
        "孙",
        "新",
        "名",
        "孙新",
        "新名",
    }


def test_members_of_other_branches_are_404_for_every_service(cast):
    member, outsider = cast.member.member, cast.viewer("outsider")
    with pytest.raises(Http404):
        members.update_member(actor=outsider, member=member, version=1, changes={"name": "x"}, today=TODAY)
    with pytest.raises(Http404):
        register(cast, actor=outsider)
    with pytest.raises(Http404):
        appointments.approve_exclusion(actor=outsider, member=member, reason="x", approved_by="x", from_on=TODAY)


def test_the_same_day_some_years_on():
    assert anniversary(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert anniversary(date(9999, 12, 31), 18) == date.max
