"""What the views share: fetching inside the scope, and the one way a form is shown, sent once and answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from branches.forms.fields import take_refusal
from branches.models import Member, Organisation
from branches.permissions import Viewer, can, visible
from branches.rules import READ
from branches.services.versions import StaleVersion
from core.errors import PortalError, Refused
from core.submits import once


@dataclass
class FormPage:
    """A page that is one form: its words, where it leads back, and what is asked before it is sent."""

    heading: str
    submit: str
    back_url: str
    intro: str = ""
    confirm: str = ""
    wide: tuple[str, ...] = ()
    is_upload: bool = False
    facts: list[tuple[str, str]] = field(default_factory=list)


def require_reading(viewer: Viewer, resource: str) -> None:
    """404 for people to whom this kind of page does not exist."""
    if not viewer.is_a(*READ[resource]):
        raise Http404


def require_action(viewer: Viewer, action: str, branch: Organisation | None = None) -> None:
    """The refusal a service would give, before a form is shown for nothing."""
    if not can(viewer, action, branch):
        raise Refused("您没有办理这一事项的权限。", remedy="请联系本支部书记或机关党委办理。")


def seen_or_404(queryset: QuerySet, request: HttpRequest, pk: int) -> Any:
    """The row, if this person may see it."""
    return get_object_or_404(visible(queryset, request.viewer), pk=pk)


def organisation_or_404(request: HttpRequest, pk: int) -> Organisation:
    return seen_or_404(Organisation.objects.select_related("parent", "root"), request, pk)


def member_or_404(request: HttpRequest, pk: int) -> Member:
    return seen_or_404(Member.objects.select_related("branch", "group", "root"), request, pk)


def form_page(
    request: HttpRequest, page: FormPage, form: forms.BaseForm, do: Callable[[dict[str, Any]], tuple[str, str]]
) -> HttpResponse:
    """Show the form; on sending let `do` call its service once and return (where to go, what to say)."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            with once(request.POST.get("_token"), request.user) as submit:
                if not submit.replayed:
                    submit.result_url, said = do(form.cleaned_data)
                    messages.success(request, said)
            return redirect(submit.result_url)
        except PortalError as error:
            take_refusal(form, error)
            _take_version(form, error)
            status = error.status
    elif request.method == "POST":
        status = 400
    return render(request, "branches/form.html", {"page": page, "form": form}, status=status)


def _take_version(form: forms.BaseForm, error: PortalError) -> None:
    """Having seen both versions, the next saving is onto the present one."""
    if isinstance(error, StaleVersion) and "version" in form.fields:
        sent: Any = form.data.copy()
        sent["version"] = str(error.version)
        form.data = sent


def data_of(request: HttpRequest) -> Any:
    """What was sent; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def with_version(form_data: dict[str, Any]) -> int:
    """The version a form was made from; -1 (which never fits) where it was left out."""
    return form_data.get("version") or -1


def name_of(target: Model) -> str:
    return str(target)
