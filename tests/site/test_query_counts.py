"""Every list, overview, form, sheet and API page asks as many queries for three rows of everything as for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.site.access_table import TABLE
from tests.site.growth import first_of_each, two_more_of_each
from tests.site.world import World, build_world

pytestmark = pytest.mark.django_db  # asks for the test database; the world below lies around each test

READERS = ("officer", "secretary", "leader", "member", "administrator")
PAGES = sorted(name for name, access in TABLE.items() if not access.post and not access.public)
ASKED = [(name, role) for name in PAGES for role in READERS if role in TABLE[name].who]
LISTS = (
    "activities:claims",
    "activities:ledger",
    "activities:list",
    "activities:member_claims",
    "activities:review",
    "appraisal:contract_list",
    "appraisal:decisions",
    "appraisal:appeals",
    "assessment:facts",
    "assessment:member_table",
    "assessment:overview_month",
    "assessment:schemes",
    "branches:list",
    "branches:members",
    "integrity:register",
    "notices:inbox",
    "worklists:list",
    "signing:papers",
)


@dataclass(frozen=True)
class Answer:
    """What one page asked of the database, and how long it was."""

    statements: list[str]
    size: int


Answers = dict[tuple[str, str], Answer]


@pytest.fixture(scope="module")
def before_and_after(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[list[Answers]]:
    """The answers of every page while there is one row of each kind, and when there are three or more."""
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("growth"))
    with files, django_db_blocker.unblock(), transaction.atomic():
        world = build_world()
        first_of_each(world)
        clients = {role: _signed_in(world, role) for role in READERS}
        before = _all_answers(world, clients)
        two_more_of_each(world)
        yield [before, _all_answers(world, clients)]
        transaction.set_rollback(True)


def _signed_in(world: World, role: str) -> Client:
    client = Client()
    client.force_login(getattr(world.cast, role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def _all_answers(world: World, clients: dict[str, Client]) -> Answers:
    return {(name, role): _answer(world, clients[role], name) for name, role in ASKED}


def _answer(world: World, client: Client, name: str) -> Answer:
    """What one page asks when it is asked for the second time; undone afterwards."""
    access = TABLE[name]
    url = reverse(name, args=world.arguments(access.args)) + access.query.format(**world.values)
    with transaction.atomic():
        _read(client, url)
        with CaptureQueriesContext(connection) as asked:
            size = _read(client, url)
        transaction.set_rollback(True)
    return Answer([query["sql"] for query in asked], size)


def _read(client: Client, url: str) -> int:
    response = client.get(url)
    return len(b"".join(response.streaming_content) if response.streaming else response.content)


@pytest.mark.parametrize(("name", "role"), ASKED)
def test_queries_do_not_follow_the_rows(name, role, before_and_after):
    one, three = (answers[name, role].statements for answers in before_and_after)
    assert len(three) == len(one), "\n".join(sql[:300] for sql in three)


@pytest.mark.parametrize("name", LISTS)
def test_lists_did_grow(name, before_and_after):
    role = next(role for asked, role in ASKED if asked == name)
    one, three = (answers[name, role].size for answers in before_and_after)
    assert three > one
