"""The year plan: what a branch or the committee adds to a duty (day, owner, tick), and the feeds that carry it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.scope import Scope


class PlanEntry(models.Model):
    """What was planned for one duty of one organisation in one period; without a row the duty's own terms hold.

    `key` names the line (activities.rules.yearplan). `done_on` is for lines of the committee that no record
    fills; a branch's line is done by its record and never by hand.
    """

    scope = Scope(resource="year_plan", branch="organisation")

    root = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="plan_entries")
    year = models.IntegerField("年度")
    key = models.CharField("事项", max_length=80)
    planned_on = models.DateField("计划日期", null=True, blank=True)
    owner = models.ForeignKey(
        "branches.Member", verbose_name="责任人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner_name = models.CharField("责任人姓名", max_length=50, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    evidence = models.CharField("佐证", max_length=200, blank=True)
    version = models.IntegerField("版本", default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = verbose_name_plural = "年度计划事项"
        constraints = [
            models.UniqueConstraint(fields=["root", "organisation", "year", "key"], name="plan_entry_once"),
            models.CheckConstraint(condition=Q(done_on__isnull=True) | ~Q(evidence=""), name="plan_done_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year} {self.key}"


class CalendarFeed(models.Model):
    """One secret address from which a calendar program reads one person's duties; only its digest is kept."""

    scope = Scope(resource="calendar_feed", branch=None, owner="user")

    root = models.ForeignKey("branches.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    digest = models.CharField("摘要", max_length=64, unique=True)
    created_at = models.DateTimeField("开通时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    read_on = models.DateField("最近读取", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日历订阅"
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at__isnull=True), name="calendar_feed_one")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"
