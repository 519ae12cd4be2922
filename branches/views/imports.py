"""Pages of an import: upload, matching of columns, preview, confirmation."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.forms.accounts import UploadForm
from branches.forms.fields import take_refusal
from branches.imports import flow
from branches.imports.columns import COLUMNS
from branches.imports.template import import_template
from branches.models import ImportBatch, ImportKind, ImportState
from branches.tasks import CONFIRM
from branches.views.pages import data_of, require_action, require_reading, seen_or_404
from core import progress
from core.errors import PortalError
from core.http import download, whole
from core.identity import mask_id_number
from core.xlsx.cells import as_text

LONG_FROM = 2000  # rows; fewer are written within the request
STEPS = {
    ImportState.MAPPING.value: "branches:import_columns",
    ImportState.PREVIEW.value: "branches:import_preview",
    ImportState.APPLIED.value: "branches:import_preview",
}
SHOWN_ROWS = 500  # of each outcome; the page stays small whatever the roster


@require_http_methods(["GET", "POST"])
def import_index(request: HttpRequest) -> HttpResponse:
    """Upload a roster; below, what was imported before."""
    viewer = request.viewer
    require_reading(viewer, "import")
    form = UploadForm(data_of(request), request.FILES or None, viewer=viewer)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_step_of(_take(request, form.cleaned_data)))
        except PortalError as error:
            take_refusal(form, error)
            status = error.status
    elif request.method == "POST":
        status = 400
    context = {"form": form, "batches": flow.batches_of(viewer)[:20], "kinds": form.fields["kind"].choices}
    return render(request, "branches/import_index.html", context, status=status)


def _take(request: HttpRequest, data: dict[str, Any]) -> ImportBatch:
    content = data["file"].read()
    return flow.upload(
        actor=request.viewer, kind=data["kind"], data=content, file_name=data["file"].name, now=timezone.now()
    )


def _step_of(batch: ImportBatch) -> str:
    name = STEPS.get(batch.state)
    return reverse(name, args=[batch.pk]) if name else reverse("branches:imports")


@require_safe
def import_template_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The template of one kind of import."""
    if kind not in ImportKind.values:
        raise Http404
    require_action(request.viewer, flow.ACTIONS[kind])
    label = "党员名册" if kind == ImportKind.MEMBERS else "党组织名册"
    return download(import_template(kind), f"{label}导入模板.xlsx")


@require_http_methods(["GET", "POST"])
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Match the roster's own columns; done once for a head."""
    batch = _own(request, pk)
    if batch.state != ImportState.MAPPING:
        return redirect(_step_of(batch))
    error, status = None, 200
    if request.method == "POST":
        try:
            batch = _match(request, batch)
            if batch.state != ImportState.MAPPING:
                return redirect(_step_of(batch))
        except PortalError as refusal:
            error, status = refusal, refusal.status
            batch.mapping["columns"] = _sent_columns(request) or batch.mapping["columns"]
    context = _columns_context(batch) | {"error": error}
    return render(request, "branches/import_columns.html", context, status=status)


def _match(request: HttpRequest, batch: ImportBatch) -> ImportBatch:
    looks = "look" in request.POST
    return flow.choose_columns(
        actor=request.viewer,
        batch=batch,
        head_row=whole(request.POST.get("head_row", "")) or 0,
        columns=None if looks else _sent_columns(request),
        now=timezone.now(),
    )


def _sent_columns(request: HttpRequest) -> dict[str, str]:
    prefix = "column-"
    return {name.removeprefix(prefix): str(value) for name, value in request.POST.items() if name.startswith(prefix)}


