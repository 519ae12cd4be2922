"""The account a person signs in with."""

from __future__ import annotations

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from branches.scope import Scope


class UserManager(BaseUserManager["User"]):
    """Creates accounts; there is no superuser (security.md D5)."""

    def create_user(self, username: str, password: str | None = None, **fields) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


def _new_session_seed() -> str:
    return secrets.token_hex(16)


class User(AbstractBaseUser):
    """One account. Rights come from appointments and grants, never from a flag on the account."""

    scope = Scope(resource="account", branch=None)

    root = models.ForeignKey(
        "branches.Organisation",
        verbose_name="所属党委",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    username = models.CharField("用户名", max_length=50, unique=True)
    display_name = models.CharField("姓名", max_length=50)
    member = models.OneToOneField(
        "branches.Member", verbose_name="党员", null=True, blank=True, on_delete=models.PROTECT, related_name="account"
    )
    is_active = models.BooleanField("启用", default=True)
    session_seed = models.CharField("会话代号", max_length=32, default=_new_session_seed, editable=False)
    must_change_password = models.BooleanField("首次登录须改密码", default=False)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.display_name or self.username

    def end_sessions(self) -> None:
        """Every session signed in so far dies with the next request, also if the account is enabled again."""
        self.session_seed = _new_session_seed()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        salt = "branches.User.session_auth_hash"
        return salted_hmac(salt, self.password + self.session_seed, secret=secret, algorithm="sha256").hexdigest()
