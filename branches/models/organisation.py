"""The tree of party organisations, with its past shapes."""

from __future__ import annotations

from django.db import models

from branches.scope import Scope


class Tier(models.TextChoices):
    """What an organisation is in the tree."""

    COMMITTEE = "committee", "党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    GROUP = "group", "党小组"


class BranchKind(models.TextChoices):
    ORDINARY = "ordinary", "党支部"
    JOINT = "joint", "联合党支部"
    TEMPORARY = "temporary", "临时党支部"
    PROJECT = "project", "项目党支部"


class Organisation(models.Model):
    """One party organisation: committee, general branch, branch or group.

    `path` is the chain of ids from the root, each followed by a slash ("1/4/12/"), so a prefix is a
    subtree. `code` (001.003.012, domain.md §1.4) is issued once and stays when the organisation moves.
    """

    scope = Scope(resource="organisation", branch="")

    root = models.ForeignKey("self", verbose_name="顶级组织", null=True, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey(
        "self", verbose_name="上级组织", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField("路径", max_length=200, db_index=True, default="")
    tier = models.CharField("类别", max_length=20, choices=Tier)
    kind = models.CharField("支部类型", max_length=20, choices=BranchKind, default=BranchKind.ORDINARY)
    code = models.CharField("组织代码", max_length=40, unique=True)
    external_code = models.CharField("上级系统编号", max_length=40, blank=True)
    name = models.CharField("全称", max_length=100)
    short_name = models.CharField("简称", max_length=40)
    rank_group = models.CharField("考核分组", max_length=20, blank=True)
    sort_key = models.CharField("排序", max_length=40, blank=True)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    go_live_month = models.IntegerField(
        "启用月份", null=True, blank=True, help_text="党委开始使用本系统的月份，如202601"
    )
    theme_day_rule = models.CharField("主题党日固定日", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=40, blank=True)
    version = models.IntegerField("版本", default=1)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "党组织"
        ordering = ["sort_key", "code"]
        indexes = [models.Index(fields=["root", "tier", "sort_key"], name="org_root_tier_ix")]

    def __str__(self) -> str:
        return self.short_name


class OrganisationPlacement(models.Model):
    """Under which parent one organisation stood, and when: the tree of any past day."""

    root = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="placements")
    parent = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    path = models.CharField("路径", max_length=200)
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "隶属关系"
        constraints = [models.UniqueConstraint(fields=["organisation", "from_on"], name="placement_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.from_on}"
