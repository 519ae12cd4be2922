"""What bin/check says and does where a service is missing."""

from __future__ import annotations

import sys

import pytest
from django.conf import settings

from tests import services

sys.path.insert(0, str(settings.BASE_DIR / "bin" / "tools"))
import check
import say

NOTHING = {"database": "", "redis": "", "browser": ""}


def test_missing_services_are_listed(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    assert [words.split()[0] for words in check.missing(NOTHING, needs_browser=True)] == [
        "PostgreSQL",
        "Redis",
        "Chromium",
    ]


def test_missing_browser_is_no_loss_where_none_is_needed(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    there = {"database": "x", "redis": "x", "browser": ""}
    assert check.missing(there, needs_browser=False) == []


def test_missing_service_in_ci_is_a_failure(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(say.Stop, match="Redis is missing"):
        check.missing({"database": "x", "redis": "", "browser": "x"}, needs_browser=True)


def test_environment_names_the_services_first(monkeypatch):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("TEST_REDIS_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/portal")
    monkeypatch.setenv("REDIS_URL", "redis://queue.example")
    assert services.database_url() == "postgres://db.example/portal"
    assert services.redis_url() == "redis://queue.example"


def test_without_any_service_the_tests_run_on_sqlite(monkeypatch):
    for name in ("TEST_DATABASE_URL", "DATABASE_URL", "TEST_REDIS_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(services, "answers", lambda host, port: False)
    services.local_postgres.cache_clear()
    assert services.found()["database"] == ""
    assert services.database_url() == services.SQLITE
    services.local_postgres.cache_clear()
