"""Drafts belong to one person; nobody else's exists."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from core import drafts
from core.errors import InvalidInput
from core.models import Draft
from tests.factories.branches import UserFactory

pytestmark = pytest.mark.django_db
URL = "/drafts/activity%3A12/"


def put(client: Any, data: object, url: str = URL) -> Any:
    return client.put(url, json.dumps(data), content_type="application/json")


def test_draft_is_kept_read_and_dropped(client_as) -> None:
    client = client_as("secretary")
    assert client.get(URL).json() == {"key": "activity:12", "data": None, "updated_at": None}

    assert put(client, {"data": {"title": "一"}}).status_code == 200
    assert put(client, {"data": {"title": "二"}}).status_code == 200
    answer = client.get(URL).json()
    assert (answer["key"], answer["data"]) == ("activity:12", {"title": "二"})
    assert Draft.objects.count() == 1

    assert client.delete(URL).status_code == 204
    assert client.delete(URL).status_code == 204
    assert client.get(URL).json()["data"] is None


def test_another_persons_draft_does_not_exist(client_as) -> None:
    put(client_as("secretary"), {"data": {"title": "一"}})
    other = client_as("other_secretary")

    assert other.get(URL).json()["data"] is None
    other.delete(URL)
    put(other, {"data": {"title": "别人"}})
    assert client_as("secretary").get(URL).json()["data"] == {"title": "一"}


def test_nobody_signed_in_keeps_nothing(client_as) -> None:
    answer = put(client_as("anonymous"), {"data": {}})

    assert answer.status_code in (302, 401)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("body", ["{", "[1]", '"a"', '{"data": [1]}', '{"data": null}'])
def test_what_is_no_object_is_refused(client_as, body: str) -> None:
    answer = client_as("secretary").put(URL, body, content_type="application/json")

    assert answer.status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (r'{"data": {"a": "x\u0000y"}}', {"a": "xy"}),
        (r'{"data": {"a": "x\ud800y"}}', {"a": "xy"}),
        (r'{"data": {"\\u0000": "\\"}}', {"\\u0000": "\\"}),
    ],
)
def test_characters_no_database_takes_are_left_out(client_as, sent: str, kept: dict) -> None:
    client = client_as("secretary")

    assert client.put(URL, sent, content_type="application/json").status_code == 200
    assert client.get(URL).json()["data"] == kept


@pytest.mark.parametrize("body", ['{"data": {"a": NaN}}', '{"data": ' + '{"a":' * 5000 + "1" + "}" * 5001])
def test_json_no_database_takes_is_refused(client_as, body: str) -> None:
    assert client_as("secretary").put(URL, body, content_type="application/json").status_code == 400


def test_key_that_cannot_be_printed_is_no_address(client_as) -> None:
    client, address = client_as("secretary"), "/drafts/a%00b/"
    answers = [client.get(address), client.delete(address), put(client, {"data": {"title": ["字"]}}, address)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert not Draft.objects.exists()


def test_draft_above_its_limit_is_refused(client_as) -> None:
    client = client_as("secretary")

    assert put(client, {"data": {"text": "x" * (drafts.MAX_BYTES - 20)}}).status_code == 200
    assert put(client, {"data": {"text": "x" * drafts.MAX_BYTES}}).status_code == 400
    assert put(client, {"data": {"text": "x" * drafts.MAX_BYTES * 2}}).status_code == 400


def test_too_long_key_is_refused() -> None:
    with pytest.raises(InvalidInput):
        drafts.save(UserFactory(), "k" * 101, {}, now=timezone.now())


def test_oldest_drafts_go_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 2)
    user = UserFactory()
    for key in "abc":
        drafts.save(user, key, {}, now=timezone.now())

    assert sorted(Draft.objects.values_list("key", flat=True)) == ["b", "c"]
    assert drafts.load(user, "a") is None
