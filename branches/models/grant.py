"""Rights given to an account that do not follow from an office: officer, leader, administrator."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.rules import GRANTABLE, Role
from branches.scope import Scope


class RoleGrant(models.Model):
    """One role of one account over one organisation and all below it, from one day to another."""

    scope = Scope(resource="account", branch=None, root="user__root")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField("角色", max_length=30, choices=[(role.value, role.label) for role in GRANTABLE])
    organisation = models.ForeignKey(
        "branches.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "角色授权"
        constraints = [models.UniqueConstraint(fields=["user", "role", "organisation", "from_on"], name="grant_once")]

    def __str__(self) -> str:
        return Role(self.role).label


class PatchAssignment(models.Model):
    """包片: one branch in the care of one leader, from one day to another."""

    scope = Scope(resource="account", branch=None)

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="patch")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="leaders")
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "包片联系"
        constraints = [models.UniqueConstraint(fields=["root", "branch", "leader", "from_on"], name="patch_once")]

    def __str__(self) -> str:
        return f"包片 {self.branch_id}"
