"""What is computed of members: their standing in a month, sums of facts, the score of each rule.

The same lean rows as those of branches (models/score.py), read and written by the same statements (assessment/sql).
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


class MemberMonth(models.Model):
    """What a member was on the last day of a month (today for the running one): branch, class, what the year asks.

    `first_month` is S as a month number of that year (13: not this year). The minimums are those of the whole
    year, in thousandths, in proportion to the months on the roll and rounded up to whole ones.
    """

    pk = models.CompositePrimaryKey("root_id", "month", "member_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    member = _to("branches.Member")
    branch = _to("branches.Organisation")
    class_code = models.CharField("类别", max_length=10)
    first_month = models.IntegerField("起算月")
    is_measured = models.BooleanField("计分")
    has_committee = models.BooleanField("设支委会")
    has_groups = models.BooleanField("设党小组")
    credits_minimum = models.BigIntegerField("最低学分")
    hours_minimum = models.BigIntegerField("最低集中学时")
    volunteer_minimum = models.BigIntegerField("志愿服务目标")

    scope = Scope(resource="member_score", branch="member__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "党员月度状况"

    def __str__(self) -> str:
        return f"{self.member_id} {self.month}"


class MemberSum(models.Model):
    """The facts of one member, metric and month as one number (thousandths); of studied metrics, the year to date."""

    pk = models.CompositePrimaryKey("root_id", "month", "member_id", "metric_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    member = _to("branches.Member")
    metric = _to("assessment.Metric")
    confirmed = models.BigIntegerField("已确认数量")
    provisional = models.BigIntegerField("含待审数量")
    facts_confirmed = models.IntegerField("已确认条数")
    facts_provisional = models.IntegerField("含待审条数")

    scope = Scope(resource="member_score", branch="member__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "党员月度合计"

    def __str__(self) -> str:
        return f"{self.member_id} {self.month} {self.metric_id}"


class MemberSource(models.Model):
    """That a branch entered facts of a metric about its members in a month: what nobody enters is not judged."""

    pk = models.CompositePrimaryKey("root_id", "month", "branch_id", "metric_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    branch = _to("branches.Organisation")
    metric = _to("assessment.Metric")
    facts = models.IntegerField("条数")

    class Meta:
        verbose_name = verbose_name_plural = "党员指标来源"

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month} {self.metric_id}"


class MemberRuleScore(models.Model):
    """One rule of one member, year to date at one month, in millionths of a point (see RuleScore)."""

    pk = models.CompositePrimaryKey("root_id", "month", "member_id", "rule_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    member = _to("branches.Member")
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

    scope = Scope(resource="member_score", branch="member__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "党员规则得分"

    def __str__(self) -> str:
        return f"{self.member_id} {self.month} {self.rule_id}"


class MemberExtraScore(models.Model):
    """One bonus item of one member, year to date (see ExtraScore)."""

    pk = models.CompositePrimaryKey("root_id", "month", "member_id", "extra_id")
    root = _to("branches.Organisation")
    month = models.IntegerField("月份")
    member = _to("branches.Member")
    extra = _to("assessment.ExtraItem")
    quantity_confirmed = models.BigIntegerField()
    quantity_provisional = models.BigIntegerField()
    points_confirmed = models.IntegerField()
    points_provisional = models.IntegerField()

    scope = Scope(resource="member_score", branch="member__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "党员附加分得分"

    def __str__(self) -> str:
        return f"{self.member_id} {self.month} {self.extra_id}"


class MemberReviewMark(models.Model):
    """One mark of 0–100 for one member, rule and year; replaced by a later one, never edited (see ReviewMark)."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule_code = models.CharField("规则", max_length=10)
    year = models.IntegerField("年度")
    half = models.IntegerField("上下半年", default=0)
    factor = models.BigIntegerField("系数")
    counts_from = models.IntegerField("起计月份")
    reason = models.CharField("评语", max_length=200, blank=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField("评定时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    scope = Scope(resource="member_score", branch="member__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "党员评价"
        indexes = [models.Index(fields=["root", "year", "member", "rule_code"], name="memberreviewmark_ix")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year} {self.rule_code}"


class MemberPublicity(models.Model):
    """The 公示 of a year's member scores of one branch, inside the branch, for five working days."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    published_at = models.DateTimeField("公示时间")
    until_on = models.DateField("公示至")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField("摘要", max_length=64)

    scope = Scope(resource="member_publicity")

    class Meta:
        verbose_name = verbose_name_plural = "党员得分公示"
        constraints = [models.UniqueConstraint(fields=["root", "branch", "year"], name="memberpublicity_once")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.year}"


class MemberYear(models.Model):
    """The published year of one member: 0.4 × half-year + 0.6 × year, credits and minimum; never rewritten.

    Scores in hundredths of a point as shown (empty: none), credits and minimum in thousandths.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    publicity = models.ForeignKey(MemberPublicity, on_delete=models.PROTECT, related_name="members")
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="+", db_index=False)
    class_code = models.CharField("类别", max_length=10)
    half_score = models.BigIntegerField("半年得分", null=True)
    year_score = models.BigIntegerField("全年得分", null=True)
    total_score = models.BigIntegerField("年度得分", null=True)
    credits = models.BigIntegerField("学分")
    credits_minimum = models.BigIntegerField("最低学分")

    scope = Scope(resource="member_publicity", branch="publicity__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "党员年度得分"
        constraints = [models.UniqueConstraint(fields=["root", "publicity", "member"], name="memberyear_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.total_score}"
