"""What a person reads when something went wrong: status, words, what to do; page, fragment or JSON."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from core.errors import Conflict, InvalidInput, Refused
from portal import urls as portal_urls
from portal import views

RAISED = {
    "refused": Refused("这个月已经封存。", remedy="请改报到下个月。"),
    "conflict": Conflict("内容已被别人改动。", remedy="请刷新后再改。"),
    "invalid": InvalidInput("日期不对。", remedy="请填今年的日期。", fields={"held_on": ["不能晚于今天"]}),
    "denied": PermissionDenied(),
    "absent": Http404(),
    "suspicious": SuspiciousOperation(),
    "big": RequestDataTooBig(),
    "broken": RuntimeError("secret detail"),
}


def boom(request: HttpRequest, name: str) -> HttpResponse:
    raise RAISED[name]


urlpatterns = [*portal_urls.urlpatterns, path("boom/<str:name>/", boom), path("api/boom/<str:name>/", boom)]
handler400, handler403 = views.bad_request, views.permission_denied
handler404, handler500 = views.page_not_found, views.server_error


@pytest.fixture
def client(client_as, settings) -> Client:
    settings.ROOT_URLCONF = __name__
    signed_in = client_as("member")
    signed_in.raise_request_exception = False
    return signed_in


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("refused", 403, ["这个月已经封存。", "请改报到下个月。"]),
        ("conflict", 409, ["内容已被别人改动。", "请刷新后再改。"]),
        ("invalid", 400, ["日期不对。", "请填今年的日期。", "不能晚于今天"]),
        ("denied", 403, ["没有这项操作的权限", "请联系机关党委"]),
        ("absent", 404, ["没有找到", "不在您的查看范围内"]),
        ("suspicious", 400, ["没有保存"]),
        ("big", 413, ["文件太大", "20 MB"]),
        ("broken", 500, ["系统出了问题", "请"]),
    ],
)
def test_each_fault_has_its_page(client, name, status, words):
    response = client.get(f"/boom/{name}/")
    text = response.content.decode()
    assert response.status_code == status
    assert [word for word in words if word not in text] == []
    assert "secret detail" not in text


def test_refusal_is_a_fragment_for_htmx_and_for_the_form_script(client):
    for headers in ({"HX-Request": "true"}, {"X-Portal-Fetch": "1"}):
        response = client.get("/boom/conflict/", headers=headers)
        text = response.content.decode()
        assert response.status_code == 409
        assert response["HX-Retarget"] == "#page-messages"
        assert "data-error-message" in text and "<html" not in text


def test_refusal_is_json_in_the_api(client):
    response = client.get("/api/boom/invalid/")
    assert response.status_code == 400
    assert response.json() == {
        "code": "invalid",
        "message": "日期不对。",
        "remedy": "请填今年的日期。",
        "fields": {"held_on": ["不能晚于今天"]},
    }


def test_unknown_page_keeps_the_menu_of_whoever_is_signed_in(client):
    assert 'class="side"' in client.get("/nowhere/").content.decode()


def test_csrf_failure_says_what_to_do(cast):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"username": "member", "password": "x"})
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_server_error_needs_no_database(monkeypatch):
    monkeypatch.setattr("portal.errors.render", lambda *a, **k: 1 / 0)
    response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "系统出了问题" in response.content.decode()
