"""The editor: the tree of a draft on the left, the form of one part on the right; checks while one types."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessment.drafts import editing, removing
from assessment.models import Scheme, SchemeStatus
from assessment.scheme_forms import PartForm, form_for
from assessment.selectors.documents import document_of
from assessment.selectors.editor import Differences, editor_page
from branches.permissions import Viewer, check, visible
from core.errors import Conflict, InvalidInput
from core.http import whole

EDITOR, FRAGMENT, NOTES = (f"assessment/schemes/{name}.html" for name in ("editor", "_part", "_notes"))


def draft_of(viewer: Viewer, pk: int) -> Scheme:
    """The draft to be looked at; 404 outside the scope, the words page for a published one is another address."""
    row = visible(Scheme.objects.select_related("root", "based_on", "submitted_by"), viewer).filter(pk=pk).first()
    if row is None:
        raise Http404
    check(viewer, "scheme.edit", row.root)
    return row


@require_GET
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor at the head of the scheme."""
    return part(request, pk, "head", pk)


@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """One part: shown, or saved as it was typed; “加一行” and another way of counting only show more."""
    draft = draft_of(request.viewer, pk)
    if draft.status != SchemeStatus.DRAFT:
        return redirect("assessment:scheme_show", pk=pk)
    doc = document_of(draft)
    found = editing.part_of(doc, kind, row)
    action = request.POST.get("action", "") if request.method == "POST" else "show"
    if action in ("show", "refresh") or action.startswith("more-"):
        data = None if action == "show" else request.POST
        form = form_for(kind, found, draft, doc, data, more=action.removeprefix("more-"))
        return _page(request, draft, doc, kind, found, form, is_typed=data is not None)
    return _save(request, draft, doc, kind, found)


def _save(request: HttpRequest, draft: Scheme, doc: Any, kind: str, found: Any) -> HttpResponse:
    form = form_for(kind, found, draft, doc, request.POST)
    if not form.is_valid():
        return _page(request, draft, doc, kind, found, form, status=422)
    try:
        editing.save_part(
            actor=request.viewer,
            scheme_id=draft.pk,
            kind=kind,
            pk=found.pk,
            part=form.part(),
            digest=form.cleaned_data["digest"],
            now=timezone.now(),
        )
    except InvalidInput as error:
        form.add_error("code" if "code" in error.fields else None, f"{error.message}{error.remedy}")
        return _page(request, draft, doc, kind, found, form, status=422)
    except Conflict as error:
        fresh = document_of(draft)
        theirs = editing.part_of(fresh, kind, found.pk)
        differences = Differences.between(form.part(), theirs, error.message, fresh)
        data = request.POST.copy()
        data["digest"] = differences.digest
        form = form_for(kind, theirs, draft, fresh, data)
        status = 422 if request.headers.get("X-Portal-Fetch") else 409  # the script shows a 422 in place
        return _page(request, draft, fresh, kind, theirs, form, status=status, differences=differences)
    messages.success(request, "已保存。")
    return redirect("assessment:scheme_part", pk=draft.pk, kind=kind, row=found.pk)


def _page(
    request: HttpRequest,
    draft: Scheme,
    doc: Any,
    kind: str,
    found: Any,
    form: PartForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    is_typed = more.pop("is_typed", form.is_bound)
    typed = form.part() if is_typed and form.is_valid() else None
    page = editor_page(request.viewer, draft, doc, kind, found, typed, not is_typed or typed is not None)
    context = {"page": page, "form": form, "draft": draft, "is_quiet": status == 200, **more}
    template = FRAGMENT if request.headers.get("HX-Target") == "part" else EDITOR
    return render(request, template, context, status=status if template == EDITOR else 200)


@require_POST
def notes(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """What the checks say of a part as it is typed; nothing is saved."""
    draft = draft_of(request.viewer, pk)
    doc = document_of(draft)
    found = editing.part_of(doc, kind, row)
    form = form_for(kind, found, draft, doc, request.POST)
    typed = form.part() if form.is_valid() else None
    page = editor_page(request.viewer, draft, doc, kind, found, typed, typed is not None)
    return render(request, NOTES, {"page": page, "form": form, "draft": draft})


@require_POST
def add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A new part; its form comes next."""
    if kind not in editing.MODELS:
        raise Http404
    row = editing.add_part(
        actor=request.viewer,
        scheme_id=pk,
        kind=kind,
        parent_pk=whole(request.POST.get("parent")) or 0,
        sort=request.POST.get("sort", ""),
        now=timezone.now(),
    )
    return redirect("assessment:scheme_part", pk=pk, kind=kind, row=row)


@require_POST
def move(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Up or down among its neighbours."""
    way = request.POST.get("way", "")
    if way not in (editing.UP, editing.DOWN):
        raise Http404
    editing.move_part(actor=request.viewer, scheme_id=pk, kind=kind, pk=row, way=way, now=timezone.now())
    return redirect("assessment:scheme_part", pk=pk, kind=kind, row=row)


@require_POST
def take_sum(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """The points become the sum of what is inside."""
    if kind not in ("category", "item"):
        raise Http404
    editing.take_sum(actor=request.viewer, scheme_id=pk, kind=kind, pk=row, now=timezone.now())
    return redirect("assessment:scheme_part", pk=pk, kind=kind, row=row)


@require_POST
def delete(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Take a part out; the message leads to where it can be put back."""
    edit_row = removing.delete_part(
        actor=request.viewer,
        scheme_id=pk,
        kind=kind,
        pk=row,
        digest=request.POST.get("digest", ""),
        now=timezone.now(),
    )
    messages.success(request, f"{edit_row.words}。删错了可在“改动记录”里撤销。")
    return redirect(reverse("assessment:scheme_edit", args=[pk]) + "#edits")


@require_POST
def undo(request: HttpRequest, pk: int, edit_id: int) -> HttpResponse:
    """Put back what was taken out."""
    words = removing.undo_removal(actor=request.viewer, scheme_id=pk, edit_id=edit_id, now=timezone.now())
    messages.success(request, f"已放回{words}。")
    return redirect("assessment:scheme_edit", pk=pk)
