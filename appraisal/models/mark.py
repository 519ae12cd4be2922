"""What people judge at the year end: the committee's mark, the polls, and reviewer rules left out."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.permissions import Scope


class PartCode(models.TextChoices):
    """A part of the year's composition that is entered by hand."""

    COMMITTEE = "committee", "机关党委评价"
    MEMBERS = "members", "党员民主测评"
    PEERS = "peers", "支部书记互评"


PART_CHOICES = PartCode.choices


class PartMark(models.Model):
    """One part of one branch's year: value in hundredths (0–10000), and for polls how many were handed out and came back.

    `origin_label`/`origin_url` name the closed poll it was taken from; blank means typed by hand. `version` grows by
    one with each change, so that a second writer is told what the first one wrote.
    """

    scope = Scope(resource="year_end", branch="branch")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year_end = models.ForeignKey("appraisal.YearEnd", on_delete=models.PROTECT, related_name="marks")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    part = models.CharField("评价", max_length=20, choices=PartCode)
    hundredths = models.IntegerField("得分（百分之一）", null=True, blank=True)
    handed_out = models.IntegerField("发出票数", null=True, blank=True)
    returned = models.IntegerField("收回票数", null=True, blank=True)
    origin_label = models.CharField("来源", max_length=100, blank=True)
    origin_url = models.CharField("来源链接", max_length=200, blank=True)
    version = models.IntegerField("版本", default=1)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = verbose_name_plural = "年终评价"
        constraints = [
            models.UniqueConstraint(fields=["year_end", "branch", "part"], name="part_mark_once"),
            models.CheckConstraint(
                name="part_mark_range",
                condition=models.Q(hundredths__isnull=True) | models.Q(hundredths__gte=0, hundredths__lte=10000),
            ),
        ]


class RuleLeftOut(models.Model):
    """A reviewer rule that an officer left out of one year for all branches without a mark, with the reason."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year_end = models.ForeignKey("appraisal.YearEnd", on_delete=models.PROTECT, related_name="left_out")
    rule_code = models.CharField("规则", max_length=20)
    reason = models.CharField("原因", max_length=200)
    left_out_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    left_out_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "不评的人工评分项"
        constraints = [models.UniqueConstraint(fields=["year_end", "rule_code"], name="rule_left_out_once")]
