"""Every refusal of the API has one shape; pages are keyset pages."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.api import CursorPages, exception_handler
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.models import Draft
from tests.factories.branches import UserFactory

SHAPE = {"code", "message", "remedy", "fields"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput("错", remedy="改", fields={"name": ["空"]}), 400, "invalid"),
        (Refused("不行"), 403, "refused"),
        (Conflict("变了"), 409, "conflict"),
        (Locked("封存"), 409, "locked"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "refused"),
        (exceptions.NotAuthenticated(), 401, "not_signed_in"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.ParseError(), 400, "invalid"),
        (exceptions.Throttled(), 429, "throttled"),
        (exceptions.UnsupportedMediaType("a/b"), 415, "unsupported_media_type"),
    ],
)
@pytest.mark.django_db
def test_refusals_have_one_shape(error: Exception, status: int, code: str) -> None:
    response = exception_handler(error, {})

    assert response is not None
    assert (response.status_code, response.data["code"], set(response.data)) == (status, code, SHAPE)
    assert response.data["message"]


@pytest.mark.django_db
def test_own_error_keeps_its_words_and_fields() -> None:
    response = exception_handler(InvalidInput("错", remedy="改", fields={"name": ["空"]}), {})

    assert response is not None
    assert response.data == {"code": "invalid", "message": "错", "remedy": "改", "fields": {"name": ["空"]}}


@pytest.mark.django_db
def test_validation_errors_are_flat() -> None:
    detail = {"name": ["必填"], "rows": [{}, {"n": ["太大"]}], "non_field_errors": ["不符"]}
    response = exception_handler(exceptions.ValidationError(detail), {})

    assert response is not None
    assert response.data["fields"] == {"name": ["必填"], "rows.1.n": ["太大"], "": ["不符"]}


def test_real_fault_stays_a_fault() -> None:
    assert exception_handler(ZeroDivisionError(), {}) is None


@pytest.mark.django_db
def test_cursor_pages_go_on_and_are_limited() -> None:
    user = UserFactory()
    Draft.objects.bulk_create([Draft(owner=user, key=str(n), updated_at=timezone.now()) for n in range(3)])
    pages = CursorPages()
    rows = pages.paginate_queryset(Draft.objects.all(), Request(APIRequestFactory().get("/", {"size": "2"})))

    assert [row.key for row in rows or []] == ["2", "1"]
    assert pages.get_next_link() is not None
    assert (pages.page_size, pages.max_page_size) == (2, 500)
