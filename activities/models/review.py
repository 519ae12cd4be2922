"""The trail of one record: what was done to it, by whom, when; appended notes included."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ReviewAction(models.TextChoices):
    """A step in the life of a record."""

    SUBMITTED = "submitted", "报送"
    PULLED_BACK = "pulled_back", "撤回修改"
    WITHDRAWN = "withdrawn", "作废"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "审核通过"
    FALSE = "false", "认定失实"
    NOTED = "noted", "补充说明"
    CONFIRMED = "confirmed", "确认参加"
    DECLINED = "declined", "未参加"


class ReviewEvent(models.Model):
    """One step, appended and never changed."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey("activities.Activity", on_delete=models.CASCADE, related_name="events")
    action = models.CharField("步骤", max_length=20, choices=ReviewAction)
    text = models.CharField("说明", max_length=500, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revision = models.IntegerField("报送次数", default=0)
    happened_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "审核经过"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.action}"
