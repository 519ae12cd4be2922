"""Encrypted columns: unreadable at rest, bound to their column, readable after a change of keys."""

from __future__ import annotations

import base64

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from branches.models import Member
from core import crypto
from tests.factories.branches import MemberFactory

OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@given(st.text(max_size=60))
def test_what_was_sealed_is_opened(text: str) -> None:
    assert crypto.decrypt(crypto.encrypt(text, context="a"), context="a") == text


def test_same_text_is_sealed_differently_each_time() -> None:
    assert crypto.encrypt("a") != crypto.encrypt("a")


def test_seal_of_another_column_or_altered_bytes_is_refused() -> None:
    token = crypto.encrypt("13800000000", context="phone")
    altered = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")

    for wrong, context in ((token, "id_number"), (altered, "phone"), ("nonsense", "phone"), ("v1:0:!", "phone")):
        with pytest.raises(crypto.CannotDecrypt):
            crypto.decrypt(wrong, context=context)


def test_new_key_in_front_keeps_old_texts_and_digests(settings) -> None:
    settings.PORTAL_FIELD_KEY = [OLD]
    token, digest = crypto.encrypt("a"), crypto.keyed_digest("a")
    settings.PORTAL_FIELD_KEY = [NEW, OLD]

    assert crypto.decrypt(token) == "a"
    assert crypto.keyed_digest("a") == digest
    renewed = crypto.encrypt("a")
    settings.PORTAL_FIELD_KEY = [OLD]
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(renewed)


@pytest.mark.parametrize("keys", [[], None, [base64.b64encode(b"short").decode()]])
def test_missing_or_short_key_is_a_fault_of_the_settings(settings, keys: object) -> None:
    settings.PORTAL_FIELD_KEY = keys

    with pytest.raises(ImproperlyConfigured):
        crypto.encrypt("a")


@pytest.mark.django_db
def test_column_holds_no_plain_number() -> None:
    member = MemberFactory(phone="13800001111")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM branches_member WHERE id = %s", [member.pk])
        stored = cursor.fetchone()[0]

    assert stored.startswith("v1:")
    assert "13800001111" not in stored
    assert Member.objects.get(pk=member.pk).phone == "13800001111"
    assert list(Member.objects.filter(pk=member.pk).values_list("phone", flat=True)) == ["13800001111"]


@pytest.mark.django_db
def test_empty_text_stays_empty_and_bulk_update_seals() -> None:
    member = MemberFactory(phone="")
    assert Member.objects.get(pk=member.pk).phone == ""
    member.phone = "13900002222"
    Member.objects.bulk_update([member], ["phone"])

    assert Member.objects.get(pk=member.pk).phone == "13900002222"


@pytest.mark.django_db
def test_searching_an_encrypted_column_is_refused() -> None:
    for lookup in ("phone", "phone__contains", "phone__in"):
        with pytest.raises(FieldError, match="keyed digest"):
            Member.objects.filter(**{lookup: "1"}).exists()
    assert not Member.objects.filter(phone__isnull=True).exists()