def _columns_context(batch: ImportBatch) -> dict[str, Any]:
    """The first rows as they are, the head chosen, and for each column its name, samples and field."""
    rows = json.loads(batch.rows)["rows"]
    mapping = batch.mapping
    below = [row for row in rows[mapping["head_row"] :] if any(cell[1] is not None for cell in row["cells"])][:4]
    columns = [
        {
            "letter": letter,
            "name": label,
            "field": mapping["columns"].get(letter, ""),
            "samples": [_sample(row, letter) for row in below[-3:]],
        }
        for letter, label in mapping["names"].items()
    ]
    heads = [
        {"number": row["number"], "words": " ｜ ".join(_words(row))[:80]}
        for row in rows[: flow.SAMPLE_ROWS]
        if _words(row)
    ]
    return {"batch": batch, "columns": columns, "heads": heads, "fields": COLUMNS[batch.kind]}


def _words(row: dict[str, Any]) -> list[str]:
    return [_plain(value) for _, value, _ in row["cells"] if value is not None]


def _sample(row: dict[str, Any], letter: str) -> str:
    return next((_plain(value)[:24] for at, value, _ in row["cells"] if at == letter and value is not None), "")


def _plain(value: Any) -> str:
    text = str(value["d"])[:10] if isinstance(value, dict) else as_text(value)
    return mask_id_number(text) if re.fullmatch(r"[0-9]{15,17}[0-9Xx]?", text) else text


@require_safe
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the roster would do, row by row; after the confirmation, what it did."""
    batch = _own(request, pk)
    if batch.state not in (ImportState.PREVIEW, ImportState.APPLIED):
        return redirect(_step_of(batch))
    plan = json.loads(batch.plan)
    rows = {outcome: [row for row in plan["rows"] if row["outcome"] == outcome] for outcome in OUTCOMES}
    sections = [
        {"outcome": outcome, "title": title, "rows": rows[outcome][:SHOWN_ROWS], "count": len(rows[outcome])}
        for outcome, title in OUTCOMES.items()
    ]
    writes = batch.counts["created"] + batch.counts["changed"]
    context = {"batch": batch, "sections": sections, "notes": plan["notes"], "writes": writes, "shown": SHOWN_ROWS}
    return render(request, "branches/import_preview.html", context | {"warnings": _warnings(plan)})


OUTCOMES = {"refused": "不接收", "created": "新增", "changed": "更改", "unchanged": "不变"}


def _warnings(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"number": row["number"], "name": row["name"], "fault": fault}
        for row in plan["rows"]
        for fault in row["faults"]
        if fault["is_warning"]
    ]


@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was previewed."""
    batch = _own(request, pk)
    if batch.state == ImportState.PREVIEW and sum(batch.counts.values()) >= LONG_FROM:
        job = progress.start(
            actor=request.viewer,
            kind=CONFIRM,
            title=f"导入 {batch.file_name}",
            root_id=batch.root_id,
            arguments={"batch": batch.pk},
        )
        return redirect("core:job", job.pk)
    try:
        batch = flow.confirm(actor=request.viewer, batch=batch, now=timezone.now())
        counts = batch.counts
        messages.success(request, f"导入完成：新增 {counts['created']} 条，更改 {counts['changed']} 条。")
    except PortalError as error:
        if error.status != 409:
            raise
        messages.error(request, f"{error.message}{error.remedy}")
    return redirect("branches:import_preview", pk=pk)


@require_POST
def import_replan(request: HttpRequest, pk: int) -> HttpResponse:
    """Preview again against the register as it is now."""
    flow.replan(actor=request.viewer, batch=_own(request, pk), now=timezone.now())
    messages.info(request, "已按现在的登记重新核对。")
    return redirect("branches:import_preview", pk=pk)


@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the import aside."""
    flow.discard(actor=request.viewer, batch=_own(request, pk), now=timezone.now())
    messages.info(request, "已放弃这次导入，没有写入任何内容。")
    return redirect("branches:imports")


def _own(request: HttpRequest, pk: int) -> ImportBatch:
    require_reading(request.viewer, "import")
    batch = seen_or_404(ImportBatch.objects.all(), request, pk)
    if batch.owner_id != request.viewer.user_id:
        raise Http404
    return batch
