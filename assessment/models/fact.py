"""Facts: what happened, counted once, appended and reversed, never edited (scoring.md, Fact)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.scope import Scope
from core.periods import SHANGHAI, Month

LARGEST_QUANTITY = 100_000_000  # thousandths; keeps points x quantity inside 64 bits (docs/scoring.md)


class FactState(models.TextChoices):
    PENDING = "pending", "待审"
    CONFIRMED = "confirmed", "已确认"


class FactRow(models.Model):
    """What the facts of branches and of members share: metric, day, quantity, where it comes from, who entered it when.

    `quantity` is in thousandths. `month` is the key of the month of `happened_on`. `entered_at` is the first
    sending of the record (it decides late), `recorded_at` when this row was written (it decides what a
    closing had seen). A reversal points at what it reverses and carries its day and state.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    metric = models.ForeignKey(
        "assessment.Metric", verbose_name="指标", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    happened_on = models.DateField("发生日期")
    month = models.IntegerField("月份")
    quantity = models.BigIntegerField("数量（千分之一）", default=1000)
    state = models.CharField("状态", max_length=10, choices=FactState, default=FactState.PENDING)
    source_type = models.CharField("来源", max_length=30)
    source_id = models.BigIntegerField("来源编号")
    revision = models.IntegerField("来源修订", default=1)
    source_key = models.CharField("来源键", max_length=120)
    label = models.CharField("说明", max_length=200)
    url = models.CharField("链接", max_length=200, blank=True)
    occurrence = models.CharField("事项编号", max_length=60, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    entered_at = models.DateTimeField("首次报送时间")
    recorded_at = models.DateTimeField("入账时间")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal", verbose_name="冲销"
    )
    reason = models.CharField("冲销原因", max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def is_opening(self) -> bool:
        """期初: brought in from before the portal was used; counts as on time."""
        return self.source_type == "opening"

    @property
    def is_late(self) -> bool:
        """First sent after the record deadline of its month: yellow for ever (scoring.md, Late entry)."""
        return not self.is_opening and self.entered_at >= Month.of(self.happened_on).record_deadline

    @property
    def lag_days(self) -> int:
        """How many days after the record deadline it was first sent; 0 if on time."""
        if not self.is_late:
            return 0
        deadline = Month.of(self.happened_on).record_deadline
        return (self.entered_at.astimezone(SHANGHAI).date() - deadline.date()).days + 1


class Fact(FactRow):
    """One counted happening of one branch; facts about one of its members are MemberFacts."""

    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="facts", db_index=False)
    member = models.ForeignKey(
        "branches.Member", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    scope = Scope(resource="fact")

    class Meta:
        verbose_name = verbose_name_plural = "计分事实"
        constraints = [
            models.UniqueConstraint(fields=["root", "branch", "metric", "source_key"], name="fact_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=-LARGEST_QUANTITY, quantity__lte=LARGEST_QUANTITY),
                name="fact_quantity_bounded",
            ),
        ]
        indexes = [
            models.Index(fields=["root", "month", "branch", "metric"], name="fact_month_ix"),
            models.Index(fields=["source_type", "source_id"], name="fact_source_ix"),
        ]


class DirtyMark(models.Model):
    """A branch and month whose sums are behind its facts, written with the facts themselves.

    Append-only rows: the rollup removes the very rows it had read before it counted, so a fact that
    comes meanwhile keeps its mark. Without a metric everything of the branch is behind.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False)
    branch = models.ForeignKey("branches.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False)
    month = models.IntegerField("月份")
    metric = models.ForeignKey(
        "assessment.Metric", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "待重算标记"
        indexes = [models.Index(fields=["root", "branch", "month"], name="dirtymark_branch_ix")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month}"


class RootLock(models.Model):
    """One lock row of one committee: `records` is shared by those who write facts and taken whole by a
    closing; `rollup` is taken whole by whoever computes. `closed_at` is the moment of the last closing."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField("锁", max_length=20)
    closed_at = models.DateTimeField("最近封存时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "期间锁"
        constraints = [models.UniqueConstraint(fields=["root", "name"], name="rootlock_once")]

    def __str__(self) -> str:
        return f"{self.root_id} {self.name}"
