"""Work methods as data: 432, 146, 12345 are trees of groups and items; 五个一 is one whose items each person ticks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.scope import Scope


class MethodKind(models.TextChoices):
    """Whether an item is done once for all, or by each party worker for themselves."""

    TREE = "tree", "分组推进"
    TICKS = "ticks", "每人逐项"


class Method(models.Model):
    """One work method of the committee or of a branch in one year."""

    scope = Scope(resource="method", branch="organisation")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="methods")
    year = models.IntegerField("年度")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("方式", max_length=10, choices=MethodKind, default=MethodKind.TREE)
    note = models.CharField("说明", max_length=300, blank=True)
    version = models.IntegerField("版本", default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = verbose_name_plural = "工作法"
        constraints = [
            models.UniqueConstraint(fields=["root", "organisation", "year", "name"], name="method_once"),
            models.CheckConstraint(condition=Q(kind__in=MethodKind.values), name="method_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class MethodNode(models.Model):
    """One item of a method in its group, with the person responsible."""

    method = models.ForeignKey(Method, on_delete=models.CASCADE, related_name="nodes")
    group = models.CharField("分组", max_length=60)
    name = models.CharField("事项", max_length=60)
    owner = models.CharField("责任人", max_length=60, blank=True)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "工作法事项"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["method", "group", "name"], name="method_node_once")]

    def __str__(self) -> str:
        return self.name


class MethodProof(models.Model):
    """That an item was done, on which day and what proves it; for a method of ticks, by whom. Taken back, never edited."""

    scope = Scope(resource="method", branch="branch")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey(MethodNode, on_delete=models.PROTECT, related_name="proofs")
    member = models.ForeignKey("branches.Member", null=True, on_delete=models.PROTECT, related_name="method_proofs")
    happened_on = models.DateField("日期")
    words = models.CharField("做了什么", max_length=200)
    evidence = models.CharField("佐证", max_length=200)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作法佐证"
        ordering = ["happened_on", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(evidence=""), name="method_proof_evidence")]

    def __str__(self) -> str:
        return self.words
