"""Signing in and out, the own password, the first password, an expired session under a form script."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.passwords import HINT
from tests.factories.branches import PASSWORD

NEW = "Quite-Another-2027"


def sign_in(client: Client, password: str = PASSWORD, **headers: str):
    return client.post(reverse("login"), {"username": "member", "password": password}, headers=headers)


def test_signing_in_leads_home_or_where_one_was_going(cast):
    assert sign_in(Client())["Location"] == reverse("home")
    response = Client().post(reverse("login"), {"username": "member", "password": PASSWORD, "next": "/password/"})
    assert response["Location"] == "/password/"


def test_next_never_leaves_the_site(cast):
    response = Client().post(
        reverse("login"), {"username": "member", "password": PASSWORD, "next": "https://example.org/"}
    )
    assert response["Location"] == reverse("home")


def test_wrong_password_is_told_in_words(cast):
    text = sign_in(Client(), "wrong").content.decode()
    assert "用户名或密码不正确" in text


def test_script_signs_in_by_json(cast):
    right = sign_in(Client(), Accept="application/json")
    wrong = sign_in(Client(), "wrong", Accept="application/json")
    assert right.json() == {"ok": True, "user": cast.member.pk}
    assert (wrong.status_code, wrong.json()["ok"]) == (400, False)


def test_signing_out_ends_the_session(client_as):
    client = client_as("member")
    client.post(reverse("logout"))
    assert client.get(reverse("home")).status_code == 302


def test_own_password_is_changed_and_the_session_stays(cast, client_as):
    client = client_as("member")
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert client.post(reverse("password_change"), data)["Location"] == reverse("home")
    cast.member.refresh_from_db()
    assert cast.member.check_password(NEW)
    assert client.get(reverse("password_change")).status_code == 200


def test_fault_stands_under_its_field(client_as):
    data = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW + "x"}
    text = client_as("member").post(reverse("password_change"), data).content.decode()
    assert 'id="id_old_password_error"' in text
    assert 'aria-invalid="true"' in text


def test_first_password_comes_before_every_page(cast, client_as):
    cast.member.must_change_password = True
    cast.member.save()
    client = client_as("member")
    assert client.get(reverse("search"))["Location"] == reverse("password_change")
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    client.post(reverse("password_change"), data)
    assert client.get(reverse("search")).status_code == 200


def test_disabled_account_is_out_at_once(cast, client_as):
    client = client_as("member")
    cast.member.is_active = False
    cast.member.save()
    assert client.get(reverse("search"))["Location"].startswith(reverse("login"))


def test_form_script_is_told_where_a_redirect_leads(client_as):
    ended = Client().get(reverse("search"), headers={"X-Portal-Fetch": "1"})
    assert (ended.status_code, ended["X-Portal-Location"]) == (401, "/login/?next=/search/")
    moved = client_as("member").get(reverse("login"), headers={"X-Portal-Fetch": "1"})
    assert (moved.status_code, moved["X-Portal-Location"]) == (204, reverse("home"))


def test_no_sign_in_page_is_swapped_into_a_form(db):
    ended = Client().get(reverse("search"), headers={"HX-Request": "true"})
    assert (ended.status_code, ended["HX-Trigger"], ended["HX-Reswap"]) == (401, "portal:signed-out", "none")


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("Ab1!", "密码太短，至少要10位。"),
        ("7391628405", "密码不能全是数字，请加上字母。"),
        ("password123", "这是常见密码，容易被猜到，请换一个。"),
        ("Xy-Member-2031", "密码不能含您的用户名，请换一个。"),
        ("membre2031", "密码与您的用户名太像，请换一个。"),
    ],
)
def test_weak_password_is_refused_in_chinese_words(client_as, new, words):
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    text = client_as("member").post(reverse("password_change"), data).content.decode()
    assert words in text
    assert "password is" not in text and "你" not in text


def test_passwords_that_differ_are_told(client_as):
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW + "x"}
    assert "两次输入的新密码不一样" in client_as("member").post(reverse("password_change"), data).content.decode()


def test_hints_of_the_new_password_are_one_line(client_as):
    text = client_as("member").get(reverse("password_change")).content.decode()
    assert text.count(HINT) == 1 and text.count("form-hint") == 1
