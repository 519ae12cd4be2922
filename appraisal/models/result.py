"""Results of the year and their publication; nothing published is overwritten, a correction is a new revision."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.db import models

from branches.permissions import Scope


class YearResult(models.Model):
    """One branch's result in one revision: the exact total, the composition it came from, rank and grades.

    `numerator`/`denominator` are decimal digits of any length, for totals do not fit a machine integer.
    """

    scope = Scope(resource="result", branch="branch", own_where={"is_published": True})

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year_end = models.ForeignKey("appraisal.YearEnd", on_delete=models.PROTECT, related_name="results")
    revision = models.IntegerField("版次")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    rank_group = models.CharField("考核分组", max_length=20, blank=True)
    numerator = models.TextField("总分分子", blank=True)
    denominator = models.TextField("总分分母", blank=True)
    shown_hundredths = models.IntegerField("总分（百分之一）", null=True)
    composition = models.JSONField("合成", default=dict)
    rank = models.IntegerField("组内名次", null=True)
    proposed_grade = models.CharField("建议等次", max_length=20, blank=True)
    proposal_reason = models.CharField("建议说明", max_length=200, blank=True)
    at_quota_border = models.BooleanField("并列跨名额", default=False)
    decided_grade = models.CharField("审定等次", max_length=20, blank=True)
    decision_reason = models.CharField("审定说明", max_length=200, blank=True)
    decision_document = models.CharField("审定文号", max_length=60, blank=True)
    is_over_quota = models.BooleanField("超名额审定", default=False)
    is_published = models.BooleanField("已公布", default=False)
    computed_at = models.DateTimeField("合成时间")

    class Meta:
        verbose_name = verbose_name_plural = "年终结果"
        constraints = [
            models.UniqueConstraint(fields=["year_end", "revision", "branch"], name="year_result_once"),
            models.CheckConstraint(
                name="year_result_over_quota",
                condition=models.Q(is_over_quota=False)
                | (models.Q(at_quota_border=True) & ~models.Q(decision_document="")),
            ),
        ]
        indexes = [models.Index(fields=["root", "branch", "year_end"], name="year_result_branch_ix")]

    @property
    def total(self) -> Fraction | None:
        """The unrounded total."""
        return Fraction(int(self.numerator), int(self.denominator)) if self.numerator else None

    @property
    def shown(self) -> Decimal | None:
        """The total as shown, 2 places."""
        return None if self.shown_hundredths is None else Decimal(self.shown_hundredths).scaleb(-2)

    @property
    def grade(self) -> str:
        """The committee's decision, or the proposal where it decided nothing else."""
        return self.decided_grade or self.proposed_grade


class PublicationScope(models.TextChoices):
    OWN = "own", "本支部"
    ALL = "all", "全部支部"
    PUBLIC = "public", "向社会公开"


class PublicationState(models.TextChoices):
    PROPOSED = "proposed", "待复核"
    PUBLISHED = "published", "已发布"
    REJECTED = "rejected", "复核退回"


class Publication(models.Model):
    """One proposal to publish a revision: by one person, confirmed by another; digest over the rows it shows."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year_end = models.ForeignKey("appraisal.YearEnd", on_delete=models.PROTECT, related_name="publications")
    revision = models.IntegerField("版次")
    attempt = models.IntegerField("第几次提请", default=1)
    audience = models.CharField("公布范围", max_length=10, choices=PublicationScope)
    state = models.CharField("状态", max_length=20, choices=PublicationState, default=PublicationState.PROPOSED)
    decision_text = models.TextField("审定意见")
    document_no = models.CharField("文号", max_length=60)
    decided_on = models.DateField("审定日期", null=True)
    correction_reason = models.CharField("更正原因", max_length=300, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提请时间")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField("复核时间", null=True)
    rejection_reason = models.CharField("退回原因", max_length=300, blank=True)
    digest = models.CharField("摘要", max_length=64)
    row_digests = models.JSONField("各支部摘要", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "结果发布"
        constraints = [
            models.UniqueConstraint(fields=["year_end", "revision", "attempt"], name="publication_once"),
            models.CheckConstraint(
                name="publication_two_people",
                condition=models.Q(settled_by__isnull=True) | ~models.Q(settled_by=models.F("proposed_by")),
            ),
        ]
