"""What the register refuses, and what a change ends with it: spells, offices, exclusions, care."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404

from branches.models import Appointment, CountExclusion, Member, Membership, Organisation, PatchAssignment
from branches.selectors import expected_people
from branches.services import members, organisations
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from tests.factories.branches import (
    LONG_AGO,
    TODAY,
    AppointmentFactory,
    BranchFactory,
    ExclusionFactory,
    GroupFactory,
    MemberFactory,
)

pytestmark = pytest.mark.django_db
MOVED = date(2026, 11, 10)
EVE = date(2026, 11, 9)


def move(cast, member: Member, to: Organisation, on: date = MOVED, **more) -> Member:
    return members.transfer_member(
        actor=cast.viewer("officer"), member=member, branch=to, on=on, version=member.version, **more
    )


def spells(member: Member) -> list[tuple]:
    rows = Membership.objects.filter(member=member).order_by("from_on")
    return list(rows.values_list("branch_id", "group_id", "from_on", "to_on"))


# -- transfers


def test_nobody_is_moved_to_where_no_member_belongs(cast):
    member = cast.member.member
    group = GroupFactory(parent=cast.other_branch)
    closed = BranchFactory(parent=cast.root, dissolved_on=date(2026, 1, 1))
    for place, words in (
        (cast.root, "应登记在党支部"),
        (group, "应登记在党支部"),
        (closed, "已撤销"),
        (cast.branch, "已经在这个支部"),
    ):
        with pytest.raises(InvalidInput, match=words):
            move(cast, member, place)
    with pytest.raises(InvalidInput, match="党小组不属于"):
        move(cast, member, cast.far_branch, group=group)
    assert spells(member) == [(cast.branch.pk, None, LONG_AGO, None)]


def test_second_change_of_one_day_leaves_no_spell_without_a_day(cast):
    member = cast.member.member
    move(cast, member, cast.other_branch)
    move(cast, member, cast.far_branch)
    assert spells(member) == [(cast.branch.pk, None, LONG_AGO, EVE), (cast.far_branch.pk, None, MOVED, None)]


def test_transfer_ends_dated_offices_and_those_to_come(cast):
    member = cast.member.member
    AppointmentFactory(member=member, post="deputy_secretary", to_on=date(2026, 12, 31))
    AppointmentFactory(member=member, post="publicity_member", from_on=date(2026, 12, 1))
    over = AppointmentFactory(member=member, post="discipline_member", to_on=date(2020, 1, 1))
    move(cast, member, cast.far_branch)
    rows = Appointment.objects.filter(member=member).order_by("post")
    assert list(rows.values_list("post", "to_on")) == [("deputy_secretary", EVE), (over.post, date(2020, 1, 1))]


@pytest.mark.parametrize("until", [None, date(2026, 12, 31)])
def test_exclusion_the_old_branch_resolved_ends_with_the_transfer(cast, until):
    member = cast.member.member
    ExclusionFactory(member=member, from_on=date(2026, 3, 1), to_on=until)
    ExclusionFactory(member=member, from_on=date(2027, 2, 1))
    move(cast, member, cast.far_branch)
    assert list(CountExclusion.objects.filter(member=member).values_list("to_on", flat=True)) == [EVE]
    assert [row.excluded for row in expected_people(cast.far_branch, MOVED)] == [""]


# -- standing


def test_only_the_committee_lets_somebody_go(cast):
    member = cast.member.member
    with pytest.raises(Refused):
        members.change_status(
            actor=cast.viewer("secretary"), member=member, status="transferred_out", on=MOVED, version=1
        )
    assert Member.objects.get(pk=member.pk).status == "full"


def test_unchanged_standing_writes_nothing(cast):
    members.change_status(actor=cast.viewer("officer"), member=cast.member.member, status="full", on=MOVED, version=1)
    assert spells(cast.member.member) == [(cast.branch.pk, None, LONG_AGO, None)]
    assert not AuditEntry.objects.exists()


def test_wrong_phone_is_named_under_its_field(cast):
    with pytest.raises(InvalidInput) as fault:
        members.update_member(
            actor=cast.viewer("secretary"), member=cast.member.member, version=1, changes={"phone": "12"}, today=TODAY
        )
    assert list(fault.value.fields) == ["phone"]


# -- organisations


def test_only_the_installation_founds_a_committee(cast):
    with pytest.raises(Refused):
        organisations.create_organisation(
            actor=cast.viewer("officer"), parent=None, tier="committee", name="x", short_name="x", founded_on=TODAY
        )


@pytest.mark.parametrize(("tier", "below"), [("branch", "branch"), ("general_branch", "branch"), ("group", "root")])
def test_tiers_stand_in_their_order(cast, tier, below):
    with pytest.raises(InvalidInput, match="不能设在"):
        organisations.create_organisation(
            actor=cast.viewer("officer"),
            parent=getattr(cast, below),
            tier=tier,
            name="x",
            short_name="x",
            founded_on=TODAY,
        )


def test_nothing_is_founded_below_what_was_dissolved(cast):
    closed = BranchFactory(parent=cast.root, tier="general_branch", dissolved_on=date(2026, 1, 1))
    with pytest.raises(InvalidInput, match="上级组织已撤销"):
        organisations.create_organisation(
            actor=cast.viewer("officer"), parent=closed, tier="branch", name="x", short_name="x", founded_on=TODAY
        )


def test_what_cannot_be_moved(cast):
    officer, group = cast.viewer("officer"), GroupFactory(parent=cast.branch)
    for organisation, on, words in ((group, TODAY, "党小组"), (cast.far_branch, date(2010, 1, 1), "早于成立日期")):
        with pytest.raises(InvalidInput, match=words):
            organisations.move_organisation(
                actor=officer, organisation=organisation, parent=cast.root, on=on, version=1
            )


def test_dissolving_ends_offices_and_care_on_its_last_day(cast):
    empty = BranchFactory(parent=cast.root)
    care = PatchAssignment.objects.create(root=cast.root, leader=cast.leader, branch=empty, from_on=LONG_AGO)
    held = AppointmentFactory(member=cast.member.member, organisation=empty, to_on=date(2026, 12, 31))
    officer = cast.viewer("officer")
    with pytest.raises(InvalidInput, match="早于成立日期"):
        organisations.dissolve_organisation(actor=officer, organisation=empty, on=date(2010, 1, 1), version=1)
    organisations.dissolve_organisation(actor=officer, organisation=empty, on=MOVED, version=1)
    care.refresh_from_db()
    held.refresh_from_db()
    assert (care.to_on, held.to_on) == (MOVED, MOVED)
    with pytest.raises(Conflict, match="已经撤销"):
        organisations.dissolve_organisation(actor=officer, organisation=empty, on=TODAY, version=2)


def test_branch_with_a_standing_group_is_not_dissolved(cast):
    empty = BranchFactory(parent=cast.root)
    GroupFactory(parent=empty)
    with pytest.raises(InvalidInput, match="未撤销的组织"):
        organisations.dissolve_organisation(actor=cast.viewer("officer"), organisation=empty, on=TODAY, version=1)


def test_group_with_members_is_not_dissolved_and_foreign_branches_are_not_there(cast):
    group = GroupFactory(parent=cast.branch)
    MemberFactory(branch=cast.branch, group=group)
    with pytest.raises(InvalidInput, match="还有 1 名党员"):
        organisations.dissolve_organisation(actor=cast.viewer("secretary"), organisation=group, on=TODAY, version=1)
    with pytest.raises(Http404):
        organisations.dissolve_organisation(actor=cast.viewer("outsider"), organisation=group, on=TODAY, version=1)
