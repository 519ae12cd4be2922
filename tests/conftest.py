"""What every test may ask for: real services where they are, and a browser; the cast of people is in tests/factories."""

from __future__ import annotations

import os

import pytest

from tests import services

pytest_plugins = ["tests.cast_fixtures"]

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
