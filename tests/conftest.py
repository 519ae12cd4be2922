"""What every test may ask for: real services where they are, and a browser; the cast of people is in tests/factories."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests import services

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["tests.cast_fixtures"]

# No sandbox: the tests also run as root; nothing of the browser's own may go out to the network.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MIGRATED_ROWS: dict[str, str] = {}
ON_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def absent(what: str) -> None:
    """Skip the test on a bench; fail it in CI, where everything must be there."""
    if ON_CI:
        pytest.fail(f"{what} is missing, and CI=true")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis database that belongs to the tests."""
    url = services.redis_url()
    if not url:
        absent("Redis")
    return url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The installed Chromium."""
    path = services.browser()
    if not path:
        absent("Chromium")
    return path


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path_factory) -> None:
    """No test sees another's files."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """One headless Chromium for all browser tests of a run; each test opens a context of its own."""
    from playwright.sync_api import sync_playwright  # seconds to import, and only browser tests need it

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop running in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's own, with a copy of what the migrations loaded, and nobody left inside at the end."""
    with django_db_blocker.unblock():
        MIGRATED_ROWS["default"] = _migrated_rows()
    yield
    with django_db_blocker.unblock():
        _end_other_sessions()


def _end_other_sessions() -> None:
    """A server thread of a browser test may still be connected, and PostgreSQL drops no database in use."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def _migrated_rows() -> str:
    from django.apps import apps
    from django.core import serializers
    from django.db import connection

    remade = {"contenttypes.ContentType", "auth.Permission"}  # by Django itself, after each flush
    tables = set(connection.introspection.table_names())
    rows = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.db_table not in tables or model._meta.label in remade:
                continue
            cursor.execute(f'SELECT 1 FROM "{model._meta.db_table}" LIMIT 1')
            rows += model._base_manager.order_by("pk") if cursor.fetchone() else []
    return serializers.serialize("json", rows)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test with real transactions empties every table at its end; what the migrations had loaded comes back."""
    yield
    if nextitem is not None and _is_transactional(item):  # after the last test the database itself is gone
        _restore_migrated_rows(item.config)


def _is_transactional(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & {"live_server", "transactional_db"} or (mark and mark.kwargs.get("transaction")))


def _restore_migrated_rows(config: pytest.Config) -> None:
    from django.db import connection
    from pytest_django.plugin import blocking_manager_key

    with config.stash[blocking_manager_key].unblock():
        connection.creation.deserialize_db_from_string(MIGRATED_ROWS.get("default", "[]"))
