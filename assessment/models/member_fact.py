"""Facts about one member: a ledger of their own, for other eyes than the branch's facts (docs/adr)."""

from __future__ import annotations

from django.db import models

from assessment.models.fact import LARGEST_QUANTITY, FactRow
from branches.scope import Scope


class MemberFact(FactRow):
    """One counted happening of one member; `branch` is the one that recorded it, the sums follow the member."""

    member = models.ForeignKey("branches.Member", on_delete=models.PROTECT, related_name="facts", db_index=False)

    scope = Scope(resource="member_score", branch="member__branch", member="member")

    class Meta:
        verbose_name = verbose_name_plural = "党员计分事实"
        constraints = [
            models.UniqueConstraint(fields=["root", "member", "metric", "source_key"], name="memberfact_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=-LARGEST_QUANTITY, quantity__lte=LARGEST_QUANTITY),
                name="memberfact_quantity_ok",
            ),
        ]
        indexes = [
            models.Index(fields=["root", "month", "member", "metric"], name="memberfact_month_ix"),
            models.Index(fields=["source_type", "source_id"], name="memberfact_source_ix"),
        ]


class MemberMark(models.Model):
    """A member and month whose sums are behind their facts, written with the facts themselves (see DirtyMark)."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey("branches.Member", on_delete=models.CASCADE, related_name="+", db_index=False)
    month = models.IntegerField("月份")

    class Meta:
        verbose_name = verbose_name_plural = "党员待重算标记"
        indexes = [models.Index(fields=["root", "member", "month"], name="membermark_ix")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.month}"
