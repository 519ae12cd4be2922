"""Appeals (申诉): what a branch objects to in its statement or its year's result, and the reasoned answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class AppealSubject(models.TextChoices):
    """What is objected to: an item or rule of a month's statement, or the result of the year."""

    ITEM = "item", "小项"
    RULE = "rule", "计分规则"
    RESULT = "result", "年终结果"


class AppealState(models.TextChoices):
    OPEN = "open", "待答复"
    UPHELD = "upheld", "支持"
    REJECTED = "rejected", "不支持"
    WITHDRAWN = "withdrawn", "已撤回"


class Appeal(models.Model):
    """One objection of one branch; answered with reasons by somebody who did not give the mark.

    `figure` is what the statement showed when it was filed. An upheld one is settled when the figure has been
    mended: by a restatement where the month was closed, else as noted. `standing_key` is set while it is open
    or upheld and unmended, so that one thing is objected to once at a time.
    """

    scope = Scope(resource="appeal")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    month = models.IntegerField("得分月份")
    subject = models.CharField("申诉对象", max_length=10, choices=AppealSubject)
    code = models.CharField("编号", max_length=20)
    label = models.CharField("申诉事项", max_length=120)
    figure = models.CharField("申诉时的得分", max_length=60, blank=True)
    ground = models.TextField("理由")
    wanted = models.CharField("请求", max_length=200)
    state = models.CharField("状态", max_length=20, choices=AppealState, default=AppealState.OPEN)
    standing_key = models.CharField("唯一标识", max_length=60, null=True, blank=True)  # noqa: DJ001 -- null is not unique
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField("提出时间")
    reply_until = models.DateField("答复期限")
    answer = models.TextField("答复理由", blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)
    mended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    mended_at = models.DateTimeField("更正时间", null=True)
    mend_note = models.CharField("更正说明", max_length=300, blank=True)
    restatement = models.ForeignKey("assessment.Restatement", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "申诉"
        constraints = [
            models.UniqueConstraint(fields=["root", "standing_key"], name="appeal_standing_once"),
            models.CheckConstraint(condition=Q(state__in=AppealState.values), name="appeal_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"]) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="appeal_answer_reasoned",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | Q(filed_by__isnull=True) | ~Q(answered_by=F("filed_by")),
                name="appeal_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["root", "year", "state"], name="appeal_year_ix"),
            models.Index(fields=["root", "branch", "month"], name="appeal_branch_ix"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_settled(self) -> bool:
        """Nothing remains to be done: rejected, withdrawn, or upheld and mended."""
        return self.state in (AppealState.REJECTED, AppealState.WITHDRAWN) or self.mended_at is not None


class AppealFile(models.Model):
    """One piece of evidence of one appeal."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="files")
    attachment = models.ForeignKey("core.Attachment", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "申诉佐证"
        ordering = ["pk"]
