"""The door for ballots: open to everybody, blind to who comes in, slow for those who guess."""

from __future__ import annotations

import logging

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from appraisal.models import PollCode, PollTally
from appraisal.views import _throttle
from core.models import AuditEntry
from portal.anonymous import TELLING
from tests.factories.polls import close, codes, new_poll, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_failures():
    _throttle.forget_all()
    yield
    _throttle.forget_all()


@pytest.fixture
def poll(cast):
    people(cast)
    return new_poll(cast)


@pytest.fixture
def slips(cast, poll) -> list[str]:
    return codes(cast, poll)[cast.branch.short_name]


def ballot_of(poll, cast, grade: str = "good") -> dict[str, str]:
    return {f"grade-{poll.subjects.get(branch=cast.branch).pk}": grade}


def test_whole_way_without_signing_in(cast, poll, slips):
    client = Client()
    assert client.get("/vote/").status_code == 200
    page = client.post("/vote/ballot/", {"code": slips[0].lower()})
    assert cast.branch.short_name in page.content.decode()
    assert cast.other_branch.short_name not in page.content.decode()
    done = client.post("/vote/cast/", {"code": slips[0], **ballot_of(poll, cast)})
    assert (done.status_code, done["Location"]) == (302, "/vote/done/")
    assert "选票已计入" in client.get("/vote/done/").content.decode()
    assert PollTally.objects.get(subject__branch=cast.branch, grade="good").votes == 1
    again = client.post("/vote/cast/", {"code": slips[0], **ballot_of(poll, cast, "poor")})
    assert "已经用过" in again.content.decode()
    assert PollTally.objects.filter(grade="poor", votes__gt=0).count() == 0


def test_no_cookie_is_set_or_read_and_nothing_is_cached(cast, poll, slips, client_as):
    """Somebody signed in votes as nobody: no session is read, renewed or written, no name is on the page."""
    client = client_as("member")
    before = set(Session.objects.values_list("session_key", "session_data", "expire_date"))
    for response in (
        client.get("/vote/"),
        client.post("/vote/ballot/", {"code": slips[0]}),
        client.post("/vote/cast/", {"code": slips[0], **ballot_of(poll, cast)}),
        client.get("/vote/done/"),
    ):
        assert not response.cookies
        if response.status_code != 302:
            assert (response["Referrer-Policy"], response["Cache-Control"]) == ("no-referrer", "no-store")
        assert cast.member.display_name not in response.content.decode()
        assert slips[0] not in response.get("Location", "")
    assert set(Session.objects.values_list("session_key", "session_data", "expire_date")) == before
    assert not AuditEntry.objects.filter(actor=cast.member).exists()


def test_view_never_meets_what_could_tell(cast, poll, slips, client_as, monkeypatch):
    met = {}

    from appraisal.views import voting

    original = voting._page
    monkeypatch.setattr(
        voting, "_page", lambda request, *a, **k: met.update(request.META) or original(request, *a, **k)
    )
    client_as("secretary").get(
        "/vote/",
        headers={"user-agent": "Known", "referer": "/home/", "accept-language": "zh", "authorization": "Token x"},
    )
    assert not met.keys() & set(TELLING)


def test_no_log_line_holds_a_code(cast, poll, slips, caplog):
    with caplog.at_level(logging.DEBUG):
        Client().post("/vote/ballot/", {"code": slips[0]})
        Client().post("/vote/cast/", {"code": slips[0], **ballot_of(poll, cast)})
        Client().post("/vote/ballot/", {"code": "7K2M-9QXA-04TB"})
    for code in (slips[0], "7K2M"):
        assert code not in caplog.text
        assert code.replace("-", "") not in caplog.text


def test_wrong_used_and_late_codes_are_answered_in_words(cast, poll, slips):
    client = Client()
    assert "没有这个票码" in client.post("/vote/ballot/", {"code": "7K2M-9QXA-04TB"}).content.decode()
    assert "没有这个票码" in client.post("/vote/ballot/", {"code": ""}).content.decode()
    close(cast, poll)
    assert "没有这个票码" in client.post("/vote/ballot/", {"code": slips[0]}).content.decode()


def test_chosen_grades_stay_when_the_ballot_cannot_be_counted(cast, poll, slips):
    client = Client()
    empty = client.post("/vote/cast/", {"code": slips[0]})
    assert "还没有评价" in empty.content.decode()
    wrong = client.post("/vote/cast/", {"code": slips[0], **ballot_of(poll, cast), "grade-999999": "good"})
    assert "票面与票码不符" in wrong.content.decode()
    assert 'value="good" checked' in wrong.content.decode()
    assert not PollCode.objects.filter(is_used=True).exists()


def test_guessing_is_slowed_down_by_address_and_good_codes_are_not(cast, poll, slips):
    guesser, voter = Client(REMOTE_ADDR="10.0.0.7"), Client(REMOTE_ADDR="10.0.0.8")
    for _ in range(_throttle.FAILURES):
        assert guesser.post("/vote/ballot/", {"code": "0000-0000-0000"}).status_code == 200
    blocked = guesser.post("/vote/ballot/", {"code": slips[0]})
    assert (blocked.status_code, "10分钟" in blocked.content.decode()) == (429, True)
    assert guesser.post("/vote/cast/", {"code": slips[0], **ballot_of(poll, cast)}).status_code == 429
    assert cast.branch.short_name in voter.post("/vote/ballot/", {"code": slips[0]}).content.decode()
    assert voter.post("/vote/cast/", {"code": slips[0], **ballot_of(poll, cast)}).status_code == 302


def test_behind_a_proxy_of_this_machine_the_voters_are_told_apart(poll, slips):
    bad = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.1.1.1")
    for _ in range(_throttle.FAILURES):
        bad.post("/vote/ballot/", {"code": "0000-0000-0000"})
    assert bad.post("/vote/ballot/", {"code": slips[0]}).status_code == 429
    good = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.1.1.2")
    assert good.post("/vote/ballot/", {"code": slips[0]}).status_code == 200


def test_slips_are_shown_by_the_answer_that_made_them_alone(cast, poll, client_as):
    client = client_as("officer")
    page = client.post(f"/polls/{poll.pk}/codes/")
    shown = [slip.code for slip in page.context["slips"]]
    assert page["Cache-Control"] == "no-store"
    assert len(shown) == 22
    assert all(code in page.content.decode() for code in shown)
    later = client.get(f"/polls/{poll.pk}/").content.decode()
    assert not any(code in later for code in shown)
    assert client.post(f"/polls/{poll.pk}/codes/").status_code == 409
