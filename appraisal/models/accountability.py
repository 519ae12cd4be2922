"""The accountability review (述职评议): one a year for the committee, one report of each secretary."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.permissions import Scope


class ReviewState(models.TextChoices):
    OPEN = "open", "报告阶段"
    HELD = "held", "已开会评议"
    CLOSED = "closed", "已通报"


class ReportState(models.TextChoices):
    DRAFT = "draft", "起草中"
    SENT = "sent", "待审阅"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已审阅"


class AccountabilityReview(models.Model):
    """One year's review of a committee: until when reports are sent, the meeting, its ballots, the circular."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    due_on = models.DateField("报告截止")
    meeting_on = models.DateField("会议日期", null=True)
    meeting_place = models.CharField("地点", max_length=60, blank=True)
    chaired_by = models.CharField("主持人", max_length=40, blank=True)
    poll = models.OneToOneField("appraisal.Poll", null=True, on_delete=models.PROTECT, related_name="review")
    circular_no = models.CharField("通报文号", max_length=60, blank=True)
    circular_on = models.DateField("通报日期", null=True)
    circular_text = models.TextField("通报意见", blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("部署时间")

    class Meta:
        verbose_name = verbose_name_plural = "述职评议"
        constraints = [models.UniqueConstraint(fields=["root", "year"], name="accountability_once")]

    def __str__(self) -> str:
        return f"{self.year}年度述职评议"


class AccountabilityReport(models.Model):
    """One secretary's report; `figures` holds every number of the text with the records behind it."""

    scope = Scope(resource="accountability", branch="branch")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(AccountabilityReview, on_delete=models.PROTECT, related_name="reports")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="+")
    text = models.TextField("述职报告", blank=True)
    figures = models.JSONField("数据出处", default=list)
    figures_on = models.DateField("数据截至", null=True)
    state = models.CharField("状态", max_length=10, choices=ReportState, default=ReportState.DRAFT)
    revision = models.IntegerField("第几次报送", default=0)
    version = models.IntegerField("版本", default=1)
    first_sent_on = models.DateField("首次报送", null=True)
    sent_at = models.DateTimeField("报送时间", null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField("审阅时间", null=True)
    comment = models.CharField("机关党委点评", max_length=1000, blank=True)
    grade = models.CharField("综合评价", max_length=10, blank=True)
    grade_reason = models.CharField("评价说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "述职报告"
        constraints = [models.UniqueConstraint(fields=["review", "branch"], name="accountability_report_once")]

    def __str__(self) -> str:
        return f"{self.member}{self.review.year}年度述职报告"

    @property
    def is_late(self) -> bool:
        return self.first_sent_on is not None and self.first_sent_on > self.review.due_on

    @property
    def is_editable(self) -> bool:
        return self.state in (ReportState.DRAFT, ReportState.RETURNED)
