"""Who took part: each branch's share of a gathering, and each due member's attendance."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.scope import Scope


class ParticipationState(models.TextChoices):
    """Whether an invited branch has said who of its people was there."""

    INVITED = "invited", "待确认"
    CONFIRMED = "confirmed", "已确认"
    DECLINED = "declined", "未参加"


class Participation(models.Model):
    """One branch's share of one gathering, the organiser's included; the counts its facts come from.

    `held_on`, `month` repeat the activity's, so that a branch's list reads one index. `is_reviewed`
    is for invited branches, which may confirm after the record was approved.
    """

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey("activities.Activity", on_delete=models.CASCADE, related_name="participations")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="participations")
    held_on = models.DateField("日期")
    month = models.IntegerField("月份")
    is_organiser = models.BooleanField("组织者", default=False)
    state = models.CharField("状态", max_length=20, choices=ParticipationState, default=ParticipationState.INVITED)
    expected = models.IntegerField("应到", default=0)
    present = models.IntegerField("实到", default=0)
    voters_due = models.IntegerField("应到有表决权", default=0)
    voters_present = models.IntegerField("实到有表决权", default=0)
    committee_due = models.IntegerField("应到委员", default=0)
    committee_present = models.IntegerField("实到委员", default=0)
    is_valid = models.BooleanField("有效", default=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_reviewed = models.BooleanField("出席已审", default=False)
    first_confirmed_at = models.DateTimeField("首次确认", null=True, blank=True)
    version = models.IntegerField("版本", default=1)

    scope = Scope(
        resource="activity",
        member="attendances__member",
        member_where={"activity__state": "approved", "attendances__status__in": ["present", "late"]},
    )

    class Meta:
        verbose_name = verbose_name_plural = "参加支部"
        constraints = [
            models.UniqueConstraint(fields=["root", "activity", "branch"], name="participation_once"),
            models.CheckConstraint(condition=Q(present__gte=0) & Q(expected__gte=0), name="participation_counts_ok"),
        ]
        indexes = [
            models.Index(fields=["root", "branch", "held_on", "id"], name="participation_list_ix"),
            models.Index(fields=["root", "branch", "month"], name="participation_month_ix"),
            models.Index(fields=["root", "held_on", "id"], name="participation_root_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id}:{self.branch_id}"


class AttendanceStatus(models.TextChoices):
    """Where a due member was; `excluded` is approved as not expected at all."""

    PRESENT = "present", "到会"
    LATE = "late", "迟到"
    LEAVE_OFFICIAL = "leave_official", "因公请假"
    LEAVE_SICK = "leave_sick", "病假"
    LEAVE_PERSONAL = "leave_personal", "事假"
    ABSENT = "absent", "无故缺席"
    EXCLUDED = "excluded", "不计入应到"


class Attendance(models.Model):
    """One due member at one gathering."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey("activities.Activity", on_delete=models.CASCADE, related_name="attendances")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="attendances")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="attendances")
    status = models.CharField("出席", max_length=20, choices=AttendanceStatus, default=AttendanceStatus.PRESENT)
    reason = models.CharField("原因", max_length=60, blank=True)
    has_vote = models.BooleanField("有表决权", default=True)
    is_committee = models.BooleanField("支部委员", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "出席"
        constraints = [models.UniqueConstraint(fields=["root", "activity", "member"], name="attendance_once")]
        indexes = [models.Index(fields=["root", "member", "status"], name="attendance_member_ix")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.status}"
