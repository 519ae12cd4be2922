"""The surroundings start, or say what is missing."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

PROD = {
    "SECRET_KEY": "k" * 64,
    "PORTAL_FIELD_KEY": "5a" * 32,
    "DATABASE_URL": "postgres://portal@127.0.0.1:5432/portal",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "ALLOWED_HOSTS": "portal.example",
}


def load_prod(tmp_path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import portal.settings.prod as s; print(s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)",
        ],
        env=keep | {"PORTAL_VAR": str(tmp_path)} | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_prod_without_environment_names_everything_missing(tmp_path):
    result = load_prod(tmp_path, {})
    assert result.returncode != 0
    assert [name for name in PROD if f"  {name}: " in result.stderr] == list(PROD)


def test_prod_with_environment_is_https_only(tmp_path):
    result = load_prod(tmp_path, PROD)
    assert result.stdout.split() == ["True", "2592000"], result.stderr


def test_prod_on_plain_http_sets_no_hsts(tmp_path):
    result = load_prod(tmp_path, PROD | {"PORTAL_HTTPS": "0"})
    assert result.stdout.split() == ["False", "0"], result.stderr
