"""Every URL of the site × every role: who gets an answer, who gets 404, who is refused; nothing leaks, nothing breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.site.access_table import ROLES, TABLE, Access
from tests.site.world import MARK, World, build_world

pytestmark = (
    pytest.mark.django_db
)  # asks for the test database; the world below lies around each test's own transaction

ANSWERS = {200, 204, 302, 400, 409, 422}
HTML_LIMIT = 100_000
INLINE = re.compile(r"""<[^>]+\s(?:style|on[a-z]+)\s*=\s*["']|<style|<script(?![^>]*\bsrc=|[^>]*json)""")


def names_in(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            yield from names_in(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)


SITE = sorted(set(names_in(get_resolver())))
KNOWN = [name for name in SITE if name in TABLE]


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """Built once for all URLs; every request is rolled back."""
    files = override_settings(MEDIA_ROOT=tmp_path_factory.getbasetemp() / "media")  # where each test looks for them
    with files, django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, Client]:
    """One signed-in browser for each role, and one that nobody signed in to."""
    found = {"anonymous": Client(raise_request_exception=False)}
    for role in ROLES:
        found[role] = Client(raise_request_exception=False)
        found[role].force_login(getattr(world.cast, role), backend="django.contrib.auth.backends.ModelBackend")
    return found


def ask(client: Client, name: str, access: Access, arguments: list[Any], world: World) -> Any:
    """One request, undone afterwards."""
    url = reverse(name, args=arguments) + access.query.format(**world.values)
    cookies = client.cookies.copy()
    with transaction.atomic():
        kind = {"content_type": "application/json"} if url.startswith("/api/") else {}
        response = client.post(url, access.data, **kind) if access.post else client.get(url)
        response.text_ = body_of(response)
        transaction.set_rollback(True)
    client.cookies = cookies  # signing out is undone, too
    return response


def body_of(response: Any) -> str:
    parts = b"".join(response.streaming_content) if response.streaming else response.content
    return parts.decode("utf-8", "replace")


def test_every_url_is_in_the_table():
    assert [name for name in SITE if name not in TABLE] == []


def test_table_names_no_url_that_is_gone():
    assert [name for name in TABLE if name not in SITE] == []


@pytest.mark.parametrize("name", KNOWN)
def test_stranger_is_sent_to_the_login_page(name, world, clients):
    access = TABLE[name]
    response = ask(clients["anonymous"], name, access, world.arguments(access.args), world)
    if access.public:
        assert response.status_code in {200, 302}
    elif reverse(name, args=world.arguments(access.args)).startswith("/api/v1/") or name == "api_schema":
        assert response.status_code in {401, 403}
    else:
        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("login"))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", KNOWN)
def test_each_role_gets_what_the_table_says(name, role, world, clients):
    access = TABLE[name]
    response = ask(clients[role], name, access, world.arguments(access.args), world)
    if role in access.who | access.empty:
        assert response.status_code in ANSWERS, response.text_[:2000]
    elif role in access.sees or not access.names_object:
        assert response.status_code in {403, 404}
    else:
        assert response.status_code == 404
    if role not in access.who:
        assert MARK not in response.text_
    assert_strict_and_light(response)


@pytest.mark.parametrize("name", [name for name in KNOWN if TABLE[name].names_object])
def test_foreign_object_looks_like_none_at_all(name, world, clients):
    access = TABLE[name]
    for role in ROLES:
        if role in access.who | access.sees | access.empty:
            continue
        foreign = ask(clients[role], name, access, world.arguments(access.args), world)
        absent = ask(clients[role], name, access, world.absent(access.args), world)
        assert (role, absent.status_code, plain(absent)) == (role, foreign.status_code, plain(foreign))


def assert_strict_and_light(response: Any) -> None:
    """Strict policy in the header, nothing inline in the markup, at most 100 kB of it."""
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    if response.get("Content-Type", "").startswith("text/html"):
        assert len(response.text_.encode()) <= HTML_LIMIT
        assert not INLINE.search(response.text_)


def plain(response: Any) -> str:
    """The body without what differs from one request to the next."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.text_)
    return re.sub(r'name="_token" value="[^"]+"', "", text)
