"""The public notice (公示) of composed results, and the committee meeting's decision that follows it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class NoticeScope(models.TextChoices):
    OWN = "own", "各支部只看自己的"
    ALL = "all", "全部支部"


class PublicNotice(models.Model):
    """One notice of one revision: shown from `starts_on` through `ends_on`, five working days later, or withdrawn.

    `shown` keeps what was shown of each branch ({branch id: [hundredths, grade]}); `digest` is over the composed
    rows, so that nothing can be decided but what was on notice.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year_end = models.ForeignKey("appraisal.YearEnd", on_delete=models.PROTECT, related_name="notices")
    revision = models.IntegerField("版次")
    attempt = models.IntegerField("第几次公示", default=1)
    audience = models.CharField("公示范围", max_length=10, choices=NoticeScope)
    starts_on = models.DateField("公示开始")
    ends_on = models.DateField("公示截止")
    shown = models.JSONField("公示内容", default=dict)
    digest = models.CharField("摘要", max_length=64)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField("公示时间")
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdraw_reason = models.CharField("撤回原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "结果公示"
        constraints = [
            models.UniqueConstraint(fields=["year_end", "revision", "attempt"], name="public_notice_once"),
            models.UniqueConstraint(
                fields=["year_end", "revision"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="public_notice_standing",
            ),
            models.CheckConstraint(name="public_notice_order", condition=models.Q(ends_on__gte=models.F("starts_on"))),
        ]

    def __str__(self) -> str:
        return f"第{self.revision}版第{self.attempt}次公示"


class CommitteeDecision(models.Model):
    """What the committee meeting decided after a notice: day, document number, words; the latest one stands.

    `digest` is over totals and grades as they were when it was entered: a grade changed later asks for another one.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year_end = models.ForeignKey("appraisal.YearEnd", on_delete=models.PROTECT, related_name="decisions")
    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="decisions")
    revision = models.IntegerField("版次")
    attempt = models.IntegerField("第几次审定", default=1)
    held_on = models.DateField("会议日期")
    document_no = models.CharField("审定文号", max_length=60)
    text = models.TextField("审定意见")
    digest = models.CharField("摘要", max_length=64)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "党委会审定"
        constraints = [
            models.UniqueConstraint(fields=["year_end", "revision", "attempt"], name="committee_decision_once"),
            models.CheckConstraint(name="committee_decision_document", condition=~models.Q(document_no="")),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.document_no}"
