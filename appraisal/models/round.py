"""Rounds of inspection: one check of many branches, its inspectors, its draw and its frozen result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.periods import Month


class RoundKind(models.TextChoices):
    HALF = "half", "半年检查"
    YEAR = "year", "年终考核检查"
    SPECIAL = "special", "专项检查"


class RoundState(models.TextChoices):
    OPEN = "open", "检查中"
    FROZEN = "frozen", "结果已封存"
    CANCELLED = "cancelled", "已取消"


class InspectionRound(models.Model):
    """One round of a committee over a span of months, on the records sent by the cut-off day.

    `population` and `seed` are what the branches were drawn from and by; the same two give the same draw for
    ever. `standing_key` is set for the half-year and year round while it stands, so that there is one of each.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    kind = models.CharField("类别", max_length=20, choices=RoundKind)
    title = models.CharField("名称", max_length=60)
    first_month = models.IntegerField("起始月份")
    last_month = models.IntegerField("截止月份")
    cut_off = models.DateField("数据截止日")
    seed = models.CharField("抽取种子", max_length=40)
    population = models.JSONField("参加抽取的支部", default=list)
    branch_size = models.IntegerField("抽取支部数", null=True)
    record_size = models.IntegerField("每个支部抽查记录数")
    state = models.CharField("状态", max_length=20, choices=RoundState, default=RoundState.OPEN)
    standing_key = models.CharField("唯一标识", max_length=40, null=True, blank=True)  # noqa: DJ001 -- null is not unique
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("开始时间")
    closing = models.ForeignKey("assessment.MonthClosing", null=True, on_delete=models.PROTECT, related_name="+")
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField("封存时间", null=True)
    digest = models.CharField("摘要", max_length=64, blank=True)
    cancel_reason = models.CharField("取消原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查轮次"
        constraints = [
            models.UniqueConstraint(fields=["root", "standing_key"], name="round_standing_once"),
            models.CheckConstraint(condition=Q(first_month__lte=models.F("last_month")), name="round_span"),
            models.CheckConstraint(
                condition=~Q(state="frozen") | (~Q(digest="") & Q(frozen_at__isnull=False)), name="round_frozen_digest"
            ),
        ]
        indexes = [models.Index(fields=["root", "year"], name="round_year_ix")]

    def __str__(self) -> str:
        return self.title

    @property
    def span_words(self) -> str:
        """2026年1月至6月; one month by its own name."""
        first, last = Month.from_key(self.first_month), Month.from_key(self.last_month)
        return last.label if first == last else f"{first.label}至{last.number}月"

    @property
    def is_drawn(self) -> bool:
        """Whether the branches were drawn; else all are inspected."""
        return self.branch_size is not None


class RoundInspector(models.Model):
    """One person who inspects in one round."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(InspectionRound, on_delete=models.CASCADE, related_name="inspectors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "检查人"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="round_inspector_once")]
