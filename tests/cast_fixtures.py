"""The fixed cast as fixtures: `cast`, and `client_as("secretary")` for somebody's signed-in browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def cast(db: Any) -> Any:
    """Two committees, four branches and one account of each kind (tests/factories/branches.py)."""
    from tests.factories.branches import build_cast  # models are not there yet when the plugin loads

    return build_cast()


@pytest.fixture
def client_as(cast: Any) -> Callable[[str], Any]:
    """A test client signed in as one of the cast; "anonymous" is signed in as nobody."""
    from django.test import Client

    def signed_in(name: str) -> Client:
        client = Client()
        if name != "anonymous":
            client.force_login(getattr(cast, name), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
