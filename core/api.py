"""What every API view shares: one shape of error, keyset pages, no page without a limit."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler
from rest_framework.views import set_rollback

from core.errors import PortalError

# Status → (code, sentence, remedy) for what is not one of our own errors.
WORDS = {
    400: ("invalid", "提交的内容不对。", "请按 fields 的说明改正后再提交。"),
    401: ("not_signed_in", "没有登录，或令牌无效。", "请先登录，或换一个有效的令牌。"),
    403: ("refused", "您的账号没有这项操作的权限。", "如确实需要，请联系机关党委工作人员。"),
    404: ("not_found", "没有找到，或不在您的查看范围内。", "请核对编号。"),
    405: ("method_not_allowed", "这个地址不支持这种操作。", "请查看接口文档。"),
    406: ("not_acceptable", "接口只提供 JSON。", "请接受 application/json。"),
    415: ("unsupported_media_type", "接口只接收 JSON。", "请以 application/json 提交。"),
    429: ("throttled", "请求过于频繁。", "请稍后再试。"),
}


class CursorPages(CursorPagination):
    """Keyset pages, newest first: `?cursor=` goes on, `?size=` up to 500; there is no total."""

    page_size = 100
    page_size_query_param = "size"
    max_page_size = 500
    ordering = "-id"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Any refusal as `{"code", "message", "remedy", "fields"}`; a real fault stays a 500 (None)."""
    if isinstance(error, PortalError):
        set_rollback()
        return Response(body(error.code, error.message, error.remedy, error.fields), status=error.status)
    if not isinstance(error, exceptions.APIException | Http404 | PermissionDenied):
        return None
    response = drf_handler(error, context)
    if response is None:
        return None
    code, message, remedy = WORDS.get(response.status_code, WORDS[400])
    fields = _fields(getattr(error, "detail", None)) if isinstance(error, exceptions.ValidationError) else {}
    response.data = body(code, message, remedy, fields)
    return response


def body(code: str, message: str, remedy: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The one shape of an error."""
    return {"code": code, "message": message, "remedy": remedy, "fields": fields or {}}


def _fields(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested validation errors flat: `{"members.0.name": ["…"]}`; errors of the whole under ""."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            inner_path = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
            found.update(_fields(inner, inner_path))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        return {
            key: texts for index, item in enumerate(detail) for key, texts in _fields(item, f"{path}.{index}").items()
        }
    texts = detail if isinstance(detail, list) else [detail]
    return {path: [str(text) for text in texts]}
