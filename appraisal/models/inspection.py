"""The inspection of one branch in one round: items looked at, records drawn, findings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.scope import Scope


class InspectionState(models.TextChoices):
    WAITING = "waiting", "待检查"
    STARTED = "started", "检查中"
    DONE = "done", "已检查"


class Inspection(models.Model):
    """One branch of one round; the branch itself sees it when it is done.

    `population` are the keys of the records from which the sample was drawn; `frozen_row` is the canonical
    writing over which `row_digest` was taken when the round was frozen, `score_hundredths` the score it froze.
    """

    scope = Scope(resource="inspection", own_where={"state": "done"})

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey("appraisal.InspectionRound", on_delete=models.PROTECT, related_name="inspections")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    place = models.IntegerField("次序")
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="检查人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    population = models.JSONField("参加抽取的记录", default=list)
    state = models.CharField("状态", max_length=20, choices=InspectionState, default=InspectionState.WAITING)
    conclusion = models.TextField("检查结论", blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField("完成时间", null=True)
    score_hundredths = models.IntegerField("日常得分（百分之一）", null=True)
    frozen_row = models.TextField("封存内容", blank=True)
    row_digest = models.CharField("摘要", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支部检查"
        constraints = [
            models.UniqueConstraint(fields=["round", "branch"], name="inspection_once"),
            models.CheckConstraint(condition=Q(state__in=InspectionState.values), name="inspection_state_known"),
        ]
        indexes = [models.Index(fields=["root", "branch"], name="inspection_branch_ix")]

    def __str__(self) -> str:
        return f"{self.round_id}:{self.branch_id}"


class ItemVerdict(models.TextChoices):
    OK = "ok", "符合"
    FAULT = "fault", "有问题"
    NA = "na", "不适用"


class ItemCheck(models.Model):
    """What was seen of one item of the scheme in one branch."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="checks")
    item_code = models.CharField("小项", max_length=20)
    verdict = models.CharField("结果", max_length=10, choices=ItemVerdict)
    note = models.CharField("检查情况", max_length=300, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "逐项检查"
        constraints = [models.UniqueConstraint(fields=["inspection", "item_code"], name="item_check_once")]


class RecordVerdict(models.TextChoices):
    MATCH = "match", "相符"
    FAULT = "fault", "不符"


class SampledRecord(models.Model):
    """One record drawn for one branch, with its words as they were when drawn; `key` is what was drawn."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="records")
    place = models.IntegerField("次序")
    key = models.CharField("抽取标识", max_length=40)
    activity = models.ForeignKey("activities.Activity", null=True, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey("activities.Claim", null=True, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField("日期")
    label = models.CharField("记录", max_length=200)
    verdict = models.CharField("结果", max_length=10, choices=RecordVerdict, blank=True)
    note = models.CharField("核对情况", max_length=300, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField("时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽查记录"
        ordering = ["inspection", "place"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "key"], name="sampled_record_once"),
            models.CheckConstraint(
                condition=Q(activity__isnull=True, claim__isnull=False) | Q(activity__isnull=False, claim__isnull=True),
                name="sampled_record_one_kind",
            ),
        ]


class Severity(models.TextChoices):
    MINOR = "minor", "一般"
    MAJOR = "major", "较重"
    GRAVE = "grave", "严重"


class Finding(models.Model):
    """One fault found with one item of one branch; its correction is the work item with source `finding:<id>`."""

    scope = Scope(resource="inspection", branch="inspection__branch", own_where={"inspection__state": "done"})

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="findings")
    number = models.IntegerField("序号")
    item_code = models.CharField("小项", max_length=20)
    item_name = models.CharField("小项名称", max_length=60)
    severity = models.CharField("程度", max_length=10, choices=Severity)
    text = models.CharField("问题", max_length=500)
    demand = models.CharField("整改要求", max_length=500)
    due_on = models.DateField("整改期限")
    record = models.ForeignKey(SampledRecord, null=True, on_delete=models.PROTECT, related_name="findings")
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField("发现时间")
    withdrawn_at = models.DateTimeField("撤销时间", null=True)
    withdraw_reason = models.CharField("撤销原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查发现的问题"
        ordering = ["inspection", "number"]
        constraints = [models.UniqueConstraint(fields=["inspection", "number"], name="finding_once")]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def source(self) -> str:
        """The key of its correction among the work items."""
        return f"finding:{self.pk}"
