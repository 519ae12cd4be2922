"""Rights that must not spill over: of one leader to another, of an account to its forerunner, of a page to an old version."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from branches.models import Member, PatchAssignment
from branches.permissions import visible, visible_branches
from branches.rules import Role
from branches.services import accounts, grants, members
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from tests.factories.branches import PASSWORD, TODAY, GrantFactory, GroupFactory, UserFactory, make_leader

pytestmark = pytest.mark.django_db


def test_each_leader_sees_the_own_patch_only(cast):
    cast.second_leader = make_leader([cast.far_branch], username="second_leader")
    assert cast.viewer("leader").patch_branch_ids == {cast.branch.pk, cast.other_branch.pk}
    assert cast.viewer("second_leader").patch_branch_ids == {cast.far_branch.pk}
    seen = visible(Member.objects.all(), cast.viewer("second_leader")).values_list("branch", flat=True)
    assert set(seen) <= {cast.far_branch.pk}


def test_leader_without_a_patch_is_a_leader_who_sees_nothing(cast):
    cast.idle = UserFactory(root=cast.root, username="idle")
    GrantFactory(user=cast.idle, role=Role.LEADER.value, organisation=cast.root)
    viewer = cast.viewer("idle")
    assert viewer.roles == {Role.LEADER}
    assert list(visible_branches(viewer)) == []
    assert list(visible(Member.objects.all(), viewer)) == []


def test_patch_without_the_leaders_grant_gives_nothing(cast):
    PatchAssignment.objects.create(root=cast.root, leader=cast.stranger, branch=cast.branch, from_on=TODAY)
    assert cast.viewer("stranger").roles == frozenset()
    assert list(visible_branches(cast.viewer("stranger"))) == []


def test_patch_given_and_taken_on_one_day_leaves_no_row(cast):
    administrator = cast.viewer("administrator")
    own = [cast.branch, cast.other_branch]
    grants.assign_patch(actor=administrator, leader=cast.leader, branches=[*own, cast.far_branch], on=TODAY)
    grants.assign_patch(actor=administrator, leader=cast.leader, branches=own, on=TODAY)
    assert not PatchAssignment.objects.filter(branch=cast.far_branch).exists()
    assert cast.viewer("leader").patch_branch_ids == {cast.branch.pk, cast.other_branch.pk}
    assert AuditEntry.objects.filter(action="patch.assign").count() == 2


def test_member_has_one_account(cast):
    with pytest.raises(InvalidInput, match="已有账号"):
        accounts.create_account(
            actor=cast.viewer("administrator"), username="again", member_no=cast.member.member.member_no
        )


def test_same_password_is_no_new_one(cast):
    with pytest.raises(InvalidInput) as fault:
        accounts.change_password(actor=cast.viewer("secretary"), old=PASSWORD, new=PASSWORD)
    assert list(fault.value.fields) == ["new_password1"]


@pytest.mark.parametrize("step", ["disable", "reset", "change"])
def test_open_sessions_end_with_the_old_password(cast, step):
    elsewhere = Client()
    elsewhere.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    assert elsewhere.get(reverse("home")).status_code == 200
    if step == "disable":
        accounts.disable_account(actor=cast.viewer("administrator"), user=cast.secretary)
    elif step == "reset":
        accounts.reset_password(actor=cast.viewer("administrator"), user=cast.secretary)
    else:
        accounts.change_password(actor=cast.viewer("secretary"), old=PASSWORD, new="Another-Secret-77")
    assert elsewhere.get(reverse("home")).status_code == 302


def test_session_kept_from_before_is_not_opened_again_with_the_account(cast):
    elsewhere, administrator = Client(), cast.viewer("administrator")
    elsewhere.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    accounts.disable_account(actor=administrator, user=cast.secretary, reason="调离")
    with pytest.raises(Conflict, match="没有停用"):
        accounts.enable_account(actor=administrator, user=cast.member)
    accounts.enable_account(actor=administrator, user=cast.secretary)
    assert elsewhere.get(reverse("home")).status_code == 302
    said = AuditEntry.objects.filter(action__startswith="account.").order_by("pk").values_list("action", "summary")
    assert list(said) == [("account.disable", "调离"), ("account.enable", "")]


def test_conflict_shows_words_and_never_a_personal_number(cast):
    officer, member = cast.viewer("officer"), cast.member.member
    stale = Member.objects.select_related("branch").get(pk=member.pk)
    members.update_member(
        actor=officer, member=member, version=1, changes={"phone": "13800001234", "sex": "female"}, today=TODAY
    )
    with pytest.raises(Conflict) as refusal:
        members.update_member(
            actor=officer, member=stale, version=1, changes={"phone": "13900005678", "sex": "male"}, today=TODAY
        )
    assert refusal.value.fields == {
        "phone": ["您填写的：（已隐藏）", "现在的：（已隐藏）"],
        "sex": ["您填写的：男", "现在的：女"],
    }


def test_regrouping_is_audited_with_both_groups(cast):
    first, second = GroupFactory(parent=cast.branch), GroupFactory(parent=cast.branch)
    member, secretary = cast.member.member, cast.viewer("secretary")
    members.regroup_member(actor=secretary, member=member, group=first, on=TODAY, version=1)
    members.regroup_member(actor=secretary, member=member, group=second, on=TODAY, version=2)
    entry = AuditEntry.objects.filter(action="member.regroup").order_by("pk").last()
    assert entry.changes["group"] == [first.code, second.code]


def test_changes_of_people_and_accounts_are_audited(cast):
    officer, administrator, member = cast.viewer("officer"), cast.viewer("administrator"), cast.member.member
    Token.objects.create(user=cast.member)
    members.update_member(actor=officer, member=member, version=1, changes={"education": "博士"}, today=TODAY)
    members.transfer_member(actor=officer, member=member, branch=cast.far_branch, on=TODAY, version=2)
    members.change_status(actor=officer, member=member, status="transferred_out", on=TODAY, version=3)
    accounts.reset_password(actor=administrator, user=cast.member)
    assert not Token.objects.exists()
    accounts.change_password(actor=cast.viewer("secretary"), old=PASSWORD, new="Another-Secret-77")
    said = AuditEntry.objects.order_by("pk").values_list("action", "actor__username")
    assert list(said) == [
        ("member.update", "officer"),
        ("member.transfer", "officer"),
        ("member.status", "officer"),
        ("account.reset", "administrator"),
        ("account.password", "secretary"),
    ]


def test_secretary_sends_nobody_to_another_branch(cast):
    with pytest.raises(Refused):
        members.transfer_member(
            actor=cast.viewer("secretary"), member=cast.member.member, branch=cast.other_branch, on=TODAY, version=1
        )
