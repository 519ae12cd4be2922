"""The democratic appraisal of members (民主评议党员): one a year in each branch, with its members."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.permissions import Scope


class AppraisalState(models.TextChoices):
    PREPARING = "preparing", "进行中"
    SENT = "sent", "待审批"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已审批"


class DecidedBy(models.TextChoices):
    MEETING = "meeting", "支部党员大会"
    COMMITTEE = "committee", "支部委员会"


class AppraisalGrade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    PASS = "pass", "合格"
    BASIC = "basic", "基本合格"
    FAIL = "fail", "不合格"


class DemocraticAppraisal(models.Model):
    """One branch's appraisal for a year; it counts on the day the session was held."""

    scope = Scope(resource="democratic", branch="branch")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("所属年度")
    state = models.CharField("状态", max_length=10, choices=AppraisalState, default=AppraisalState.PREPARING)
    poll = models.OneToOneField("appraisal.Poll", null=True, on_delete=models.PROTECT, related_name="appraisal")
    held_on = models.DateField("召开日期", null=True)
    place = models.CharField("地点", max_length=60, blank=True)
    chaired_by = models.CharField("主持人", max_length=40, blank=True)
    attended = models.IntegerField("到会党员", null=True)
    decided_by = models.CharField("评定机构", max_length=10, choices=DecidedBy, blank=True)
    decision = models.TextField("评定情况", blank=True)
    revision = models.IntegerField("第几次报送", default=0)
    version = models.IntegerField("版本", default=1)
    first_sent_at = models.DateTimeField("首次报送", null=True)
    sent_at = models.DateTimeField("报送时间", null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("审批时间", null=True)
    created_at = models.DateTimeField("开始时间")

    class Meta:
        verbose_name = verbose_name_plural = "民主评议党员"
        constraints = [
            models.UniqueConstraint(fields=["branch", "year"], name="democratic_once"),
            models.CheckConstraint(
                name="democratic_two_people",
                condition=Q(approved_by__isnull=True) | Q(sent_by__isnull=True) | ~Q(approved_by=models.F("sent_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年度民主评议党员"

    @property
    def is_open(self) -> bool:
        return self.state in (AppraisalState.PREPARING, AppraisalState.RETURNED)


class AppraisedMember(models.Model):
    """One member in the appraisal; a probationary one takes part and is given no grade."""

    scope = Scope(resource="democratic", branch="appraisal__branch", member="member")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    appraisal = models.ForeignKey(DemocraticAppraisal, on_delete=models.CASCADE, related_name="people")
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=50)
    is_graded = models.BooleanField("评定等次")
    self_text = models.TextField("自我评价", blank=True)
    self_grade = models.CharField("自评", max_length=10, choices=AppraisalGrade, blank=True)
    self_on = models.DateField("自评日期", null=True)
    proposed_grade = models.CharField("支委会建议", max_length=10, choices=AppraisalGrade, blank=True)
    grade = models.CharField("评定等次", max_length=10, choices=AppraisalGrade, blank=True)
    reason = models.CharField("说明", max_length=200, blank=True)
    place = models.IntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "评议对象"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "member"], name="appraised_once"),
            models.CheckConstraint(
                name="appraised_probationary", condition=Q(is_graded=True) | Q(grade="", proposed_grade="")
            ),
        ]

    def __str__(self) -> str:
        return self.name
