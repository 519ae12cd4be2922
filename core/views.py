"""Drafts of forms and the progress of long jobs: both belong to one person alone."""

from __future__ import annotations

import json
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from core import drafts, uploads
from core.errors import InvalidInput
from core.http import is_fragment
from core.models import LongJob

MAX_BODY = drafts.MAX_BYTES + 64 * 1024


@require_http_methods(["GET", "PUT", "DELETE"])
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """The signed-in person's own draft: read, kept, dropped; a missing one is null, and so is anybody else's."""
    if request.method == "PUT":
        kept = drafts.save(request.user, key, _data_of(request), now=timezone.now())
        return JsonResponse({"key": key, "updated_at": kept.updated_at.isoformat()})
    if request.method == "DELETE":
        drafts.drop(request.user, key)
        return HttpResponse(status=204)
    found = drafts.load(request.user, key)
    if found is None:
        return JsonResponse({"key": key, "data": None, "updated_at": None})
    return JsonResponse({"key": key, "data": found.data, "updated_at": found.updated_at.isoformat()})


@require_GET
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One long job of the signed-in person; htmx fetches the progress part every second or so."""
    found = get_object_or_404(LongJob, pk=job_id, owner=request.user)
    template = "core/_job_progress.html" if is_fragment(request) else "core/job_detail.html"
    return render(request, template, {"job": found})


@require_GET
def job_file(request: HttpRequest, job_id: int) -> FileResponse:
    """The file a long job of the signed-in person has made."""
    found = get_object_or_404(LongJob.objects.select_related("attachment"), pk=job_id, owner=request.user)
    if found.attachment is None:
        raise Http404
    return uploads.serve(found.attachment)


def _data_of(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MAX_BODY:
        raise InvalidInput("草稿超过 256 KB，没有保存。", remedy="请先提交，或把大段文字改成附件。")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidInput("草稿的内容格式不对。", remedy="请刷新页面后再填写。") from None
    data = body.get("data", body) if isinstance(body, dict) else body
    return data
