"""`manage.py prepare`: what a start needs, in one process: tables, cache, demo if empty, static files if changed."""

from __future__ import annotations

import hashlib
import json
from argparse import ArgumentParser
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

DEMO_PASSWORD = "Demo@2026party"
DEMO_ACCOUNTS = (
    ("shuji", "支部书记"),
    ("weiyuan", "支部委员"),
    ("dangyuan", "党员"),
    ("dangwei", "机关党委干部"),
    ("dangwei2", "机关党委干部（复核）"),
    ("lingdao", "包片领导"),
    ("guanli", "账号管理员"),
)


class Command(BaseCommand):
    help = "Migrate, make the cache table, load the demo into an empty database, publish changed static files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: Any, no_demo: bool = False, **options: Any) -> None:
        with redirect_stdout(StringIO()):
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            if not no_demo and not get_user_model().objects.exists() and "demo" in get_commands():
                call_command("demo", stdout=StringIO())
            publish_static()
        self.stdout.write(accounts())


def publish_static() -> None:
    """collectstatic, if a file came, went or changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".portal-stamp"
    wanted = static_digest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, verbosity=0)  # old names stay for pages still open
    stamp.write_text(wanted)


def static_digest() -> str:
    """A digest over name, size and time of every static file."""
    rows = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            rows.append((name, stat.st_size, stat.st_mtime_ns))
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()


def accounts() -> str:
    """The demo's accounts, one for each kind of user; "" where the demo is not loaded."""
    names = dict(DEMO_ACCOUNTS)
    there = set(get_user_model().objects.filter(username__in=names).values_list("username", flat=True))
    if len(there) < len(names):
        return ""
    rows = [f"  {name:<10} {role}" for name, role in DEMO_ACCOUNTS]
    return "\n".join([f"演示账号，密码都是 {DEMO_PASSWORD} (demo accounts, one password):", *rows])
