"""What is computed: the state of a branch in a month, sums of facts, and the score of each rule.

These rows are derived and grow with branches and months, so they have no surrogate id, no foreign key
check and one index each: the primary key, led by root and month.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.scope import Scope


def _to(model: str, **kwargs):
    """A column that names a row without a check or an index of its own."""
    return models.ForeignKey(
        model, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", **kwargs
    )


class BranchMonth(models.Model):
    """What a branch was on the last day of a month (today for the running one), as far as scoring asks.

    `first_month` is S (scoring.md, Window and periods) as a month number of that year; 13: not this year.
    """

    pk = models.CompositePrimaryKey("root_id", "month", "branch_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    branch = _to("branches.Organisation")
    first_month = models.IntegerField("起算月")
    is_measured = models.BooleanField("计分")
    has_committee = models.BooleanField("设支委会")
    has_groups = models.BooleanField("设党小组")
    member_count = models.IntegerField("党员数")

    scope = Scope(resource="score")

    class Meta:
        verbose_name = verbose_name_plural = "支部月度状况"

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month}"


class MonthSum(models.Model):
    """The facts of one branch, metric and month as one number (thousandths), confirmed alone and all.

    Of a level metric it is the latest live fact of the month; `facts_*` are the live facts behind it, and
    none means the level is not known from this month.
    """

    pk = models.CompositePrimaryKey("root_id", "month", "branch_id", "metric_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    branch = _to("branches.Organisation")
    metric = _to("assessment.Metric")
    confirmed = models.BigIntegerField("已确认数量")
    provisional = models.BigIntegerField("含待审数量")
    facts_confirmed = models.IntegerField("已确认条数")
    facts_provisional = models.IntegerField("含待审条数")

    scope = Scope(resource="score")

    class Meta:
        verbose_name = verbose_name_plural = "月度合计"

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month} {self.metric_id}"


class RuleScore(models.Model):
    """One rule of one branch, year to date at one month, in millionths of a point.

    earned is e, available is a (0: not due), ceiling is a′ (0: not applicable); each for confirmed facts
    and for confirmed and pending ones. done and need are the two numbers its arithmetic starts from:
    ratio_full and tier_rate quantities (thousandths), yes_no the quantity by the deadline and 1 (thousandths),
    deduct the points lost and the points at stake, add_cap the points gathered and the room (millionths),
    reviewer the sum of the factors and their number (millionths).
    """

    pk = models.CompositePrimaryKey("root_id", "month", "branch_id", "rule_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    branch = _to("branches.Organisation")
    rule = _to("assessment.Rule")
    earned_confirmed = models.IntegerField()
    available_confirmed = models.IntegerField()
    ceiling_confirmed = models.IntegerField()
    done_confirmed = models.BigIntegerField()
    need_confirmed = models.BigIntegerField()
    earned_provisional = models.IntegerField()
    available_provisional = models.IntegerField()
    ceiling_provisional = models.IntegerField()
    done_provisional = models.BigIntegerField()
    need_provisional = models.BigIntegerField()

    scope = Scope(resource="score")

    class Meta:
        verbose_name = verbose_name_plural = "规则得分"

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month} {self.rule_id}"


class ExtraScore(models.Model):
    """One bonus or penalty item of one branch, year to date: counted quantity (thousandths) and points
    after the item's own cap (millionths). The cap over all items is applied when they are added up."""

    pk = models.CompositePrimaryKey("root_id", "month", "branch_id", "extra_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    branch = _to("branches.Organisation")
    extra = _to("assessment.ExtraItem")
    quantity_confirmed = models.BigIntegerField()
    quantity_provisional = models.BigIntegerField()
    points_confirmed = models.IntegerField()
    points_provisional = models.IntegerField()

    scope = Scope(resource="score")

    class Meta:
        verbose_name = verbose_name_plural = "附加分得分"

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month} {self.extra_id}"


class ReviewMark(models.Model):
    """One mark of a reviewer for one branch, rule and year; replaced by a later one, never edited.

    `factor` is in millionths (a mark m of 100 is m / 100). It counts from month `counts_from` on: the month it
    was given, December of its year at the latest (docs/adr).
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_code = models.CharField("规则", max_length=10)
    year = models.IntegerField("年度")
    factor = models.BigIntegerField("系数")
    level_code = models.CharField("档次", max_length=20, blank=True)
    counts_from = models.IntegerField("起计月份")
    reason = models.CharField("评语", max_length=200, blank=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField("评定时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    scope = Scope(resource="score")

    class Meta:
        verbose_name = verbose_name_plural = "评价"
        indexes = [models.Index(fields=["root", "year", "branch", "rule_code"], name="reviewmark_branch_ix")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.year} {self.rule_code}"
