"""Claims (申报): what has no record in the portal yet, with evidence, reviewed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class ClaimState(models.TextChoices):
    """Where a claim stands."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已审核"
    WITHDRAWN = "withdrawn", "已作废"

    @classmethod
    def editable(cls) -> tuple[str, ...]:
        return (cls.DRAFT, cls.RETURNED)

    @classmethod
    def counting(cls) -> tuple[str, ...]:
        """States in which the claim has facts."""
        return (cls.SUBMITTED, cls.APPROVED)


class Claim(models.Model):
    """One claim of one quantity of one metric on one day; quantities in thousandths.

    Where the scheme divides one metric by another (交纳 ÷ 应交), both are claimed in one: `base_metric` and
    `base_milli` are the denominator. `natural_key` is set while the claim stands, so that it cannot be made
    twice. `fact_revision` rises each time facts are reported anew.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="claims")
    metric = models.CharField("指标", max_length=60)
    happened_on = models.DateField("发生日期")
    month = models.IntegerField("月份")
    quantity_milli = models.BigIntegerField("数量（千分）", default=1000)
    base_metric = models.CharField("对照指标", max_length=60, blank=True)
    base_milli = models.BigIntegerField("对照数量（千分）", default=0)
    member = models.ForeignKey(
        "branches.Member", verbose_name="党员", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    occurrence = models.CharField("事项编号", max_length=60, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    state = models.CharField("状态", max_length=20, choices=ClaimState, default=ClaimState.DRAFT)
    version = models.IntegerField("版本", default=1)
    revision = models.IntegerField("报送次数", default=0)
    natural_key = models.CharField("唯一标识", max_length=200, null=True, blank=True)  # noqa: DJ001 -- null is not unique
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf = models.BooleanField("代录", default=False)
    created_at = models.DateTimeField("建立时间")
    first_submitted_at = models.DateTimeField("首次报送", null=True, blank=True)
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    is_late = models.BooleanField("补报", default=False)

    scope = Scope(resource="claim")

    class Meta:
        verbose_name = verbose_name_plural = "申报"
        constraints = [
            models.UniqueConstraint(fields=["root", "natural_key"], name="claim_once"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | Q(entered_by__isnull=True) | ~Q(reviewed_by=F("entered_by")),
                name="claim_not_self_reviewed",
            ),
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="claim_state_known"),
            models.CheckConstraint(
                condition=Q(quantity_milli__gte=0) & (Q(base_metric="") | Q(quantity_milli__lte=F("base_milli"))),
                name="claim_part_of_base",
            ),
        ]
        indexes = [
            models.Index(fields=["root", "branch", "month"], name="claim_branch_ix"),
            models.Index(fields=["root", "state", "submitted_at"], name="claim_queue_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.happened_on}"


class ClaimFile(models.Model):
    """One piece of evidence of one claim."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="files")
    attachment = models.ForeignKey("core.Attachment", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("添加时间")

    class Meta:
        verbose_name = verbose_name_plural = "申报佐证"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["claim", "attachment"], name="claim_file_once")]

    def __str__(self) -> str:
        return f"{self.claim_id}:{self.attachment_id}"
