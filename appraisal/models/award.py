"""Who may be commended (评先树优): the conditions of each award as data."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AwardRule(models.Model):
    """The conditions of one award of one committee, judged on published results; a person decides on the award itself."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("奖项", max_length=60)
    min_grade = models.CharField("最低等次", max_length=20)
    years_in_row = models.IntegerField("连续年数", default=1)
    min_hundredths = models.IntegerField("最低总分（百分之一）", null=True, blank=True)
    without_veto = models.BooleanField("无一票否决", default=True)
    without_open_items = models.BooleanField("无未办结整改", default=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    is_active = models.BooleanField("启用", default=True)
    version = models.IntegerField("版本", default=1)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = verbose_name_plural = "评先条件"
        constraints = [
            models.UniqueConstraint(fields=["root", "code"], name="award_rule_once"),
            models.CheckConstraint(
                name="award_rule_years", condition=models.Q(years_in_row__gte=1, years_in_row__lte=5)
            ),
        ]

    def __str__(self) -> str:
        return self.name
