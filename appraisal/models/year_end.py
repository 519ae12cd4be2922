"""The year end of one committee, and how far its settling has come."""

from __future__ import annotations

from django.db import models


class YearState(models.TextChoices):
    """How far the year is settled; after a publication a correction goes back to settling with the next revision."""

    OPEN = "open", "录入中"
    SETTLING = "settling", "合成中"
    NOTICED = "noticed", "公示中"
    PROPOSED = "proposed", "待复核发布"
    PUBLISHED = "published", "已发布"


class YearEnd(models.Model):
    """The year-end settlement of one committee; `revision` is the one being worked on or published last."""

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField("年度")
    state = models.CharField("状态", max_length=20, choices=YearState, default=YearState.OPEN)
    revision = models.IntegerField("版次", default=1)
    correction_reason = models.CharField("更正原因", max_length=300, blank=True)
    created_at = models.DateTimeField("开始时间")

    class Meta:
        verbose_name = verbose_name_plural = "年终考核"
        constraints = [models.UniqueConstraint(fields=["root", "year"], name="year_end_once")]

    def __str__(self) -> str:
        return f"{self.year}年度考核"

    @property
    def is_frozen(self) -> bool:
        """On notice, proposed or published: marks, vetoes and totals stand still."""
        return self.state in (YearState.NOTICED, YearState.PROPOSED, YearState.PUBLISHED)

    @property
    def takes_grades(self) -> bool:
        """Whether the committee may still decide grades: until somebody proposes to publish them."""
        return self.state not in (YearState.PROPOSED, YearState.PUBLISHED)
