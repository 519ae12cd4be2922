"""`manage.py demo`: fills an empty portal with the demo; does nothing where there is data already."""

from __future__ import annotations

from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from branches.models import Organisation
from portal.demo.year import build


class Command(BaseCommand):
    help = "Loads the demo (an invented transport bureau with 30 branches and 413 members) into an empty portal."

    def handle(self, *args, **options) -> None:
        if Organisation.objects.exists():
            raise CommandError("数据库里已有党组织，演示数据只能装入空的系统。")
        started = monotonic()
        build(now=timezone.now(), say=self.stdout.write)
        (settings.VAR_DIR / "demo").touch()
        self.stdout.write(f"演示数据已就绪，用时{monotonic() - started:.0f}秒。")
