"""Who sees which rows: ids equal to the scope for every role, on any day, at a known cost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from branches.models import Appointment, Member, Organisation, Post, RoleGrant, User
from branches.permissions import SYSTEM, Viewer, can, check, visible, visible_branches
from branches.rules import ACT, READ, Reach, Role
from core.errors import Refused
from tests.factories.branches import TODAY, AppointmentFactory, GroupFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db

PEOPLE = ("secretary", "committee_member", "officer", "leader", "member", "administrator", "outsider", "stranger")


@pytest.fixture
def people(cast) -> dict[str, set[int]]:
    """Members by where they are."""
    for branch in (cast.branch, cast.other_branch, cast.far_branch, cast.foreign_branch):
        MemberFactory.create_batch(2, branch=branch)
    places = {"branch": cast.branch, "other": cast.other_branch, "far": cast.far_branch, "foreign": cast.foreign_branch}
    return {
        name: set(Member.objects.filter(branch=branch).values_list("id", flat=True)) for name, branch in places.items()
    }


def test_members_seen_by_each_role(cast, people):
    seen = {name: set(visible(Member.objects.all(), cast.viewer(name)).values_list("id", flat=True)) for name in PEOPLE}
    assert seen == {
        "secretary": people["branch"],
        "committee_member": people["branch"],
        "officer": people["branch"] | people["other"] | people["far"],
        "leader": people["branch"] | people["other"],
        "member": {cast.member.member_id},
        "administrator": set(),
        "outsider": people["foreign"],
        "stranger": set(),
    }


def test_branches_offered_to_each_role(cast):
    seen = {name: set(visible_branches(cast.viewer(name)).values_list("id", flat=True)) for name in PEOPLE}
    own, other, far = cast.branch.pk, cast.other_branch.pk, cast.far_branch.pk
    assert seen == {
        "secretary": {own},
        "committee_member": {own},
        "officer": {own, other, far},
        "leader": {own, other},
        "member": {own},
        "administrator": {own, other, far},
        "outsider": {cast.foreign_branch.pk},
        "stranger": set(),
    }


def test_accounts_are_seen_by_the_administrator_of_their_committee_only(cast):
    seen = visible(User.objects.all(), cast.viewer("administrator"))
    assert set(seen.values_list("username", flat=True)) == {
        "secretary", "other_secretary", "committee_member", "officer", "second_officer", "leader", "member",
        "administrator",
    }  # fmt: skip
    for name in set(PEOPLE) - {"administrator"}:
        assert not visible(User.objects.all(), cast.viewer(name)).exists()
        assert not visible(RoleGrant.objects.all(), cast.viewer(name)).exists()


def test_groups_of_the_branch_are_seen_with_it(cast):
    group, foreign = GroupFactory(parent=cast.branch), GroupFactory(parent=cast.foreign_branch)
    seen = visible(Organisation.objects.all(), cast.viewer("secretary"))
    assert set(seen) == {cast.branch, group}
    check(cast.viewer("secretary"), "member.edit", group)
    with pytest.raises(Http404):
        check(cast.viewer("secretary"), "member.edit", foreign)


def test_system_sees_and_may_all(cast):
    assert visible(Member.objects.all(), SYSTEM).count() == Member.objects.count()
    check(SYSTEM, "month.close", cast.branch)


@pytest.mark.parametrize("action", sorted(ACT))
def test_each_action_inside_the_scope_is_allowed_or_refused_and_outside_is_404(cast, action):
    roles = {
        "secretary": Role.SECRETARY, "committee_member": Role.BRANCH_COMMITTEE, "officer": Role.OFFICER,
        "leader": Role.LEADER, "member": Role.MEMBER, "administrator": Role.ADMINISTRATOR,
    }  # fmt: skip
    for name, role in roles.items():
        viewer = cast.viewer(name)
        assert can(viewer, action, cast.branch) == (role in ACT[action]), name
        if role in ACT[action]:
            check(viewer, action, cast.branch)
        else:
            with pytest.raises(Refused):
                check(viewer, action, cast.branch)
        with pytest.raises(Http404):
            check(viewer, action, cast.foreign_branch)


def test_an_unknown_action_or_resource_fails_closed(cast):
    with pytest.raises(KeyError):
        can(cast.viewer("officer"), "no.such.action", cast.branch)
    assert not {reach for reaches in READ.values() for reach in reaches.values()} - set(Reach)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_viewer_costs_one_query_once(cast, name):
    viewer = Viewer.of(User.objects.get(username=name), TODAY)
    with CaptureQueriesContext(connection) as seen:
        found = [
            viewer.roles,
            viewer.own_branch_ids,
            viewer.patch_branch_ids,
            viewer.all_prefixes,
            viewer.root_id,
            viewer.home_branch_id,
        ]
        can(viewer, "activity.log", cast.branch)
    assert found
    assert len(seen) == 1


def test_acting_secretary_has_the_rights_from_the_first_to_the_last_day(cast):
    account = cast.member
    AppointmentFactory(
        member=account.member, post=Post.SECRETARY, is_acting=True, from_on=date(2026, 10, 1), to_on=date(2026, 11, 30)
    )
    for day, holds in (
        (date(2026, 9, 30), False),
        (date(2026, 10, 1), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), False),
    ):
        assert can(Viewer.of(account, day), "sheet.send", cast.branch) is holds, day


def test_deputy_secretary_has_the_secretarys_rights(cast):
    AppointmentFactory(member=cast.member.member, post=Post.DEPUTY_SECRETARY)
    assert cast.viewer("member").is_a(Role.SECRETARY)


def test_an_office_in_the_committee_or_a_group_gives_no_branch_rights(cast):
    group = GroupFactory(parent=cast.branch)
    AppointmentFactory(member=cast.member.member, organisation=group, post=Post.GROUP_LEADER)
    AppointmentFactory(member=cast.member.member, organisation=cast.root, post=Post.SECRETARY)
    assert cast.viewer("member").roles == {Role.MEMBER}


def test_a_secretary_of_another_branch_than_their_own_works_for_that_branch(cast):
    member = MemberFactory(branch=cast.branch)
    AppointmentFactory(member=member, organisation=cast.far_branch)
    viewer = Viewer.of(UserFactory(member=member), TODAY)
    assert viewer.home_branch_id == cast.far_branch.pk
    assert viewer.own_branch_ids == {cast.branch.pk, cast.far_branch.pk}
    assert viewer.secretary_branch_ids == {cast.far_branch.pk}
    assert not can(viewer, "sheet.send", cast.branch)


def test_disabled_accounts_and_ended_members_have_nothing(cast):
    cast.secretary.is_active = False
    assert cast.viewer("secretary").roles == frozenset()
    assert cast.viewer("secretary").member_id is None
    Member.objects.filter(pk=cast.member.member_id).update(status="transferred_out")
    assert cast.viewer("member").roles == frozenset()


def test_ended_grants_and_offices_end_the_rights(cast):
    yesterday = TODAY - timedelta(days=1)
    RoleGrant.objects.filter(user=cast.officer).update(to_on=yesterday)
    Appointment.objects.filter(member=cast.secretary.member).update(to_on=yesterday)
    cast.leader.patch.filter(branch=cast.branch).update(to_on=yesterday)
    assert cast.viewer("officer").roles == frozenset()
    assert cast.viewer("secretary").roles == {Role.MEMBER}
    assert cast.viewer("leader").patch_branch_ids == {cast.other_branch.pk}
