"""The list of forms, one form with its versions and exports, uploading and checking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessment.selectors import root_of
from branches.models import Organisation
from branches.permissions import can
from core.errors import InvalidInput, PortalError
from core.http import download, page_of
from core.periods import Month
from core.submits import once
from core.uploads import serve
from core.xlsx.gate import admit
from officeforms.forms import NewForm
from officeforms.models import Subject
from officeforms.offline import check_form
from officeforms.selectors import forms as selectors
from officeforms.services.forms import add_version, create_form, set_retired


def committee_of(request: HttpRequest) -> Organisation:
    """The officer's committee; 404 for everybody else."""
    if not can(request.viewer, "form.edit"):
        raise Http404
    return root_of(request.viewer)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The official forms of the committee."""
    committee_of(request)
    return render(request, "officeforms/form_list.html", {"forms": list(selectors.forms_list(request.viewer))})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Upload the unit's own workbook as a form."""
    root = committee_of(request)
    form = NewForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            with once(request.POST.get("_token"), request.user) as submit:
                if not submit.replayed:
                    version = create_form(actor=request.viewer, root=root, now=timezone.now(), **form.cleaned_data)
                    submit.result_url = reverse("officeforms:version", args=[version.pk])
                    messages.success(request, "已上传。点单元格选择字段，或先按表头自动绑定。")
            return redirect(submit.result_url)
        except PortalError as error:
            form.add_error(None, f"{error.message}{error.remedy}")
            status = error.status
    elif request.method == "POST":
        status = 400
    return render(request, "officeforms/form_new.html", {"form": form}, status=status)


@require_GET
def detail(request: HttpRequest, form_id: int) -> HttpResponse:
    """One form: fill a copy, its versions, what was handed out."""
    form = selectors.form_of(request.viewer, form_id)
    versions = selectors.versions_of(request.viewer, form)
    exports = page_of(selectors.exports_of(request.viewer, form), request, size=20, key=("-pk",), count=True)
    context = {
        "form": form,
        "versions": versions,
        "latest": versions[0] if versions else None,
        "exports": exports,
        "month": Month.of(request.viewer.today).previous,
        "needs_branch": form.subject == Subject.BRANCH,
        "branches": selectors.branches_to_fill(request.viewer, form.root_id),
    }
    return render(request, "officeforms/form_detail.html", context)


@require_POST
def version_new(request: HttpRequest, form_id: int) -> HttpResponse:
    """A new version: from a new upload, or of the same workbook."""
    form = selectors.form_of(request.viewer, form_id)
    file = request.FILES.get("file")
    version = add_version(actor=request.viewer, form_id=form.pk, file=file, now=timezone.now())
    messages.success(request, f"已新建第{version.number}版，绑定已带过来，请核对。")
    return redirect("officeforms:version", version_id=version.pk)


@require_POST
def retire(request: HttpRequest, form_id: int) -> HttpResponse:
    """Take a form out of use, or bring it back."""
    form = selectors.form_of(request.viewer, form_id)
    set_retired(actor=request.viewer, form_id=form.pk, retired=form.retired_at is None, now=timezone.now())
    messages.success(request, "已停用。" if form.retired_at is None else "已恢复。")
    return redirect("officeforms:form", form_id=form.pk)


@require_GET
def template(request: HttpRequest, version_id: int) -> HttpResponseBase:
    """The empty workbook as it was uploaded."""
    return serve(selectors.version_of(request.viewer, version_id).attachment)


@require_GET
def checker(request: HttpRequest) -> HttpResponseBase:
    """The program that checks an exported form without the portal."""
    committee_of(request)
    return download(Path(check_form.__file__).read_bytes(), "check_form.py", "text/x-python; charset=utf-8")


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Check an exported form here: the same program, and the digest against the log."""
    committee_of(request)
    context: dict[str, Any] = {}
    file = request.FILES.get("file")
    if request.method == "POST":
        context = _checked(request, file) if file else {"fault": "请选择要核对的文件。"}
    return render(request, "officeforms/check.html", context, status=400 if context.get("fault") else 200)


def _checked(request: HttpRequest, file: UploadedFile) -> dict[str, Any]:
    try:
        data = file.read(6 * 1024 * 1024)
        admit(data)
        file.seek(0)
        found = check_form.check(file)
        proof = check_form.read_proof(check_form.Workbook(file))
    except (check_form.CannotCheck, InvalidInput) as error:
        return {"fault": f"不能核对：{error}"}
    export = selectors.registered(request.viewer, proof.digest)
    return {"found": found, "proof": proof, "export": export, "file_name": file.name}
