"""Accounts: one-time passwords, disabling, grants that keep administration and business apart, the patch."""

from __future__ import annotations

import pytest
from django.http import Http404
from rest_framework.authtoken.models import Token

from branches.models import RoleGrant, User
from branches.rules import Role
from branches.services import accounts, grants
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from tests.factories.branches import PASSWORD, TODAY, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_account_for_a_member_by_number(cast):
    member = MemberFactory(branch=cast.branch, name="新书记")
    user, password = accounts.create_account(
        actor=cast.viewer("administrator"), username="XinShuji", member_no=member.member_no
    )
    assert (user.username, user.display_name, user.member, user.root) == ("xinshuji", "新书记", member, cast.root)
    assert user.check_password(password)
    assert user.must_change_password
    assert password not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"username": "ab", "display_name": "x"}, "用户名"),
        ({"username": "secretary", "display_name": "x"}, "用户名已有"),
        ({"username": "newone"}, "姓名"),
        ({"username": "newone", "member_no": "nobody"}, "没有这个党员编号"),
    ],
)
def test_what_is_refused(cast, fields, word):
    with pytest.raises(InvalidInput, match=word):
        accounts.create_account(actor=cast.viewer("administrator"), **fields)


def test_members_of_another_committee_are_unknown_to_the_administrator(cast):
    with pytest.raises(InvalidInput, match="没有这个党员编号"):
        accounts.create_account(
            actor=cast.viewer("administrator"),
            username="newone",
            member_no=MemberFactory(branch=cast.foreign_branch).member_no,
        )


@pytest.mark.parametrize("name", ["secretary", "officer", "leader", "member", "stranger"])
def test_nobody_else_opens_or_closes_accounts(cast, name):
    with pytest.raises(Refused):
        accounts.create_account(actor=cast.viewer(name), username="newone", display_name="x")
    with pytest.raises(Http404):
        accounts.disable_account(actor=cast.viewer(name), user=cast.other_secretary)


def test_disabling_ends_tokens_and_cannot_hit_oneself_or_strangers(cast):
    administrator = cast.viewer("administrator")
    Token.objects.create(user=cast.secretary)
    accounts.disable_account(actor=administrator, user=cast.secretary, reason="调离")
    assert not Token.objects.filter(user=cast.secretary).exists()
    with pytest.raises(Conflict):
        accounts.disable_account(actor=administrator, user=cast.secretary)
    with pytest.raises(InvalidInput):
        accounts.disable_account(actor=administrator, user=cast.administrator)
    with pytest.raises(Http404):
        accounts.disable_account(actor=administrator, user=cast.outsider)


def test_own_password(cast):
    viewer = cast.viewer("secretary")
    with pytest.raises(InvalidInput, match="原密码"):
        accounts.change_password(actor=viewer, old="wrong", new="Another-Secret-77")
    with pytest.raises(InvalidInput, match="不合要求"):
        accounts.change_password(actor=viewer, old=PASSWORD, new="123")
    accounts.change_password(actor=viewer, old=PASSWORD, new="Another-Secret-77")
    assert User.objects.get(pk=cast.secretary.pk).check_password("Another-Secret-77")


def test_one_time_passwords_are_strong_and_differ():
    made = {accounts.one_time_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert len(password) == 14
        assert any(char.isdigit() for char in password)
        assert any(char.isupper() for char in password)
        assert not set(password) & set("0O1lI")


def give(cast, user, role, organisation=None, who="administrator"):
    return grants.grant_role(
        actor=cast.viewer(who), user=user, role=role, organisation=organisation or cast.root, from_on=TODAY
    )


def test_a_grant_holds_at_once_and_ends_at_once(cast):
    user = UserFactory(root=cast.root, username="neu")
    cast.neu = user
    grant = give(cast, user, "officer")
    assert cast.viewer("neu").roles == {Role.OFFICER}
    with pytest.raises(Conflict):
        give(cast, user, "officer")
    grants.end_grant(actor=cast.viewer("administrator"), grant=grant, on=TODAY)
    assert cast.viewer("neu").roles == frozenset()
    give(cast, user, "officer")
    assert cast.viewer("neu").roles == {Role.OFFICER}


def test_administration_and_business_stay_apart(cast):
    with pytest.raises(InvalidInput, match="不得兼任"):
        give(cast, cast.officer, "administrator")
    with pytest.raises(InvalidInput, match="不得兼任"):
        give(cast, cast.secretary, "administrator")
    with pytest.raises(Refused, match="自己"):
        give(cast, cast.administrator, "officer")
    with pytest.raises(InvalidInput, match="任职产生"):
        give(cast, cast.officer, "secretary")
    with pytest.raises(Http404):
        give(cast, cast.officer, "officer", cast.foreign_branch.parent)
    with pytest.raises(Http404):
        give(cast, cast.leader, "officer", who="officer")
    assert not RoleGrant.objects.filter(user=cast.administrator, role="officer").exists()


def test_the_patch_is_exactly_what_was_chosen(cast):
    administrator = cast.viewer("administrator")
    changed = grants.assign_patch(
        actor=administrator, leader=cast.leader, branches=[cast.branch, cast.far_branch], on=TODAY
    )
    assert changed == 2
    assert cast.viewer("leader").patch_branch_ids == {cast.branch.pk, cast.far_branch.pk}
    assert grants.assign_patch(
        actor=administrator, leader=cast.leader, branches=[cast.far_branch, cast.branch], on=TODAY
    ) == 0  # fmt: skip
    with pytest.raises(Http404):
        grants.assign_patch(actor=administrator, leader=cast.leader, branches=[cast.foreign_branch], on=TODAY)
    with pytest.raises(InvalidInput, match="不是包片领导"):
        grants.assign_patch(actor=administrator, leader=cast.officer, branches=[cast.branch], on=TODAY)
