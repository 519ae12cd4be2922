"""The register of decisions that the party organisation discussed first (前置程序)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class Decision(models.Model):
    """One weighty matter: when the party organisation discussed it and when it was decided, never the other way round."""

    scope = Scope(resource="decision")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    matter = models.CharField("事项", max_length=200)
    discussed_on = models.DateField("党组织研究讨论")
    opinion = models.CharField("讨论意见", max_length=300, blank=True)
    decided_on = models.DateField("决策")
    decided_by = models.CharField("决策会议", max_length=60)
    document_no = models.CharField("文号或纪要编号", max_length=60, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("作废时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawal_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "前置程序登记"
        constraints = [
            models.CheckConstraint(condition=Q(discussed_on__lte=F("decided_on")), name="discussed_before_decided"),
        ]
        indexes = [models.Index(fields=["root", "branch", "decided_on"], name="decision_day_ix")]

    def __str__(self) -> str:
        return self.matter
