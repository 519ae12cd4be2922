"""What is collected besides: claim kinds added, collections begun, sent, answered, ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from activities.services.added import end_kind
from assessment.selectors import root_of
from branches.permissions import can, visible_branches
from branches.rules import Role
from branches.views.pages import require_reading
from core.errors import PortalError
from core.http import download, whole
from core.periods import Month
from officeforms.exports import answers_workbook
from officeforms.forms import CollectionForm, FieldForm, KindForm
from officeforms.models import Collection
from officeforms.selectors import collections as selectors
from officeforms.services import asking


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Officer: added claim kinds and collections, with the forms to add one. Branch: the collections sent to it."""
    viewer = request.viewer
    require_reading(viewer, "collection")
    is_officer = viewer.is_a(Role.OFFICER)
    if request.method == "POST" and not is_officer:
        raise Http404
    month = str(Month.of(viewer.today))
    wanted = request.POST.get("what", "")
    kind = KindForm(request.POST if wanted == "kind" else None, initial={"from_month": month}, prefix="kind")
    collection = CollectionForm(request.POST if wanted == "collection" else None, prefix="collection")
    status = 200
    if request.method == "POST":
        form = kind if wanted == "kind" else collection
        if (url := _added(request, wanted, form)) is not None:
            return redirect(url)
        status = 400
    context = {
        "is_officer": is_officer,
        "kind_form": kind,
        "collection_form": collection,
        "kinds": selectors.added_kinds(viewer) if is_officer else [],
        "collections": selectors.collections_of(viewer)[:100],
        "this_month": Month.of(viewer.today).key,
    }
    return render(request, "officeforms/collecting.html", context, status=status)


def _added(request: HttpRequest, wanted: str, form: forms.Form) -> str | None:
    """Add what was asked for; the address to go to, None where the form says what is wrong."""
    if not form.is_valid():
        return None
    data, root, now = form.cleaned_data, root_of(request.viewer), timezone.now()
    try:
        if wanted == "kind":
            asking.add_claim_kind(actor=request.viewer, root=root, now=now, **data)
            messages.success(request, f"已增设申报事项“{data['name']}”，支部在“补充申报”里填。")
            return request.path
        begun = asking.begin_collection(actor=request.viewer, root=root, now=now, **data)
        return f"{request.path}{begun.pk}/"
    except PortalError as error:
        _take(form, error)
        return None


def _take(form: forms.Form, error: PortalError) -> None:
    """Put a refusal into the form, under its field where it names one."""
    named = [name for name in error.fields if name in form.fields]
    form.add_error(named[0] if named else None, f"{error.message}{error.remedy}")


@require_POST
def kind_end(request: HttpRequest, kind_id: int) -> HttpResponse:
    """Let an added claim kind run out with this month."""
    kind = end_kind(actor=request.viewer, kind_id=kind_id, month=Month.of(request.viewer.today))
    messages.success(request, f"“{kind.name}”用到本月为止，已申报的保留。")
    return redirect("officeforms:collecting")


@require_GET
def detail(request: HttpRequest, collection_id: int) -> HttpResponse:
    """One collection: fields and answers for the officer, the form to answer for the branch."""
    return _page(request, selectors.collection_of(request.viewer, collection_id))


def _page(
    request: HttpRequest, collection: Collection, *, form: FieldForm | None = None, faults: dict[str, Any] | None = None
) -> HttpResponse:
    viewer = request.viewer
    fields, rows = selectors.answer_rows(viewer, collection)
    own = [row for row in rows if row.branch.pk in viewer.own_branch_ids]
    context: dict[str, Any] = {
        "collection": collection,
        "fields": fields,
        "rows": rows,
        "done": sum(row.is_done for row in rows),
        "is_officer": viewer.is_a(Role.OFFICER),
        "form": form or FieldForm(),
        "own": own[0] if own else None,
        "may_answer": bool(own) and collection.is_open and can(viewer, "collection.answer", own[0].branch),
        "entries": _entries(request, fields, own[0].values if own else [], faults or {}),
    }
    return render(request, "officeforms/collection.html", context, status=400 if form or faults else 200)


def _entries(
    request: HttpRequest, fields: list[Any], values: list[str], faults: dict[str, Any]
) -> list[dict[str, Any]]:
    """The fields of the answer form with what was typed, else what was answered before."""
    typed = request.POST if faults else {}
    return [
        {
            "field": field,
            "value": typed.get(f"field-{field.pk}", value),
            "faults": faults.get(str(field.pk), []),
            "type": {"number": "text", "date": "date"}.get(field.kind, "text"),
        }
        for field, value in zip(fields, values or [""] * len(fields), strict=True)
    ]


@require_POST
def field_new(request: HttpRequest, collection_id: int) -> HttpResponse:
    """One field more, or the refusal with the place where it is held."""
    collection = selectors.collection_of(request.viewer, collection_id)
    if not request.viewer.is_a(Role.OFFICER):
        raise Http404
    form = FieldForm(request.POST)
    if not form.is_valid():
        return _page(request, collection, form=form)
    try:
        asking.add_field(actor=request.viewer, collection_id=collection.pk, now=timezone.now(), **form.cleaned_data)
    except PortalError as error:
        _take(form, error)
        return _page(request, collection, form=form)
    return redirect("officeforms:collection", collection_id=collection.pk)


@require_POST
def field_remove(request: HttpRequest, collection_id: int, field_id: int) -> HttpResponse:
    """Take a field out before the collection is sent."""
    asking.remove_field(actor=request.viewer, collection_id=collection_id, field_id=field_id)
    return redirect("officeforms:collection", collection_id=collection_id)


@require_POST
def send(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Send it to the branches."""
    asking.send_collection(actor=request.viewer, collection_id=collection_id, now=timezone.now())
    messages.success(request, "已下发，各支部书记收到一条提醒。")
    return redirect("officeforms:collection", collection_id=collection_id)


@require_POST
def end(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Take no more answers."""
    asking.end_collection(actor=request.viewer, collection_id=collection_id, now=timezone.now())
    messages.success(request, "已结束。")
    return redirect("officeforms:collection", collection_id=collection_id)


@require_POST
def answer(request: HttpRequest, collection_id: int) -> HttpResponse:
    """The branch's answers."""
    viewer = request.viewer
    collection = selectors.collection_of(viewer, collection_id)
    branch = visible_branches(viewer, "collection").filter(pk__in=viewer.own_branch_ids).first()
    if branch is None:
        raise Http404
    values = {
        int(key): str(value)
        for name, value in request.POST.items()
        if (key := name.removeprefix("field-")) != name and whole(key) is not None
    }
    try:
        asking.answer(actor=viewer, branch=branch, collection_id=collection.pk, values=values, now=timezone.now())
    except PortalError as error:
        if not error.fields:
            raise
        return _page(request, collection, faults=error.fields)
    messages.success(request, "已保存。截止前可以改。")
    return redirect("officeforms:collection", collection_id=collection.pk)


@require_GET
def export(request: HttpRequest, collection_id: int) -> HttpResponseBase:
    """The answers as a sheet."""
    collection = selectors.collection_of(request.viewer, collection_id)
    if not request.viewer.is_a(Role.OFFICER):
        raise Http404
    fields, rows = selectors.answer_rows(request.viewer, collection)
    return download(answers_workbook(collection, fields, rows), f"{collection.name}.xlsx")
