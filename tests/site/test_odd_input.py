"""What nobody types and scanners send: every page and list answers odd values with a page in words, never with 500."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from tests.site.access_table import TABLE
from tests.site.world import World, build_world

pytestmark = pytest.mark.django_db  # asks for the test database; the world below lies around each test

APPS = (
    "activities",
    "appraisal",
    "assessment",
    "branches",
    "core",
    "integrity",
    "notices",
    "officeforms",
    "portal",
    "signing",
    "worklists",
)
ASKED = re.compile(r"""(?:GET|query_params|asked|get|data)(?:\.get|\.getlist|\[)\(?"([a-z_]+)\"""")
MORE = {"page", "page_size", "cursor", "format", "limit", "offset", "ordering", "rank_group", "tier", "with_dissolved"}
ODD = {
    "nul": "a\0b",
    "negative": "-1",
    "beyond bigint": "9223372036854775808",
    "5000 digits": "9" * 5000,
    "digit that is no number": "²",
    "month 13": "2026-13",
    "month of year 0": "0000-01",
    "last month": "9999-12",
    "last day": "9999-12-31",
    "no day": "2026-02-30",
    "markup": "'\"><script>alert(1)</script>",
    "long": "长" * 5_000,
    "emoji": "😀\u202e",
    "no cursor": "W10",
}
CURSORS = (["x", "y"], [10**30, 10**30], ["9999-12-31", 10**20], [10**20])
ODD |= {f"cursor {n}": base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for n, one in enumerate(CURSORS)}
LISTS = sorted(name for name, access in TABLE.items() if not access.post and not access.public)
YEARS = ("0", "1", "1899", "9999", "10000", "99999999999", "9" * 40)
MONTHS = ("0000-01", "1900-01", "9999-12", "2026-13")
IDS = ("0", "9223372036854775808", "9" * 40)


def parameters() -> set[str]:
    """Every name that some view asks a query string for, read from the sources, so that new ones are tried, too."""
    sources = (path.read_text() for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py"))
    return {name for source in sources for name in ASKED.findall(source)} | MORE


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    files = override_settings(MEDIA_ROOT=tmp_path_factory.getbasetemp() / "media")
    with files, django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, Client]:
    found = {}
    for role in ("officer", "secretary", "administrator"):
        found[role] = Client(raise_request_exception=False)
        found[role].force_login(getattr(world.cast, role), backend="django.contrib.auth.backends.ModelBackend")
    return found


def status(client: Client, url: str, data: dict[str, str] | None = None, *, post: bool = False) -> int:
    with transaction.atomic():
        kind = {"content_type": "application/json"} if post and url.startswith("/api/") else {}
        response = client.post(url, data or {}, **kind) if post else client.get(url, data or {})
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response.status_code


@pytest.mark.parametrize("name", LISTS)
def test_odd_values_of_every_parameter_are_answered(name, world, clients):
    access = TABLE[name]
    url = reverse(name, args=world.arguments(access.args))
    names = sorted(parameters())
    role = next((role for role in clients if role in access.who), "officer")
    broken = []
    for what, value in ODD.items():
        if status(clients[role], url, dict.fromkeys(names, value)) >= 500:
            broken += [(one, what) for one in names if status(clients[role], url, {one: value}) >= 500] or [
                ("all", what)
            ]
    assert broken == []


@pytest.mark.parametrize("name", sorted(name for name, access in TABLE.items() if access.args))
def test_odd_paths_are_answered(name, world, clients):
    access = TABLE[name]
    template = reverse(name, args=world.arguments(access.args))
    role = next((role for role in clients if role in access.who), "officer")
    broken = []
    for place, argument in enumerate(access.args):
        odd = {"year": YEARS, "month": MONTHS}.get(argument)
        odd = odd or (IDS if isinstance(world.values[argument], int) else ("%00", "x" * 300, "²"))
        for value in odd:
            values = [str(world.values[one]) for one in access.args]
            url = _with(template, values, place, value)
            if status(clients[role], url, post=access.post) >= 500:
                broken.append(url[:120])
    assert broken == []


def _with(url: str, values: list[str], place: int, value: str) -> str:
    """The URL with another value in the place of one argument."""
    start = 0
    for n, one in enumerate(values):
        at = url.index(f"/{one}/", start) + 1
        if n == place:
            return url[:at] + value + url[at + len(one) :]
        start = at
    raise AssertionError(url)


@pytest.mark.parametrize(
    "name", sorted(name for name, access in TABLE.items() if access.post or name.endswith(("new", "edit")))
)
def test_nul_in_a_form_breaks_nothing(name, world, clients):
    access = TABLE[name]
    url = reverse(name, args=world.arguments(access.args))
    role = next((role for role in clients if role in access.who), "officer")
    form = dict.fromkeys(("name", "title", "note", "reason", "rule_code", "document_no", "_token", "version"), "a\0b")
    assert status(clients[role], url, form, post=True) < 500


def test_nul_is_said_in_words(world, clients):
    page = clients["officer"].get(reverse("activities:claims"), {"q": "a\0b"})
    assert page.status_code == 400
    assert "控制字符" in page.content.decode()
    assert clients["officer"].get("/marks/2026/%00/").status_code == 404
