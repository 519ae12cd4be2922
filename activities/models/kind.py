"""Types of record and the duties they fill: data, loaded from defaults/, never code."""

from __future__ import annotations

from django.db import models


class RecordShape(models.TextChoices):
    """What a record of a type consists of."""

    GATHERING = "gathering", "会议活动"
    TALK = "talk", "谈话"
    PAPER = "paper", "材料"


class Attendees(models.TextChoices):
    """Who is due at a gathering of a type."""

    MEMBERS = "members", "全体党员"
    COMMITTEE = "committee", "支部委员"
    GROUP = "group", "本组党员"
    NOBODY = "nobody", "不点名"


class ActivityType(models.Model):
    """One type of record a branch can log: its shape, who is due, what the form asks for, what it may also be."""

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    shape = models.CharField("形式", max_length=20, choices=RecordShape, default=RecordShape.GATHERING)
    attendees = models.CharField("应到范围", max_length=20, choices=Attendees, default=Attendees.MEMBERS)
    quorum = models.CharField("有效条件", max_length=20, blank=True, help_text="voting_members、committee或空")
    held_metric = models.CharField("计入指标", max_length=60, blank=True)
    attendance_metric = models.CharField("到会指标前缀", max_length=40, blank=True)
    has_votes = models.BooleanField("有表决", default=False)
    has_for_year = models.BooleanField("填所属年度", default=False)
    attachment_required = models.BooleanField("必附材料", default=False)
    tags = models.JSONField("可兼作", default=list)
    texts = models.JSONField("文本栏", default=dict, help_text="栏目代码到是否必填")
    extras = models.JSONField("附加栏", default=list)
    basis = models.CharField("依据", max_length=200, blank=True)
    hint = models.CharField("填写提示", max_length=200, blank=True)
    sort_order = models.IntegerField("排序", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "活动类型"
        ordering = ["sort_order", "code"]

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """One thing every branch (group, member) must do so often; `counts_as_due` feeds record.due."""

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    kind = models.ForeignKey(
        ActivityType, verbose_name="类型", null=True, blank=True, on_delete=models.PROTECT, related_name="duties"
    )
    scope = models.CharField("主体", max_length=20, default="branch")
    per = models.CharField("周期", max_length=20, help_text="month、quarter、half、year")
    target = models.IntegerField("次数", default=1)
    metric = models.CharField("指标", max_length=60, blank=True)
    applies_if = models.CharField("适用条件", max_length=40, blank=True, help_text="has_committee、has_groups或空")
    window = models.CharField("时段", max_length=40, blank=True)
    counts_as_due = models.BooleanField("计入应有记录", default=False)
    basis = models.CharField("依据", max_length=200, blank=True)
    sort_order = models.IntegerField("排序", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "组织生活任务"
        ordering = ["sort_order", "code"]

    def __str__(self) -> str:
        return self.name
