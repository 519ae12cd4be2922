"""Records over the API: same scope, same services, one record per Idempotency-Key."""

import pytest
import time_machine
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from activities.models import Activity
from assessment.ledger import live_facts
from branches.models import Member
from tests.factories.activities import sent

URL = "/api/v1/activities/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-20 09:00+08:00", tick=False):
        yield


@pytest.fixture
def as_user(cast):
    def sign_in(name: str) -> APIClient:
        client = APIClient()
        client.force_login(getattr(cast, name))
        return client

    return sign_in


def body(cast, **changes):
    members = Member.objects.filter(branch=cast.branch).values_list("pk", flat=True)
    return {
        "kind": "theme_day",
        "branch": cast.branch.pk,
        "held_on": "2026-11-12",
        "title": "重温入党誓词",
        "starts_at": "14:30",
        "ends_at": "16:00",
        "place": "二楼",
        "host": "王书记",
        "recorder": "赵委员",
        "texts": {"agenda": "誓词", "speeches": "体会", "resolution": "落实"},
        "attendance": [{"member": pk, "status": "present"} for pk in members],
    } | changes


def test_create_sends_and_counts(cast, as_user):
    response = as_user("secretary").post(URL, body(cast), format="json")
    assert response.status_code == 201
    data = response.json()
    assert (data["state"], data["shares"][0]["present"]) == ("submitted", 5)
    assert live_facts().filter(metric__code="theme_day.held").count() == 1


def test_same_key_makes_one_record_and_another_body_is_a_conflict(cast, as_user):
    client = as_user("secretary")
    first = client.post(URL, body(cast), format="json", headers={"Idempotency-Key": "k1"})
    again = client.post(URL, body(cast), format="json", headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = client.post(URL, body(cast, place="三楼"), format="json", headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


def test_incomplete_is_refused_by_field_and_leaves_nothing(cast, as_user):
    response = as_user("secretary").post(URL, body(cast, place=""), format="json")
    assert (response.status_code, response.json()["fields"]) == (400, {"place": ["请填地点。"]})
    assert not Activity.objects.exists()


def test_draft_then_submit_then_withdraw(cast, as_user):
    client = as_user("secretary")
    made = client.post(URL, body(cast, submit=False), format="json").json()
    assert made["state"] == "draft"
    assert client.post(f"{URL}{made['id']}/submit/").json()["state"] == "submitted"
    assert client.post(f"{URL}{made['id']}/withdraw/").json()["state"] == "withdrawn"
    assert not live_facts().exists()


@pytest.mark.parametrize("who", ["other_secretary", "outsider", "stranger", "administrator"])
def test_a_foreign_record_is_404_and_not_listed(cast, as_user, who):
    activity = sent(cast)
    client = as_user(who)
    assert client.get(f"{URL}{activity.pk}/").status_code == 404
    assert client.post(f"{URL}{activity.pk}/withdraw/").status_code == 404
    assert client.get(URL).json()["results"] == []


def test_signed_out_is_401(client):
    assert client.get(URL).status_code == 401


def test_list_takes_the_same_queries_for_one_and_three(cast, as_user):
    from datetime import date

    from django.db import connection

    client = as_user("officer")
    sent(cast, held_on=date(2026, 11, 2))
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(URL)
    for day in (9, 16):
        sent(cast, held_on=date(2026, 11, day))
    with CaptureQueriesContext(connection) as three:
        assert len(client.get(URL).json()["results"]) == 3
    assert len(three) == len(one)


@pytest.mark.parametrize(
    "odd",
    [
        {"held_on": "0001-01-01"},
        {"held_on": "9999-12-31"},
        {"branch": 10**30},
        {"group": 2**63},
        {"invited": [2**63]},
        {"attendance": [{"member": 10**30, "status": "present"}]},
        {"kind": "heart_talk", "talks": [{"talked": 10**30}]},
        {"title": "a\0b"},
        {"texts": {"agenda": "a\0b"}},
        {"starts_at": "25:99"},
    ],
)
def test_odd_values_are_refused_in_words(cast, as_user, odd):
    response = as_user("secretary").post(URL, body(cast, submit=False, **odd), format="json")
    assert response.status_code == 400
    assert not Activity.objects.exists()


def test_odd_key_is_refused(cast, as_user):
    response = as_user("secretary").post(URL, body(cast), format="json", headers={"Idempotency-Key": "a\0b"})
    assert response.status_code == 400
