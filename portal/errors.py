"""The pages of what went wrong: plain words, what to do, and the right status."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.errors import PortalError
from portal.viewers import ensure_viewer


@dataclass(frozen=True)
class Words:
    """What one error page says."""

    title: str
    text: str
    remedy: str


WORDS = {
    400: Words(
        "内容有问题，没有保存", "提交的内容不完整或格式不对。", "请返回上一页检查后再提交；已填写的内容仍在原页面。"
    ),
    403: Words("不能这样做", "您的账号没有这项操作的权限。", "如果确实需要，请联系机关党委工作人员。"),
    404: Words(
        "没有找到这个页面", "地址不存在，或者不在您的查看范围内。", "请从左侧菜单或工作台重新进入；也可以用搜索。"
    ),
    409: Words("内容已经变化", "在您填写期间，这条内容已被改动或处理。", "请返回上一页，刷新后核对再提交。"),
    413: Words("文件太大", "一次上传的内容超过了限制，没有保存。", "每个文件不超过20 MB；请压缩图片或分几次上传。"),
    500: Words(
        "系统出了问题", "这次操作没有完成，您没有做错什么。", "请稍后再试；如果反复出现，请把下面的时间告诉管理员。"
    ),
}


def refusal(request: HttpRequest, error: PortalError) -> HttpResponse:
    """The answer to a PortalError: JSON in the API, a fragment for htmx, else a page."""
    words = Words(WORDS.get(error.status, WORDS[400]).title, error.message, error.remedy)
    if request.path.startswith("/api/"):
        body = {"code": error.code, "message": error.message, "remedy": error.remedy, "fields": error.fields}
        return JsonResponse(body, status=error.status)
    return error_page(request, error.status, words, fields=error.fields)


def error_page(
    request: HttpRequest, status: int, words: Words | None = None, *, fields: dict[str, list[str]] | None = None
) -> HttpResponse:
    """One error as a page, or as the fragment that htmx and the form script put above the form."""
    context = {"status": status, "words": words or WORDS[status], "fields": fields or {}, "is_error": True}
    if status != 500:  # a broken database must not break the page that says so
        ensure_viewer(request)
    if getattr(request, "htmx", False) or request.headers.get("X-Portal-Fetch"):
        response = render(request, "components/_error.html", context, status=status)
        response["X-Portal-Error"] = "1"
        response["HX-Retarget"] = "#page-messages"
        response["HX-Reswap"] = "innerHTML"
        return response
    template = {404: "404.html", 403: "403.html", 500: "500.html"}.get(status, "400.html")
    return render(request, template, context, status=status)
