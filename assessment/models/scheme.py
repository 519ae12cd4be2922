"""The scheme as data: what is counted, what it is worth and on what conditions (scoring.md, Words).

Points are integer millionths, quantities integer thousandths, factors and thresholds integer millionths.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessment.models.guard import PartOfScheme
from assessment.rules.terms import RuleKind
from branches.scope import Scope


class MetricKind(models.TextChoices):
    """How the facts of a metric make one number for a window."""

    FLOW = "flow", "累计"
    LEVEL = "level", "时点"


class Metric(models.Model):
    """One thing that can be counted: a code, its unit, and whether facts are added or the latest holds."""

    code = models.CharField("指标代码", max_length=60, unique=True)
    name = models.CharField("指标", max_length=100)
    unit = models.CharField("单位", max_length=10)
    kind = models.CharField("计量方式", max_length=10, choices=MetricKind)
    reported_by = models.CharField("数据来源", max_length=30)
    opens_veto = models.CharField("可提出否决项", max_length=10, blank=True)
    is_extra = models.BooleanField("附加分项", default=False)
    position = models.IntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class SchemeStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    CLOSED = "closed", "已结束"


def _token() -> str:
    return uuid.uuid4().hex


def _person() -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class Scheme(models.Model):
    """One version of the scheme of one year, valid from `valid_from` on; `root` empty is the default for all."""

    root = models.ForeignKey("branches.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField("代码", max_length=30)
    name = models.CharField("名称", max_length=100)
    year = models.IntegerField("年度")
    version = models.CharField("版本", max_length=20)
    subject = models.CharField("考核对象", max_length=10, default="branch")
    status = models.CharField("状态", max_length=10, choices=SchemeStatus, default=SchemeStatus.DRAFT)
    valid_from = models.IntegerField("生效月份", help_text="如202601；一个月按其最后一日有效的版本计")
    score_floor = models.BigIntegerField("最低分", default=0)
    display_cap = models.BigIntegerField("最高分")
    bonus_cap = models.BigIntegerField("加分封顶")
    penalty_cap = models.BigIntegerField("扣分封顶")
    rank_min_months = models.IntegerField("参加排名最少计量月数", default=3)
    composition = models.JSONField("年终合成", default=dict)
    tie_break = models.JSONField("同分先后", default=list)
    rank_groups = models.JSONField("排名分组", default=list)
    wording = models.JSONField("文字", default=dict, help_text="等次别名、流程、结果运用、否决程序")
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    change_note = models.CharField("修订说明", max_length=200, blank=True)
    created_by = _person()
    created_at = models.DateTimeField("建立时间", null=True, blank=True)
    submitted_by = _person()
    submitted_at = models.DateTimeField("提请发布时间", null=True, blank=True)
    submitted_digest = models.CharField("提请时的内容摘要", max_length=64, blank=True)
    decision_no = models.CharField("审定文号", max_length=60, blank=True)
    decision_on = models.DateField("审定日期", null=True, blank=True)
    accepted = models.JSONField("确认的提醒", default=list, help_text="发布时仍在的提醒，逐条写明为什么可以")
    published_by = _person()
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    token = models.CharField("缓存键", max_length=32, default=_token, editable=False)

    scope = Scope(resource="scheme", branch="root")

    class Meta:
        verbose_name = verbose_name_plural = "考核方案"
        ordering = ["year", "valid_from", "version"]
        constraints = [
            models.UniqueConstraint(fields=["root", "year", "subject", "version"], name="scheme_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}（{self.version}）"


class Category(PartOfScheme):
    """One of the 大类; its points K are the sum of its items'."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="categories")
    code = models.CharField("编号", max_length=10)
    identifier = models.CharField("标识", max_length=40)
    name = models.CharField("大类", max_length=60)
    points = models.BigIntegerField("分值")
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "考核大类"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="category_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Item(PartOfScheme):
    """One of the 小项; its points are the sum of its rules'."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="items")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="items")
    code = models.CharField("编号", max_length=10)
    identifier = models.CharField("标识", max_length=40)
    name = models.CharField("小项", max_length=60)
    points = models.BigIntegerField("分值")
    counts = models.CharField("计量内容", max_length=200, blank=True)
    evidence = models.JSONField("佐证材料", default=list)
    note = models.CharField("说明", max_length=200, blank=True)
    tags = models.JSONField("保障体系", default=list, help_text="党风廉政、安全生产、工程质量、目标考核")
    na_if = models.CharField("不适用条件", max_length=20, blank=True)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "考核小项"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="item_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Rule(PartOfScheme):
    """One rule of an item: the type says how, the columns say of what (scoring.md, The six rule types).

    `metric` is what was done (the numerator), `need_metric` what was to be done (the target or the
    denominator). `na_if` is the rule's own or its item's. A deadline is kept as its day and as the last
    month that lies wholly before or on it, so that only a deadline inside a month needs single days.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="rules")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="rules")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="rules")
    code = models.CharField("编号", max_length=10)
    kind = models.CharField("类型", max_length=20, choices=[(kind.value, kind.label) for kind in RuleKind])
    points = models.BigIntegerField("分值")
    metric = models.ForeignKey(Metric, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    need_metric = models.ForeignKey(Metric, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    per_months = models.IntegerField("周期月数", default=0)
    target = models.BigIntegerField("每期目标", default=0)
    cap_per_period = models.BooleanField("按期封顶", default=False)
    deadline_on = models.DateField("截止日", null=True, blank=True)
    deadline_month = models.IntegerField("整月截至", default=0)
    deadline_inside = models.IntegerField("截止日所在的不完整月", default=0)
    from_month = models.IntegerField("起计月份", default=1)
    na_if = models.CharField("不适用条件", max_length=20, blank=True)
    review_subject = models.CharField("评价内容", max_length=60, blank=True)
    review_role = models.CharField("评价主体", max_length=40, blank=True)
    levels = models.JSONField("评价档次", default=list)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "评分规则"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="rule_code_once")]

    def __str__(self) -> str:
        return self.code


