"""The account a person signs in with."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Creates accounts; there is no superuser (security.md D5)."""

    def create_user(self, username: str, password: str | None = None, **fields) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One account. Rights come from appointments and grants, never from a flag on the account."""

    username = models.CharField("用户名", max_length=50, unique=True)
    display_name = models.CharField("姓名", max_length=50)
    member = models.OneToOneField(
        "branches.Member", verbose_name="党员", null=True, blank=True, on_delete=models.PROTECT, related_name="account"
    )
    is_active = models.BooleanField("启用", default=True)
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
