"""Visits of a leader to a branch in the own patch, and what was promised there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.scope import Scope


class PatchVisit(models.Model):
    """One visit of a leader to one branch on one day: what was seen; the promises made stand beside it."""

    scope = Scope(resource="patch_visit")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="visits")
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField("走访日期")
    seen = models.CharField("了解到的情况", max_length=1000)
    created_at = models.DateTimeField("登记时间")
    changed_at = models.DateTimeField("修改时间")
    version = models.IntegerField("版本", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "包片走访"
        ordering = ["-visited_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["branch", "leader", "visited_on"], name="visit_once_a_day")]
        indexes = [models.Index(fields=["root", "visited_on"], name="visit_root_day_ix")]

    def __str__(self) -> str:
        return f"{self.visited_on:%Y-%m-%d}走访"


class VisitPromise(models.Model):
    """One thing a leader promised a branch; open until it is said what became of it."""

    scope = Scope(resource="patch_visit", branch="visit__branch", root="visit__root")

    visit = models.ForeignKey(PatchVisit, on_delete=models.CASCADE, related_name="promises")
    words = models.CharField("答应的事", max_length=200)
    due_on = models.DateField("期限", null=True, blank=True)
    settled_on = models.DateField("办结日期", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "走访承诺"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(settled_on__isnull=True) | ~Q(outcome=""), name="promise_settled_words")
        ]

    def __str__(self) -> str:
        return self.words
