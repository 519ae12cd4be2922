"""What a scheme of members has beside its rules: classes of members with their minimums, and kinds of credits."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assessment.models.scheme import PartOfScheme, Scheme
from branches.scope import Scope


class MemberClass(PartOfScheme):
    """One class of members (M1–M6): whether it is scored, and what it owes in a whole year, in thousandths."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="member_classes")
    code = models.CharField("编号", max_length=10)
    identifier = models.CharField("标识", max_length=40)
    name = models.CharField("类别", max_length=60)
    is_scored = models.BooleanField("计分", default=True)
    min_credits = models.BigIntegerField("最低学分")
    min_hours = models.BigIntegerField("最低集中学时")
    volunteer_hours = models.BigIntegerField("志愿服务目标", default=0)
    note = models.CharField("说明", max_length=100, blank=True)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "党员类别"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="memberclass_code_once"),
            models.UniqueConstraint(fields=["scheme", "identifier"], name="memberclass_identifier_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CreditKind(PartOfScheme):
    """One kind of study that gives credits: so many (thousandths) for one unit of its metric, up to a cap a year.

    `is_collective`: its units are hours of collective study, too. `cap_year` -1: no cap.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="credit_kinds")
    code = models.CharField("编号", max_length=10)
    metric = models.ForeignKey("assessment.Metric", on_delete=models.PROTECT, related_name="+")
    rate = models.BigIntegerField("每单位学分")
    is_collective = models.BooleanField("集中学习", default=False)
    is_required = models.BooleanField("必修", default=False)
    cap_year = models.BigIntegerField("全年封顶", default=-1)
    note = models.CharField("说明", max_length=100, blank=True)
    position = models.IntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "学分项目"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="creditkind_code_once"),
            models.UniqueConstraint(fields=["scheme", "metric"], name="creditkind_metric_once"),
        ]

    def __str__(self) -> str:
        return self.code


class ClassOverride(models.Model):
    """A member put into another class than office and status say, from one day to another, on what ground."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="class_overrides")
    class_code = models.CharField("类别", max_length=10)
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)
    basis = models.CharField("依据", max_length=100)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField("登记时间")

    scope = Scope(resource="member_score", branch="member__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "类别调整"
        constraints = [models.UniqueConstraint(fields=["root", "member", "from_on"], name="classoverride_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.class_code}"