class RuleEvent(PartOfScheme):
    """What one event of a deduct or add_cap rule takes or gives; `most` caps the event's own sum (-1: none)."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="events")
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField("每次分值")
    once = models.BooleanField("只计一次", default=False)
    most = models.BigIntegerField("封顶", default=-1)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "加扣分事项"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["rule", "metric"], name="rule_event_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.metric_id}"

    scheme_path = "rule__scheme"

    def _scheme(self) -> Scheme:
        return self.rule.scheme


class RuleTier(PartOfScheme):
    """One tier of a tier_rate rule: from this rate (millionths) on, this score."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="tiers")
    threshold = models.BigIntegerField("比率不低于")
    score = models.BigIntegerField("得分")

    class Meta:
        verbose_name = verbose_name_plural = "得分档"
        ordering = ["-threshold"]
        constraints = [models.UniqueConstraint(fields=["rule", "threshold"], name="rule_tier_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.threshold}"

    scheme_path = "rule__scheme"

    def _scheme(self) -> Scheme:
        return self.rule.scheme


class ExtraKind(models.TextChoices):
    BONUS = "bonus", "附加分"
    PENALTY = "penalty", "附加扣分"


class ExtraItem(PartOfScheme):
    """One bonus or penalty item; of one occurrence in one `occurrence_group` the highest alone counts."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="extras")
    kind = models.CharField("类别", max_length=10, choices=ExtraKind)
    code = models.CharField("编号", max_length=10)
    name = models.CharField("事项", max_length=100)
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField("每次分值")
    most = models.BigIntegerField("封顶", default=-1)
    occurrence_group = models.CharField("同一事项取最高的组", max_length=20, blank=True)
    unit = models.CharField("单位", max_length=10, blank=True)
    evidence = models.CharField("佐证", max_length=60, blank=True)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "附加分项"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="extra_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class VetoItem(PartOfScheme):
    """One 一票否决 item: never changes a score, caps the grade once the named body has decided."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="vetoes")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("事项", max_length=100)
    grade_cap = models.CharField("等次上限", max_length=20)
    decided_by = models.CharField("认定主体", max_length=40)
    proposed_by = models.CharField("提出", max_length=20, blank=True)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "一票否决项"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="veto_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class GradeLine(PartOfScheme):
    """One grade: its threshold (millionths of a point) and, where there is one, its quota (millionths)."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="grades")
    code = models.CharField("代码", max_length=20)
    name = models.CharField("等次", max_length=20)
    threshold = models.BigIntegerField("分数线")
    quota = models.BigIntegerField("名额比例", default=-1)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "等次"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="grade_code_once")]

    def __str__(self) -> str:
        return self.name


class SchemeEdit(models.Model):
    """One change of a draft, in words; of a removal also what was removed, so that it can be undone."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="edits")
    words = models.CharField("改动", max_length=200)
    removed = models.JSONField("删去的内容", default=dict)
    made_by = _person()
    made_at = models.DateTimeField("时间")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "方案改动"
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.words
