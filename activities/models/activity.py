"""The record of one gathering, talk or paper, its texts, tags and files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class ActivityState(models.TextChoices):
    """Where a record stands between the secretary and the reviewer."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已审核"
    WITHDRAWN = "withdrawn", "已作废"
    FALSE = "false", "失实"

    @classmethod
    def editable(cls) -> tuple[str, ...]:
        return (cls.DRAFT, cls.RETURNED)

    @classmethod
    def counting(cls) -> tuple[str, ...]:
        """States in which the record has facts."""
        return (cls.SUBMITTED, cls.APPROVED)


class Activity(models.Model):
    """One gathering, talk or paper as logged once by its organiser; who was there is in Participation.

    `held_on` is the day it began (the day it was sent, for a paper). `ends_at` before `starts_at` means
    it ran over midnight. `natural_key` is set while it stands, so a second sending cannot double it.
    `form_token` leads a form sent twice to the same draft. `version` guards editing, `revision` counts
    sendings, `fact_revision` rises each time facts are reported anew.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(
        "branches.Organisation", verbose_name="组织者", on_delete=models.PROTECT, related_name="activities"
    )
    group = models.ForeignKey(
        "branches.Organisation",
        verbose_name="党小组",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    kind = models.ForeignKey(
        "activities.ActivityType", verbose_name="类型", on_delete=models.PROTECT, related_name="activities"
    )
    title = models.CharField("名称", max_length=100)
    held_on = models.DateField("日期")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    month = models.IntegerField("月份")
    for_year = models.IntegerField("所属年度", null=True, blank=True)
    place = models.CharField("地点", max_length=100, blank=True)
    host = models.CharField("主持人", max_length=50, blank=True)
    recorder = models.CharField("记录人", max_length=50, blank=True)
    state = models.CharField("状态", max_length=20, choices=ActivityState, default=ActivityState.DRAFT)
    version = models.IntegerField("版本", default=1)
    revision = models.IntegerField("报送次数", default=0)
    fact_revision = models.IntegerField("计分版本", default=0)
    natural_key = models.CharField("唯一标识", max_length=200, null=True, blank=True)  # noqa: DJ001 -- null is not unique
    form_token = models.CharField("表单令牌", max_length=100, null=True, blank=True)  # noqa: DJ001 -- null is not unique
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="填报人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    on_behalf = models.BooleanField("代录", default=False)
    created_at = models.DateTimeField("建立时间")
    first_submitted_at = models.DateTimeField("首次报送", null=True, blank=True)
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="审核人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    is_late = models.BooleanField("补报", default=False)
    text_digest = models.CharField("文本摘要", max_length=64, blank=True)
    invited = models.JSONField("拟邀请支部", default=list)

    scope = Scope(
        resource="activity",
        shared="participations__branch",
        member="attendances__member",
        member_where={"state": "approved", "attendances__status__in": ["present", "late"]},
    )

    class Meta:
        verbose_name = verbose_name_plural = "活动记录"
        constraints = [
            models.UniqueConstraint(fields=["root", "natural_key"], name="activity_once"),
            models.UniqueConstraint(fields=["root", "form_token"], name="activity_form_once"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | Q(entered_by__isnull=True) | ~Q(reviewed_by=F("entered_by")),
                name="activity_not_self_reviewed",
            ),
            models.CheckConstraint(condition=Q(state__in=ActivityState.values), name="activity_state_known"),
        ]
        indexes = [
            models.Index(fields=["root", "branch", "month"], name="activity_branch_ix"),
            models.Index(fields=["root", "state", "submitted_at"], name="activity_queue_ix"),
            models.Index(fields=["root", "branch", "kind", "held_on"], name="activity_kind_ix"),
            models.Index(fields=["root", "text_digest"], name="activity_text_ix"),
        ]

    def __str__(self) -> str:
        return self.title


class ActivityText(models.Model):
    """The long texts of one record, apart from the counted row."""

    activity = models.OneToOneField(Activity, on_delete=models.CASCADE, primary_key=True, related_name="text")
    agenda = models.TextField("议题", blank=True)
    first_agenda = models.TextField("第一议题学习内容", blank=True)
    speeches = models.TextField("发言要点", blank=True)
    resolution = models.TextField("决议或结论", blank=True)
    observers = models.TextField("列席人员", blank=True)
    follow_ups = models.TextField("责任人、完成时限", blank=True)
    extra = models.JSONField("附加栏", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "活动文本"

    def __str__(self) -> str:
        return f"{self.activity_id}"


class ActivityTag(models.Model):
    """One other thing the gathering also was, ticked explicitly (integrity education, party lecture …)."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="tags")
    tag = models.CharField("兼作", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "活动兼作"
        constraints = [models.UniqueConstraint(fields=["activity", "tag"], name="activity_tag_once")]

    def __str__(self) -> str:
        return self.tag


class ActivityFile(models.Model):
    """One file of one record; who may see the record may see the file."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="files")
    attachment = models.ForeignKey("core.Attachment", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("添加时间")

    class Meta:
        verbose_name = verbose_name_plural = "活动材料"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "attachment"], name="activity_file_once")]

    def __str__(self) -> str:
        return f"{self.activity_id}:{self.attachment_id}"
