"""Claims over the API: same scope, same services, one claim per Idempotency-Key."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from activities.models import Claim
from assessment.ledger import live_facts
from tests.activities.test_claims import dues, sent_claim
from tests.factories.activities import NOW

URL = "/api/v1/claims/"


@pytest.fixture(autouse=True)
def november():
    """The clock stands on the day of the cast."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def as_user(cast):
    def sign_in(name: str) -> APIClient:
        client = APIClient()
        client.force_login(getattr(cast, name))
        return client

    return sign_in


def body(cast, **changes):
    given = {
        "branch": cast.branch.pk,
        "metric": "dues.paid_on_time",
        "happened_on": "2026-11-10",
        "quantity": "4",
        "base": "5",
        "note": "党费收缴登记表",
    }
    return given | changes


def test_written_claim_is_sent_and_counted(cast, as_user):
    answer = as_user("secretary").post(URL, body(cast), format="json")
    assert answer.status_code == 201
    same = ("metric", "quantity", "base_metric", "base", "state", "version")
    assert {name: answer.data[name] for name in same} == {
        "metric": "dues.paid_on_time",
        "quantity": "4",
        "base_metric": "dues.due",
        "base": "5",
        "state": "submitted",
        "version": 2,
    }
    assert live_facts().count() == 2


def test_draft_stays_a_draft_until_it_is_sent(cast, as_user):
    client = as_user("secretary")
    pk = client.post(URL, body(cast, submit=False), format="json").data["id"]
    assert live_facts().count() == 0
    assert client.post(f"{URL}{pk}/submit/", {"version": 1}, format="json").data["state"] == "submitted"
    assert client.post(f"{URL}{pk}/submit/", {"version": 1}, format="json").status_code == 409


def test_same_key_gives_the_same_claim_and_another_body_a_conflict(cast, as_user):
    client = as_user("secretary")
    first = client.post(URL, body(cast), format="json", headers={"Idempotency-Key": "k1"})
    second = client.post(URL, body(cast), format="json", headers={"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code, first.data["id"]) == (201, 200, second.data["id"])
    assert (
        client.post(URL, body(cast, quantity="3"), format="json", headers={"Idempotency-Key": "k1"}).status_code == 409
    )
    assert Claim.objects.count() == 1


def test_fault_has_the_shape_of_all_errors(cast, as_user):
    answer = as_user("secretary").post(URL, body(cast, quantity="6"), format="json")
    fault = "“按月足额交纳的”6多于“应交党费”5，请核对两个数。"
    assert (answer.status_code, answer.json()) == (
        400,
        {"code": "invalid", "message": fault, "remedy": "", "fields": {"quantity": [fault]}},
    )


def test_foreign_claims_are_not_there(cast, as_user):
    claim = sent_claim(cast)
    for name in ("outsider", "other_secretary", "administrator"):
        client = as_user(name)
        assert client.get(URL).data["results"] == []
        assert client.get(f"{URL}{claim.pk}/").status_code == 404
        assert client.post(f"{URL}{claim.pk}/withdraw/", format="json").status_code == 404
    assert as_user("outsider").post(URL, body(cast), format="json").status_code == 404
    assert APIClient().get(URL).status_code in (401, 403)


def test_filters_and_constant_queries(cast, as_user):
    client = as_user("officer")
    dues(cast)
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(URL)
    sent_claim(cast)
    sent_claim(cast, note="二")
    with CaptureQueriesContext(connection) as three:
        found = client.get(URL)
    assert (len(found.data["results"]), len(one)) == (3, len(three))
    assert [row["metric"] for row in client.get(f"{URL}?metric=dues.paid_on_time").data["results"]] == [
        "dues.paid_on_time"
    ]
    assert client.get(f"{URL}?month=202610").data["results"] == []
