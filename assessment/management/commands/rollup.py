"""Compute scores from the command line: every open month, or one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from assessment import tasks
from core.periods import Month


class Command(BaseCommand):
    help = "计算考核得分：默认计算所有未封存的月份，可用 --month 指定一个月"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", type=Month.parse, help="月份，如 2026-08")
        parser.add_argument("--root", type=int, help="只算这个顶级党组织（编号）")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        months = [options["month"]] if options["month"] else None
        if options["root"]:
            written = {options["root"]: tasks.compute_root(options["root"], now=now, months=months)}
        else:
            written = tasks.compute(now=now, months=months)
        for root_id, rows in written.items():
            self.stdout.write(f"党组织 {root_id}：写入 {rows} 行")
