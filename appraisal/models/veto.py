"""Vetoes (一票否决): proposed, replied to, decided by the named body or dropped; never a change of score."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from branches.permissions import Scope


class VetoState(models.TextChoices):
    PROPOSED = "proposed", "提出，待申辩和认定"
    DECIDED = "decided", "已认定"
    DROPPED = "dropped", "不认定"


class VetoCase(models.Model):
    """One veto item raised against one branch; `proposed_by` is empty where the system raised it."""

    scope = Scope(resource="year_end", branch="branch")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year_end = models.ForeignKey("appraisal.YearEnd", on_delete=models.PROTECT, related_name="vetoes")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    item_code = models.CharField("事项编号", max_length=10)
    item_name = models.CharField("事项", max_length=100)
    cap = models.CharField("最高等次", max_length=20)
    body = models.CharField("认定主体", max_length=40)
    sequence = models.IntegerField("次序", default=1)
    ground = models.CharField("事由", max_length=300)
    state = models.CharField("状态", max_length=20, choices=VetoState, default=VetoState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    reply_until = models.DateField("申辩截止")
    reply = models.TextField("支部申辩", blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField("申辩时间", null=True)
    decided_on = models.DateField("认定日期", null=True)
    document_no = models.CharField("文号", max_length=60, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outcome_reason = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "一票否决"
        constraints = [
            models.UniqueConstraint(fields=["year_end", "branch", "item_code", "sequence"], name="veto_case_once"),
            models.CheckConstraint(
                name="veto_decided_document",
                condition=~models.Q(state="decided") | (models.Q(decided_on__isnull=False) & ~models.Q(document_no="")),
            ),
        ]
