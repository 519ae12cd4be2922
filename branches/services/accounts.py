"""Accounts: opening, disabling, passwords. Who may do what with them follows in `grants`."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from rest_framework.authtoken.models import Token

from branches.models import Member, Organisation, User
from branches.permissions import Viewer, check, visible
from core import audit
from core.errors import Conflict, InvalidInput

# No 0/O, 1/l/I: a one-time password is read from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"
MARKS = "@#%+="


@transaction.atomic
def create_account(
    *,
    actor: Viewer,
    username: str,
    display_name: str = "",
    member_no: str = "",
    root: Organisation | None = None,
) -> tuple[User, str]:
    """A new account, and the one-time password that is shown once; at first sign-in it must be changed."""
    check(actor, "account.create")
    username = _clean_username(username)
    member = _member_of(actor, member_no) if member_no else None
    if not (display_name or member):
        raise InvalidInput("请填写姓名或党员编号。", fields={"display_name": ["请填写姓名，或填写党员编号。"]})
    password = one_time_password()
    user = User.objects.create_user(
        username,
        password,
        display_name=display_name or (member.name if member else ""),
        member=member,
        root=root or (member.root if member else _only_root(actor)),
        must_change_password=True,
    )
    audit.record(actor=actor, action="account.create", target=user, after={"username": username, "no": member_no})
    return user, password


@transaction.atomic
def disable_account(*, actor: Viewer, user: User, reason: str = "") -> User:
    """Close an account: every session and API token of it dies at once."""
    user = locked_account(actor, user)
    check(actor, "account.disable")
    if user.pk == actor.user_id:
        raise InvalidInput("不能停用自己的账号。", remedy="请由另一名系统管理员办理。")
    if not user.is_active:
        raise Conflict("该账号已经停用。")
    user.is_active = False
    user.end_sessions()
    user.save(update_fields=["is_active", "session_seed"])
    Token.objects.filter(user=user).delete()
    audit.record(
        actor=actor,
        action="account.disable",
        target=user,
        before={"active": True},
        after={"active": False},
        summary=reason,
    )
    return user


@transaction.atomic
def enable_account(*, actor: Viewer, user: User) -> tuple[User, str]:
    """Open a closed account again, with a new one-time password."""
    user = locked_account(actor, user)
    check(actor, "account.disable")
    if user.is_active:
        raise Conflict("该账号没有停用。")
    user.is_active = True
    password = _set_one_time_password(user)
    audit.record(actor=actor, action="account.enable", target=user, before={"active": False}, after={"active": True})
    return user, password


@transaction.atomic
def reset_password(*, actor: Viewer, user: User) -> tuple[User, str]:
    """A new one-time password; the old one, all sessions and API tokens stop working."""
    user = locked_account(actor, user)
    check(actor, "account.create")
    password = _set_one_time_password(user)
    audit.record(actor=actor, action="account.reset", target=user, summary="重置为一次性密码")
    return user, password


@transaction.atomic
def change_password(*, actor: Viewer, old: str, new: str) -> User:
    """One's own new password; all other sessions end (the caller keeps its own by update_session_auth_hash)."""
    user = User.objects.select_for_update(no_key=True).get(pk=actor.user_id)
    if not user.check_password(old):
        raise InvalidInput("原密码不对。", fields={"old_password": ["原密码不对，请重新输入。"]})
    if old == new:
        raise InvalidInput("新密码与原密码相同。", fields={"new_password1": ["请换一个新密码。"]})
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise InvalidInput("新密码不合要求。", fields={"new_password1": list(error.messages)}) from None
    user.set_password(new)
    user.must_change_password = False
    user.end_sessions()
    user.save(update_fields=["password", "must_change_password", "session_seed"])
    Token.objects.filter(user=user).delete()
    audit.record(actor=actor, action="account.password", target=user, summary="本人修改密码")
    return user


def one_time_password() -> str:
    """14 characters of four kinds, easy to read from paper."""
    draw = secrets.choice
    picked = [draw(CAPITALS), draw(DIGITS), draw(MARKS)] + [draw(LETTERS + CAPITALS + DIGITS) for _ in range(11)]
    secrets.SystemRandom().shuffle(picked)
    return "".join(picked)


def _set_one_time_password(user: User) -> str:
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.end_sessions()
    user.save(update_fields=["password", "must_change_password", "session_seed", "is_active"])
    Token.objects.filter(user=user).delete()
    return password


def locked_account(actor: Viewer, user: User) -> User:
    """The account under a lock, if it is the actor's to manage; else 404."""
    found = visible(User.objects.all(), actor).filter(pk=user.pk).values_list("pk", flat=True).first()
    if found is None:
        raise Http404
    return User.objects.select_for_update(no_key=True).get(pk=found)


def _clean_username(username: str) -> str:
    username = username.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{2,49}", username):
        raise InvalidInput(
            "用户名不合要求。", fields={"username": ["请用 3 至 50 位小写字母、数字、点、横线或下划线。"]}
        )
    if User.objects.filter(username=username).exists():
        raise InvalidInput("用户名已有人用。", fields={"username": ["请换一个用户名。"]})
    return username


def _member_of(actor: Viewer, member_no: str) -> Member:
    """The member an account is opened for; the administrator knows no more of them than the number."""
    members = Member.objects.filter(member_no=member_no.strip())
    if not actor.is_system:
        members = members.filter(branch__in=_places(actor))
    member: Any = members.first()
    if member is None:
        raise InvalidInput("没有这个党员编号。", fields={"member_no": ["请向支部核对党员编号。"]})
    if User.objects.filter(member=member).exists():
        raise InvalidInput("这名党员已有账号。", fields={"member_no": ["请在账号列表中查找。"]})
    return member


def _places(actor: Viewer) -> Any:
    return visible(Organisation.objects.all(), actor).values("pk")


def _only_root(actor: Viewer) -> Organisation | None:
    return Organisation.objects.filter(pk=actor.root_id).first() if actor.root_id else None
