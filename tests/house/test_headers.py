"""What every response carries, how long a login lasts, how much one request may bring."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import RequestDataTooBig
from django.urls import reverse

from portal.sessions import SEEN, STARTED, keep_or_end
from portal.uploads import CappedUploadHandler

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


@pytest.mark.django_db
def test_login_page_carries_the_strict_headers(client):
    headers = client.get(reverse("login")).headers
    assert sorted(headers["Content-Security-Policy"].split("; ")) == sorted(CSP.split("; "))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=()")


@pytest.mark.django_db
def test_each_response_has_a_request_id_of_its_own(client):
    first, second = (client.get("/healthz", headers={"X-Request-ID": "mine"})["X-Request-ID"] for _ in range(2))
    assert first != second
    assert "mine" not in (first, second)


def signed_in(started: int, seen: int) -> SessionStore:
    session = SessionStore()
    session.update({SESSION_KEY: "1", STARTED: started, SEEN: seen})
    return session


@pytest.mark.parametrize(
    ("started", "seen", "stays"),
    [(0, 3600, True), (0, 3599, False), (7200 - 12 * 3600, 7199, True), (7199 - 12 * 3600, 7199, False)],
)
def test_session_ends_after_an_idle_hour_or_twelve_in_all(started, seen, stays):
    session = signed_in(started, seen)
    keep_or_end(session, now=7200)
    assert (SESSION_KEY in session) is stays


def test_session_is_written_once_a_minute_at_most():
    session = signed_in(0, 1000)
    session.modified = False
    keep_or_end(session, now=1059)
    assert not session.modified
    keep_or_end(session, now=1060)
    assert session[SEEN] == 1060


def test_request_that_announces_too_much_is_refused(settings):
    settings.PORTAL_UPLOAD_MAX_BODY = 10
    with pytest.raises(RequestDataTooBig):
        CappedUploadHandler().handle_raw_input(None, {}, 11, b"")


@pytest.mark.django_db
def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(client, django_user_model, settings):
    settings.AXES_ENABLED = True
    django_user_model.objects.create_user(username="shuji", password="Right@2026party")
    answers = [sign_in(client, "wrong", f"10.0.0.{n}") for n in range(5)]
    assert answers[-1] == 429
    assert sign_in(client, "Right@2026party", "10.0.0.99") == 429


def sign_in(client, password: str, pretended: str) -> int:
    data = {"username": "shuji", "password": password}
    return client.post(reverse("login"), data, headers={"X-Forwarded-For": pretended}).status_code
