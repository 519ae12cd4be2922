"""Verify every closed month and frozen period: made again from what it stands on, it must give its digest."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessment.models import MonthClosing
from assessment.verify import verify_year


class Command(BaseCommand):
    help = "核验所有已封存的月份和已定格的季度、半年、年度：重算一遍，摘要应一致；不一致的指出第一处"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, help="只核验这一年")
        parser.add_argument("--root", type=int, help="只核验这个顶级党组织（编号）")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = MonthClosing.objects.filter(reopened_at__isnull=True)
        pairs = {(root_id, key // 100) for root_id, key in rows.values_list("root_id", "month")}
        broken = 0
        for root_id, year in sorted(pairs):
            if options["year"] in (None, year) and options["root"] in (None, root_id):
                broken += self._verify(root_id, year)
        if broken:
            raise CommandError(f"{broken}个期间核验不一致。请保留现场，并与审计记录对照。")

    def _verify(self, root_id: int, year: int) -> int:
        results = verify_year(root_id, year).results
        for one in results:
            words = "一致" if one.is_valid else f"不一致：{one.difference}"
            self.stdout.write(f"党组织 {root_id} {one.label}：{words}")
        return sum(not one.is_valid for one in results)
