"""期初: set the first month, download the template, upload a ledger, look at it, bring it in."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessment import imports
from assessment.models import OpeningImport
from assessment.selectors import root_of
from branches.permissions import check, visible
from core import uploads
from core.errors import InvalidInput
from core.http import download
from core.models import Attachment
from core.periods import Month
from core.submits import once


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """What was brought in, and the way to bring in more."""
    root = root_of(request.viewer)
    check(request.viewer, "opening.import", root)
    done = visible(OpeningImport.objects.filter(root=root), request.viewer).select_related("imported_by")
    go_live = Month.from_key(root.go_live_month) if root.go_live_month else None
    return render(
        request, "assessment/opening.html", {"root": root, "go_live": go_live, "imports": done.order_by("-imported_at")}
    )


@require_POST
def go_live(request: HttpRequest) -> HttpResponse:
    """Set the first month the committee is measured in."""
    root = root_of(request.viewer)
    try:
        month = Month.parse(request.POST.get("month", ""))
    except ValueError:
        raise InvalidInput("请选择启用月份。", remedy="例如 2026-01。") from None
    imports.set_go_live(actor=request.viewer, root_id=root.pk, month=month, now=timezone.now())
    messages.success(request, f"启用月份已设为{month.label}。")
    return redirect("assessment:opening")


@require_GET
def template(request: HttpRequest) -> HttpResponseBase:
    """The workbook to fill in."""
    check(request.viewer, "opening.import", root_of(request.viewer))
    return download(imports.opening_template(), "期初台账模板.xlsx")


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep the file and go on to its preview."""
    root = root_of(request.viewer)
    check(request.viewer, "opening.import", root)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise InvalidInput("请选择文件。", remedy="请上传按模板填写的 xlsx 文件。")
    kept = uploads.accept(file, actor=request.viewer, root_id=root.pk)
    return redirect("assessment:opening_preview", pk=kept.pk)


@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would bring in; confirmed, it is brought in."""
    root = root_of(request.viewer)
    check(request.viewer, "opening.import", root)
    kept = get_object_or_404(Attachment, pk=pk, root_id=root.pk, uploaded_by=request.user)
    with kept.file.open("rb") as file:
        content = file.read()
    if request.method == "GET":
        found = imports.preview_opening(content, root=root)
        return render(request, "assessment/opening_preview.html", {"root": root, "file": kept, "preview": found})
    with once(request.POST.get("_token"), request.user) as submit:
        if not submit.replayed:
            imports.import_opening(
                actor=request.viewer, root_id=root.pk, content=content, file_name=kept.name, now=timezone.now()
            )
            submit.result_url = request.path
    messages.success(request, "期初记录已导入，得分将随下次汇总更新。")
    return redirect("assessment:opening")
