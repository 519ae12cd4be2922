"""Checking a draft and publishing it: findings with links, reasons for warnings, one officer asks, another publishes."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessment import tasks
from assessment.drafts import publishing
from assessment.drafts.copying import discard_draft
from assessment.drafts.publishing import Decision
from assessment.models import Scheme, SchemeStatus
from assessment.reporters import lint_context
from assessment.rules.lint import errors_of, lint, warnings_of
from assessment.scheme_forms.heads import MONTHS
from assessment.selectors.documents import document_of
from assessment.views.schemes.editor import draft_of
from branches.permissions import can
from core.errors import InvalidInput
from core.periods import Month


class DecisionForm(forms.Form):
    """The decision behind a version and the month it takes effect."""

    valid_month = forms.TypedChoiceField(label="自几月起生效", choices=MONTHS, coerce=int)
    decision_no = forms.CharField(label="审定文号", max_length=60, help_text="如 交机党〔2026〕12号。")
    decision_on = forms.DateField(label="审定日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(label="修订说明", max_length=200, required=False, widget=forms.Textarea({"rows": 2}))


@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything the linter finds, and the form to ask for publishing."""
    draft = draft_of(request.viewer, pk)
    if draft.status != SchemeStatus.DRAFT:
        return redirect("assessment:scheme_show", pk=pk)
    initial = {
        "valid_month": draft.valid_from % 100,
        "decision_no": draft.decision_no,
        "decision_on": draft.decision_on,
        "note": draft.change_note,
    }
    return _page(request, draft, DecisionForm(initial=initial), {})


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the draft to be published."""
    draft = draft_of(request.viewer, pk)
    form = DecisionForm(request.POST)
    reasons = {
        name.removeprefix("reason-"): str(value) for name, value in request.POST.items() if name.startswith("reason-")
    }
    if not form.is_valid():
        return _page(request, draft, form, reasons, status=422)
    typed: dict[str, Any] = form.cleaned_data
    on: date | None = typed["decision_on"]
    decision = Decision(typed["valid_month"], typed["decision_no"], on, typed["note"], reasons)
    try:
        publishing.submit_draft(actor=request.viewer, scheme_id=pk, decision=decision, now=timezone.now())
    except InvalidInput as error:
        for name, words in error.fields.items():
            if name in form.fields:
                form.add_error(name, words)
        form.add_error(None, f"{error.message}{error.remedy}")
        return _page(request, draft, form, reasons, status=422)
    messages.success(request, "已提请发布，请机关党委的另一位同志核对后发布。")
    return redirect("assessment:scheme_check", pk=pk)


def _page(
    request: HttpRequest, draft: Scheme, form: DecisionForm, reasons: dict[str, str], *, status: int = 200
) -> HttpResponse:
    findings = lint(document_of(draft), lint_context(draft.subject))
    given = {one["key"]: one["reason"] for one in draft.accepted} | reasons
    context = {
        "draft": draft,
        "form": form,
        "errors": errors_of(findings),
        "warnings": [(one, given.get(one.key, "")) for one in warnings_of(findings)],
        "closed": publishing.closed_from(draft.root_id or 0, draft.year, 1),
        "may_publish": can(request.viewer, "scheme.publish", draft.root)
        and draft.submitted_by_id not in (None, request.viewer.user_id),
        "is_own": draft.submitted_by_id == request.viewer.user_id,
    }
    return render(request, "assessment/schemes/check.html", context, status=status)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the request back."""
    publishing.withdraw_submission(actor=request.viewer, scheme_id=pk, now=timezone.now())
    messages.success(request, "已收回，可以继续修改。")
    return redirect("assessment:scheme_check", pk=pk)


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish what another officer asked for; the open months are computed again afterwards."""
    made = publishing.publish_draft(actor=request.viewer, scheme_id=pk, now=timezone.now())
    if made.subject == "branch" and made.valid_from <= Month.of(request.viewer.today).key:
        ring = cast("Any", tasks.rollup_month)
        month = str(Month.of(request.viewer.today))
        transaction.on_commit(lambda: ring.delay(made.root_id, month))
    messages.success(request, f"已发布：{made}，自{Month.from_key(made.valid_from).label}起计分。")
    return redirect("assessment:scheme_show", pk=made.pk)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a draft for good."""
    discard_draft(actor=request.viewer, scheme_id=pk, now=timezone.now())
    messages.success(request, "草稿已删除。")
    return redirect("assessment:schemes")
