"""Binding in the browser: the sheet as a grid, one cell picked, its field chosen; the preview and the export."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.errors import InvalidInput, PortalError
from core.http import download
from core.periods import Month
from officeforms.forms import chosen_month, chosen_number
from officeforms.models import FormVersion, Source, Subject
from officeforms.selectors.board import binding_board
from officeforms.selectors.forms import branches_to_fill, version_of
from officeforms.selectors.previews import preview_of
from officeforms.services.binding import add_block, bind_cell, bind_suggested, remove_block
from officeforms.services.exporting import export_form, reading_of


@require_GET
def show(request: HttpRequest, version_id: int) -> HttpResponse:
    """A version's sheet with what is bound, and the panel of the picked cell."""
    version = version_of(request.viewer, version_id)
    asked = request.GET
    board = binding_board(
        version,
        sheet=asked.get("sheet", ""),
        cell=asked.get("cell", ""),
        words=asked.get("q", ""),
        first=chosen_number(asked, "from") or 1,
        month=Month.of(request.viewer.today),
    )
    context = {
        "version": version,
        "board": board,
        "sources": [one for one in Source.choices if one[0] != Source.ITEMS or version.form.subject == Subject.BRANCH],
        "branches": branches_to_fill(request.viewer, version.root_id) if board.needs_branch else [],
    }
    return render(request, "officeforms/version.html", context)


@require_POST
def bind(request: HttpRequest, version_id: int) -> HttpResponse:
    """Bind the picked cell, or take its binding away."""
    version = version_of(request.viewer, version_id)
    data, address = request.POST, request.POST.get("address", "")
    field = "" if data.get("remove") else data.get("field", "")
    try:
        if not field and not data.get("remove"):
            raise InvalidInput("请先选一个字段。")
        address = bind_cell(
            actor=request.viewer,
            version_id=version.pk,
            sheet=data.get("sheet", ""),
            address=address,
            field=field,
            branch_id=chosen_number(data, "branch"),
            now=timezone.now(),
        )
        messages.success(request, f"{address} 已绑定。" if field else f"{address} 已取消绑定。")
    except PortalError as error:
        messages.error(request, f"{error.message}{error.remedy}")
    return _back(version, data.get("sheet", ""), address, data.get("from", ""))


@require_POST
def block_new(request: HttpRequest, version_id: int) -> HttpResponse:
    """Make rows a row block."""
    version = version_of(request.viewer, version_id)
    data = request.POST
    first, last = chosen_number(data, "first_row") or 0, chosen_number(data, "last_row") or 0
    try:
        add_block(
            actor=request.viewer,
            version_id=version.pk,
            sheet=data.get("sheet", ""),
            first_row=first,
            last_row=last,
            source=data.get("source", ""),
            now=timezone.now(),
        )
        messages.success(request, f"第{first}—{last}行已设为行块。点这些行里的单元格，为每一列选字段。")
    except PortalError as error:
        messages.error(request, f"{error.message}{error.remedy}")
    return _back(version, data.get("sheet", ""), data.get("address", ""), data.get("from", ""))


@require_POST
def block_remove(request: HttpRequest, version_id: int, block_id: int) -> HttpResponse:
    """Take a row block away."""
    version = version_of(request.viewer, version_id)
    remove_block(actor=request.viewer, version_id=version.pk, block_id=block_id, now=timezone.now())
    messages.success(request, "已取消行块。")
    return _back(version, request.POST.get("sheet", ""), "", "")


@require_POST
def suggest(request: HttpRequest, version_id: int) -> HttpResponse:
    """Bind what the form's own words suggest."""
    version = version_of(request.viewer, version_id)
    count = bind_suggested(actor=request.viewer, version_id=version.pk, now=timezone.now())
    if count:
        messages.success(request, f"按表头绑定了{count}处，请逐格核对；不对的点开改选。")
    else:
        messages.info(request, "没有认出更多的表头，请点单元格自己选。")
    return _back(version, request.POST.get("sheet", ""), "", "")


@require_GET
def preview(request: HttpRequest, version_id: int) -> HttpResponse:
    """The empty form beside a copy filled with real figures."""
    version = version_of(request.viewer, version_id)
    month = chosen_month(request.GET, Month.of(request.viewer.today).previous)
    branches = branches_to_fill(request.viewer, version.root_id) if version.form.subject == Subject.BRANCH else []
    branch_id = chosen_number(request.GET, "branch") or (branches[0].pk if branches else None)
    context: dict[str, Any] = {"version": version, "month": month, "branches": branches, "branch_id": branch_id}
    try:
        reading = reading_of(request.viewer, version, month, branch_id, now=timezone.now())
        context["shown"] = preview_of(
            version, reading, sheet=request.GET.get("sheet", ""), first=chosen_number(request.GET, "from") or 1
        )
    except InvalidInput as error:
        context["fault"] = error
    return render(request, "officeforms/preview.html", context)


@require_POST
def export(request: HttpRequest, version_id: int) -> HttpResponseBase:
    """A filled copy as a file."""
    version = version_of(request.viewer, version_id)
    found = export_form(
        actor=request.viewer,
        version_id=version.pk,
        month=chosen_month(request.POST, Month.of(request.viewer.today).previous),
        branch_id=chosen_number(request.POST, "branch"),
        now=timezone.now(),
        base_url=request.build_absolute_uri("/").rstrip("/"),
    )
    return download(found.filled.data, found.name)


def _back(version: FormVersion, sheet: str, cell: str, first: str) -> HttpResponse:
    query = urlencode({name: value for name, value in (("sheet", sheet), ("cell", cell), ("from", first)) if value})
    return redirect(f"{reverse('officeforms:version', args=[version.pk])}{'?' if query else ''}{query}#picked")
