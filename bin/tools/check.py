"""bin/check: prepare what is missing, run every static check, then the tests on real services."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import prepare
from places import PYTHON, ROOT, VENV
from private import Servers
from say import Stop, disk_stop, leave, line, plain_streams, step

BIN = VENV / "bin"
# Enough for prod settings to load; nothing connects during a system check.
PROD = {
    "SECRET_KEY": "only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz",
    "PORTAL_FIELD_KEY": "b25seSBmb3IgdGhlIGNoZWNrLCB0aGlydHktdHdvIGI=",
    "DATABASE_URL": "postgres://portal@127.0.0.1:5432/portal",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "ALLOWED_HOSTS": "portal.example",
    "DJANGO_SETTINGS_MODULE": "portal.settings.prod",
}


MISSING = {
    "database": "PostgreSQL is missing: everything runs on SQLite only (apt-get install postgresql)",
    "redis": "Redis is missing: the tests of the broker are skipped (apt-get install redis-server)",
    "browser": "Chromium is missing: the browser tests are skipped (apt-get install chromium fonts-noto-cjk)",
}


@dataclass(frozen=True)
class Check:
    """One static check: its name, its command, what it adds to the environment."""

    name: str
    command: list[str]
    environment: dict[str, str]


def checks() -> list[Check]:
    manage = [str(PYTHON), "manage.py"]
    test = {"DJANGO_SETTINGS_MODULE": "portal.settings.test", "TEST_DATABASE_URL": "sqlite://:memory:"}
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    return [
        Check("types (basedpyright)", [str(BIN / "basedpyright"), "--level", "error"], {}),
        Check("lint (ruff)", [str(BIN / "ruff"), "check", "--output-format", "concise"], {}),
        Check("format (ruff)", [str(BIN / "ruff"), "format", "--check", "--output-format", "concise"], {}),
        Check("imports (import-linter)", [str(BIN / "lint-imports")], {}),
        Check("templates (djlint)", [str(BIN / "djlint"), "--lint", "templates"], {}),
        Check("template indentation (djhtml)", [str(BIN / "djhtml"), "--check", "--tabwidth", "2", "templates"], {}),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"], test),
        Check("deployment (check --deploy)", deploy, PROD),
    ]


def main() -> None:
    plain_streams()
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a shell may have told us to ignore SIGINT
        signal.signal(kind, interrupted)
    options, rest = arguments()
    try:
        raise SystemExit(run(options, rest))
    except Stop as stop:
        leave(stop)
    except OSError as error:
        leave(disk_stop(error))
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="bin/check", description="Every check and test; other options go to pytest.")
    parser.add_argument("--fast", action="store_true", help="leave out the browser and the slow tests")
    parser.add_argument("--static", action="store_true", help="only the static checks")
    return parser.parse_known_args()


def run(options: argparse.Namespace, rest: list[str]) -> int:
    prepare.python_packages(dev=True)
    prepare.front_end_packages()
    failed = static_checks()
    if options.static:
        return len(failed) > 0
    servers = Servers()
    try:
        services, skipped = find_services(servers, needs_browser=not options.fast)
        tested = tests(services, options, rest, skipped, failed)
    finally:
        servers.stop()
    return tested or len(failed) > 0


def static_checks() -> list[str]:
    """Run all of them, two at a time; the names of those that failed, after their output."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-check-") as var, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda check: (check, one_check(check, var)), checks()))
    failed = []
    for check, (status, output, seconds) in results:
        line(f"{'✓' if status == 0 else '✗'} {check.name} {seconds:.1f} s")
        if status:
            failed.append(check.name)
            line(output.rstrip())
    line(
        f"static checks: {len(results) - len(failed)} passed, {len(failed)} failed, {time.monotonic() - begun:.0f} s\n"
    )
    return failed


def one_check(check: Check, var: str) -> tuple[int, str, float]:
    begun = time.monotonic()
    environment = os.environ | {"PORTAL_VAR": var, "PYTHONWARNINGS": "ignore"} | check.environment
    done = subprocess.run(check.command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr, time.monotonic() - begun


def find_services(servers: Servers, *, needs_browser: bool) -> tuple[dict[str, str], list[str]]:
    """What answers, else what can be started here; and in words what will be skipped for want of it."""
    probe = subprocess.run([str(PYTHON), "-m", "tests.services"], cwd=ROOT, capture_output=True, text=True, check=True)
    services: dict[str, str] = json.loads(probe.stdout)
    with step("PostgreSQL, Redis"):
        services["database"] = services["database"] or servers.postgres()
        services["redis"] = services["redis"] or servers.redis()
    return services, missing(services, needs_browser=needs_browser)


def missing(services: dict[str, str], *, needs_browser: bool) -> list[str]:
    """In words what will be skipped for want of a service; with CI=true that is the end."""
    wanted = {name: words for name, words in MISSING.items() if needs_browser or name != "browser"}
    skipped = [words for name, words in wanted.items() if not services[name]]
    if skipped and os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        raise Stop("CI=true and something is missing:\n  " + "\n  ".join(skipped))
    return skipped


def tests(
    services: dict[str, str], options: argparse.Namespace, rest: list[str], skipped: list[str], failed: list[str]
) -> int:
    """The tests that hang on the database on SQLite first, then all; pytest's own closing line is the last."""
    chosen = ["-m", "not browser and not slow"] if options.fast else []
    known = {"TEST_REDIS_URL": services["redis"]} if services["redis"] else {}
    on_sqlite = 0
    if services["database"]:
        marker = "both_databases and not browser" + (" and not slow" if options.fast else "")
        line("· the tests that hang on the database, on SQLite")
        on_sqlite = pytest(["-m", marker, *rest], known | {"TEST_DATABASE_URL": "sqlite://:memory:"})
        known |= {"TEST_DATABASE_URL": services["database"]}
    for words in skipped:
        line(f"! {words}")
    line(f"· all tests, on {'PostgreSQL' if services['database'] else 'SQLite'}")
    everything = pytest([*chosen, *rest], known)
    if failed or on_sqlite:
        line(f"✗ besides the line above: {', '.join(failed + ['tests on SQLite'] * bool(on_sqlite))}")
    return everything or on_sqlite


def pytest(arguments: list[str], environment: dict[str, str]) -> int:
    """Status of one run; that a selection is empty is no failure."""
    command = [str(PYTHON), "-m", "pytest", "-q", *arguments]
    status = subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode
    return 0 if status == 5 else status


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
