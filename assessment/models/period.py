"""Frozen quarters, halves and years, made of closed months; and the seals of the facts that closings counted."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assessment.models.score import _to
from branches.scope import Scope
from core.periods import Period


class PeriodSnapshot(models.Model):
    """One freezing of one quarter, half or year of a committee; a month restated later gives the next revision.

    It is made of closed months alone: `sources` names them ([month, revision, digest]), `digest` is over them and
    the canonical rows, so that anyone can make it again from the months.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    kind = models.CharField("期间", max_length=10, choices=[("quarter", "季度"), ("half", "半年"), ("year", "年度")])
    number = models.IntegerField("第几期")
    revision = models.IntegerField("第几次定格", default=1)
    sources = models.JSONField("所含月份封存", default=list)
    branch_count = models.IntegerField("支部数")
    reason = models.CharField("重新定格的原因", max_length=200, blank=True)
    digest = models.CharField("摘要", max_length=64)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField("定格时间")

    scope = Scope(resource="closing", branch=None)

    class Meta:
        verbose_name = verbose_name_plural = "期间定格"
        constraints = [
            models.UniqueConstraint(fields=["root", "year", "kind", "number", "revision"], name="period_snapshot_once")
        ]

    def __str__(self) -> str:
        return f"{self.period} ({self.revision})"

    @property
    def period(self) -> Period:
        return Period(self.year, self.kind, self.number)


class PeriodScore(models.Model):
    """One branch in one snapshot, year to date at its end, in millionths: before, after, and the change between.

    `months` are the scores of its closed months as shown ([month, hundredths]); `items` those of the last of them.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    snapshot = models.ForeignKey(PeriodSnapshot, on_delete=models.PROTECT, related_name="scores", db_index=False)
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    before = models.BigIntegerField("期初得分", null=True)
    score = models.BigIntegerField("期末得分", null=True)
    change = models.BigIntegerField("本期增减", null=True)
    shown = models.BigIntegerField("显示得分（百分之一）", null=True)
    months = models.JSONField("各月得分", default=list)
    items = models.JSONField("各小项得分", default=dict)
    row_digest = models.CharField("摘要", max_length=64)

    scope = Scope(resource="score")

    class Meta:
        verbose_name = verbose_name_plural = "期间得分"
        constraints = [models.UniqueConstraint(fields=["root", "snapshot", "branch"], name="period_score_once")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.shown}"


class FactSeal(models.Model):
    """What the first closing that counted a fact saw of it; one row as pending, one as confirmed, never changed.

    With it, a fact that somebody alters or removes behind the portal's back is named, not only noticed.
    """

    pk = models.CompositePrimaryKey("root_id", "fact_id", "is_confirmed")
    root = _to("branches.Organisation")
    fact = _to("assessment.Fact")
    is_confirmed = models.BooleanField("已确认")
    closing = _to("assessment.MonthClosing")
    branch = _to("branches.Organisation")
    metric = _to("assessment.Metric")
    happened_on = models.DateField("发生日期")
    quantity = models.BigIntegerField("数量（千分之一）")
    occurrence = models.CharField("事项编号", max_length=60, blank=True)
    reverses_id = models.BigIntegerField("冲销", null=True)

    scope = Scope(resource="fact")

    class Meta:
        verbose_name = verbose_name_plural = "依据存底"

    def __str__(self) -> str:
        return f"{self.fact_id}"
