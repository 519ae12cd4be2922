"""Kinds of claim that a committee added to those of its scheme (补充申报事项)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.scope import Scope


class AddedKind(models.Model):
    """One thing more that a committee's branches may claim from one month to another; it gives facts and, by itself, no points.

    `metric` is the code under which its facts stand, so that a later scheme may give it points.
    """

    scope = Scope(resource="added_kind", branch="root")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    metric = models.CharField("指标", max_length=60, unique=True)
    name = models.CharField("事项", max_length=60)
    unit = models.CharField("单位", max_length=10)
    evidence = models.CharField("佐证", max_length=100, blank=True)
    reason = models.CharField("为什么要收集", max_length=200)
    from_month = models.IntegerField("自")
    until_month = models.IntegerField("至", null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("增设时间")

    class Meta:
        verbose_name = verbose_name_plural = "增设的申报事项"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["root", "name"], name="added_kind_once")]

    def __str__(self) -> str:
        return self.name
