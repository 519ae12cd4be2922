"""Verify every closed month: recomputed from its facts, it must give the digest it was closed with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment import closing
from assessment.models import MonthClosing
from core.periods import Month


class Command(BaseCommand):
    help = "核验所有已封存的月份：由事实重算，摘要应一致"

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for row in MonthClosing.objects.filter(reopened_at__isnull=True).order_by("root_id", "month"):
            result = closing.verify(row.root_id, Month.from_key(row.month))
            broken += not result.is_valid
            words = "一致" if result.is_valid else f"不一致：{result.difference}"
            self.stdout.write(f"党组织 {row.root_id} {result.month.label}：{words}")
        if broken:
            raise CommandError(f"{broken}个月份核验不一致。请保留现场，并与审计记录对照。")
