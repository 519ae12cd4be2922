"""The month sheet (月报): a branch's month as sent to the committee."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class SheetState(models.TextChoices):
    """Where a month sheet stands; it is reviewed when all its parts are."""

    OPEN = "open", "未报送"
    SENT = "sent", "已报送"
    RETURNED = "returned", "已退回"
    REVIEWED = "reviewed", "已审核"


class MonthSheet(models.Model):
    """One month of one branch as sent; the figures are read from records and claims, `figures` keeps what was sent."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="month_sheets")
    month = models.IntegerField("月份")
    state = models.CharField("状态", max_length=20, choices=SheetState, default=SheetState.OPEN)
    version = models.IntegerField("版本", default=1)
    revision = models.IntegerField("报送次数", default=0)
    note = models.CharField("说明", max_length=500, blank=True)
    figures = models.JSONField("报送时的数", default=dict)
    on_behalf = models.BooleanField("代录", default=False)
    first_sent_at = models.DateTimeField("首次报送", null=True, blank=True)
    sent_at = models.DateTimeField("报送时间", null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    return_reason = models.CharField("退回原因", max_length=500, blank=True)

    scope = Scope(resource="month_sheet")

    class Meta:
        verbose_name = verbose_name_plural = "月报"
        constraints = [
            models.UniqueConstraint(fields=["root", "branch", "month"], name="month_sheet_once"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | Q(sent_by__isnull=True) | ~Q(reviewed_by=F("sent_by")),
                name="sheet_not_self_reviewed",
            ),
            models.CheckConstraint(condition=Q(state__in=SheetState.values), name="sheet_state_known"),
        ]
        indexes = [models.Index(fields=["root", "month", "state"], name="month_sheet_state_ix")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month}"
