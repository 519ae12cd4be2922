"""Claims of and about single members (学分和个人事项): entered by the member or the branch, confirmed by the branch."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet

from activities.models.claim import ClaimState
from branches.scope import Scope


class MemberClaim(models.Model):
    """One quantity of one metric of one member on one day, in thousandths; `base_metric` as in Claim.

    Study with hours has its times, so that no hour counts twice; `makes_up` is the gathering that a 补学 makes up for.
    `natural_key` is set while the claim stands, where there can be only one.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="member_claims")
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="claims")
    metric = models.CharField("事项", max_length=60)
    happened_on = models.DateField("日期")
    month = models.IntegerField("月份")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    quantity_milli = models.BigIntegerField("数量（千分）", default=1000)
    base_metric = models.CharField("对照指标", max_length=60, blank=True)
    base_milli = models.BigIntegerField("对照数量（千分）", default=0)
    makes_up = models.ForeignKey(
        "activities.Activity",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="补的哪次",
    )
    occurrence = models.CharField("事项名称或文号", max_length=60, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    state = models.CharField("状态", max_length=20, choices=ClaimState, default=ClaimState.SUBMITTED)
    version = models.IntegerField("版本", default=1)
    revision = models.IntegerField("报送次数", default=0)
    natural_key = models.CharField("唯一标识", max_length=200, null=True, blank=True)  # noqa: DJ001 -- null is not unique
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    is_own = models.BooleanField("本人填报", default=False)
    created_at = models.DateTimeField("填报时间")
    first_submitted_at = models.DateTimeField("首次报送", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)

    scope = Scope(resource="member_score", branch="member__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "个人申报"
        constraints = [
            models.UniqueConstraint(fields=["root", "natural_key"], name="memberclaim_once"),
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="memberclaim_state_known"),
            models.CheckConstraint(
                condition=Q(quantity_milli__gte=0) & (Q(base_metric="") | Q(quantity_milli__lte=F("base_milli"))),
                name="memberclaim_part_of_base",
            ),
        ]
        indexes = [
            models.Index(fields=["root", "member", "happened_on"], name="memberclaim_member_ix"),
            models.Index(fields=["root", "branch", "state"], name="memberclaim_queue_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.happened_on}"

    @classmethod
    def standing(cls) -> QuerySet[MemberClaim]:
        """Claims that have facts."""
        return cls.objects.filter(state__in=ClaimState.counting())


class MemberClaimFile(models.Model):
    """One piece of evidence of one claim."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(MemberClaim, on_delete=models.CASCADE, related_name="files")
    attachment = models.ForeignKey("core.Attachment", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("添加时间")

    class Meta:
        verbose_name = verbose_name_plural = "个人申报佐证"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["claim", "attachment"], name="memberclaim_file_once")]

    def __str__(self) -> str:
        return f"{self.claim_id}:{self.attachment_id}"
