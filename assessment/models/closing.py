"""Frozen months: the closing, the figures it froze, and what a restatement changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.scope import Scope


class MonthClosing(models.Model):
    """One closing of one month of one committee; a month that was reopened has a later revision.

    It stands on the facts recorded, and confirmed, at `closed_at`; `digest` is SHA-256 over the canonical
    rows (assessment/canonical.py), so that anyone can recompute it.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    month = models.IntegerField("月份")
    revision = models.IntegerField("第几次封存", default=1)
    scheme = models.ForeignKey("assessment.Scheme", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("封存时间")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    fact_count = models.IntegerField("事实条数")
    facts_digest = models.CharField("依据摘要", max_length=64, blank=True)
    unreviewed_count = models.IntegerField("未审核条数", default=0)
    branch_count = models.IntegerField("支部数", default=0)
    digest = models.CharField("摘要", max_length=64)
    reopened_at = models.DateTimeField("重开时间", null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reopen_reason = models.CharField("重开原因", max_length=200, blank=True)

    scope = Scope(resource="closing", branch=None)

    class Meta:
        verbose_name = verbose_name_plural = "月度封存"
        ordering = ["-month", "-revision"]
        constraints = [models.UniqueConstraint(fields=["root", "month", "revision"], name="closing_once")]

    def __str__(self) -> str:
        return f"{self.month} ({self.revision})"

    @property
    def is_closed(self) -> bool:
        return self.reopened_at is None


class ClosedScore(models.Model):
    """The frozen figures of one branch in one closing, in millionths half up; what is shown is these to 2 places.

    base_* is empty where nothing was due. `items` are earned and available of each item (confirmed, millionths).
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    closing = models.ForeignKey(MonthClosing, on_delete=models.PROTECT, related_name="scores", db_index=False)
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    base_confirmed = models.BigIntegerField("基础分", null=True)
    bonus_confirmed = models.BigIntegerField("附加分")
    penalty_confirmed = models.BigIntegerField("附加扣分")
    score_confirmed = models.BigIntegerField("得分", null=True)
    score_provisional = models.BigIntegerField("含待审得分", null=True)
    shown_confirmed = models.BigIntegerField("显示得分（百分之一）", null=True)
    inputs = models.JSONField("起算月与不适用月份", default=dict)
    items = models.JSONField("各小项得分", default=dict)
    row_digest = models.CharField("摘要", max_length=64)

    scope = Scope(resource="score")

    class Meta:
        verbose_name = verbose_name_plural = "封存得分"
        constraints = [models.UniqueConstraint(fields=["root", "closing", "branch"], name="closedscore_once")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.shown_confirmed}"


class Restatement(models.Model):
    """A frozen figure that a later closing of the same month changed: old, new, who, when and why.

    Figures are the shown scores in hundredths of a point; empty: there was none.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.IntegerField("月份")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    old_closing = models.ForeignKey(MonthClosing, on_delete=models.PROTECT, related_name="+")
    new_closing = models.ForeignKey(MonthClosing, on_delete=models.PROTECT, related_name="restatements")
    old_figure = models.BigIntegerField("原得分", null=True)
    new_figure = models.BigIntegerField("重算后得分", null=True)
    reason = models.CharField("原因", max_length=200)
    restated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    restated_at = models.DateTimeField("重算时间")

    scope = Scope(resource="score")

    class Meta:
        verbose_name = verbose_name_plural = "重算说明"
        constraints = [models.UniqueConstraint(fields=["root", "new_closing", "branch"], name="restatement_once")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month}"


class OpeningImport(models.Model):
    """History of before the portal, brought in from a ledger as 期初; from `from_month` on it is measured."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件摘要", max_length=64)
    from_month = models.IntegerField("最早月份")
    to_month = models.IntegerField("最晚月份")
    row_count = models.IntegerField("行数")
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField("导入时间")

    scope = Scope(resource="closing", branch=None)

    class Meta:
        verbose_name = verbose_name_plural = "期初导入"
        constraints = [models.UniqueConstraint(fields=["root", "sha256"], name="opening_import_once")]

    def __str__(self) -> str:
        return self.file_name
