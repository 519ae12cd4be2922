"""Pages of claims (补充申报): list, choose what, fill in, see, send, take back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities.exports import claims_workbook, office_unit_line
from activities.forms.claims import ClaimFilterForm, ClaimForm, initial_of
from activities.models import Claim, ClaimFile
from activities.rules.claimable import ClaimKind
from activities.rules.steps import CLAIM_STEPS, RETURN_REASONS, is_open
from activities.selectors.catalogue import Catalogue, catalogue_for
from activities.selectors.claims import (
    ClaimFilter,
    add_words,
    claim_detail,
    claims_list,
    metric_words,
    occurrences_of,
    own_draft,
    quantity_sum,
)
from activities.selectors.ledger import years_to_show
from activities.services.claims import pull_back_claim, save_claim, submit_claim, withdraw_claim
from activities.views.asking import branch_choices, month_of, now, number, version_of
from activities.views.recount import recount_part
from branches.models import Organisation
from branches.permissions import Viewer, can, visible
from core import audit
from core.errors import PortalError, Refused
from core.http import download, page_of, sorted_by, whole
from core.periods import Month
from core.submits import once
from core.uploads import serve

EXPORTED = 20_000
SORTS = {"happened": "happened_on", "entered": "created_at", "id": "id"}


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The list: search, filter, sort, pages."""
    viewer = request.viewer
    _demand_reader(viewer)
    catalogue = catalogue_for(viewer.root_id, Month.of(viewer.today))
    branches = branch_choices(viewer, "claim")
    form = ClaimFilterForm(
        request.GET or None,
        branches=branches,
        kinds=list(catalogue.kinds.values()),
        years=years_to_show(viewer, branches),
    )
    rows = claims_list(viewer, _filter_of(request))
    sort, key = sorted_by(request, SORTS, default="-happened")
    page = page_of(rows, request, key=key, count=True)
    add_words(page, catalogue.words)
    context = {
        "form": form,
        "page": page,
        "sort": sort,
        "total": quantity_sum(rows) if request.GET.get("metric") else None,
        "can_log": can(viewer, "claim.log"),
        "may_export": can(viewer, "export"),
    }
    return render(request, "activities/claims.html", context)


@require_safe
def claims_export(request: HttpRequest) -> HttpResponseBase:
    """The claims of the page, all pages, in the order shown."""
    viewer = request.viewer
    _demand_reader(viewer)
    if not can(viewer, "export"):
        raise Refused("您的账号不能导出。", remedy="请由支部书记或机关党委导出。")
    _, key = sorted_by(request, SORTS, default="-happened")
    rows = list(claims_list(viewer, _filter_of(request)).order_by(*key)[:EXPORTED])
    add_words(rows)
    audit.record(actor=viewer, action="export", target=viewer.user, summary="导出补充申报")
    book = claims_workbook(rows, unit_line=office_unit_line(viewer.today))
    return download(book, f"补充申报_{viewer.today:%Y%m%d}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
def claim_new(request: HttpRequest) -> HttpResponse:
    """First what is claimed, by plain words under its item; then its small form."""
    viewer = request.viewer
    branches = _loggable(viewer)
    month = month_of(request.GET.get("month", "")) or Month.of(viewer.today)
    catalogue = catalogue_for(viewer.root_id, month)
    kind = catalogue.kinds.get(request.GET.get("metric", ""))
    if kind is None:
        return render(request, "activities/claim_choose.html", {"catalogue": catalogue, "month": month})
    asked = str(number(request, "branch") or "")
    initial = {"branch": asked, "happened_on": min(month.last_day, viewer.today)}
    form = ClaimForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        branches=branches,
        today=viewer.today,
        initial={key: value for key, value in initial.items() if value},
    )
    if request.method == "POST" and form.is_valid() and (url := _keep(request, form, None)):
        return redirect(url)
    draft = own_draft(viewer, kind.metric) if request.method != "POST" else None
    return _form_page(request, form, kind, catalogue, None, draft=draft)


@require_http_methods(["GET", "HEAD", "POST"])
def claim_edit(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Change a draft or a returned claim."""
    viewer = request.viewer
    claim = _claim_or_404(viewer, claim_id)
    if not is_open(CLAIM_STEPS["edit"], claim.state) or not can(viewer, "claim.log", claim.branch):
        return redirect("activities:claim", claim.pk)
    catalogue = catalogue_for(claim.root_id, Month.from_key(claim.month))
    kind = catalogue.kinds.get(claim.metric)
    if kind is None:
        raise Refused("这一项已不在当年方案里，不能修改。", remedy="请作废这条申报。")
    form = ClaimForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        branches=[claim.branch],
        today=viewer.today,
        initial=initial_of(claim),
    )
    if request.method == "POST" and form.is_valid() and (url := _keep(request, form, claim)):
        return redirect(url)
    return _form_page(request, form, kind, catalogue, claim)


@require_safe
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim beside its evidence, with the steps that are open."""
    viewer = request.viewer
    found = _claim_or_404(viewer, claim_id)
    words = metric_words()
    add_words([found])
    own = found.entered_by_id == viewer.user_id
    may_review = can(viewer, "claim.review", found.branch)
    is_theirs = found.branch_id in viewer.own_branch_ids or found.on_behalf
    may_send = can(viewer, "claim.submit", found.branch) and is_theirs
    context = {
        "claim": found,
        "title": found.words,
        "name": words[found.metric][0],
        "unit": words[found.metric][1],
        "base_name": words[found.base_metric][0] if found.base_metric else "",
        "files": found.files.select_related("attachment"),
        "steps": {name: may_send and is_open(step, found.state) for name, step in CLAIM_STEPS.items()},
        "may_edit": can(viewer, "claim.log", found.branch) and is_open(CLAIM_STEPS["edit"], found.state),
        "may_approve": may_review and not own and is_open(CLAIM_STEPS["approve"], found.state),
        "may_return": may_review and not own and is_open(CLAIM_STEPS["return"], found.state),
        "is_own_review": may_review and own and is_open(CLAIM_STEPS["approve"], found.state),
        "reasons": RETURN_REASONS,
    }
    return render(request, "activities/claim_detail.html", context)


@require_POST
def claim_submit(request: HttpRequest, claim_id: int) -> HttpResponse:
    return _take(request, claim_id, submit_claim, "申报已报送，等待机关党委审核。")


@require_POST
def claim_pull_back(request: HttpRequest, claim_id: int) -> HttpResponse:
    return _take(request, claim_id, pull_back_claim, "申报已撤回，可以修改后再报送。")


@require_POST
def claim_withdraw(request: HttpRequest, claim_id: int) -> HttpResponse:
    return _take(request, claim_id, withdraw_claim, "申报已作废，不再计入得分。")


@require_safe
def claim_file(request: HttpRequest, claim_id: int, file_id: int) -> HttpResponseBase:
    """One piece of evidence, for those who may see the claim."""
    found = _claim_or_404(request.viewer, claim_id)
    row = ClaimFile.objects.select_related("attachment").filter(claim=found, pk=file_id).first()
    if row is None:
        raise Http404
    return serve(row.attachment)


def _take(request: HttpRequest, claim_id: int, step: Callable[..., Claim], words: str) -> HttpResponse:
    with once(request.POST.get("_token"), request.viewer) as submit:
        if not submit.replayed:
            claim = step(actor=request.viewer, claim_id=claim_id, version=version_of(request), now=now())
            recount_part(claim, now=now())
            submit.result_url = reverse("activities:claim", args=[claim_id])
            messages.success(request, words)
    return redirect(submit.result_url)


def _keep(request: HttpRequest, form: ClaimForm, claim: Claim | None) -> str:
    """Save, and send where asked; the page to go to, or "" with the fault in the form."""
    viewer = request.viewer
    try:
        with once(request.POST.get("_token"), viewer) as submit:
            if not submit.replayed:
                saved = save_claim(
                    actor=viewer,
                    branch=claim.branch if claim else form.chosen_branch,
                    given=form.claim_input,
                    now=now(),
                    claim_id=claim.pk if claim else None,
                    version=version_of(request) if claim else None,
                    files=form.cleaned_data["evidence"],
                    remove_files=[pk for pk in map(whole, request.POST.getlist("remove")) if pk],
                )
                if request.POST.get("step") == "submit":
                    submit_claim(actor=viewer, claim_id=saved.pk, version=None, now=now())
                    recount_part(saved, now=now())
                    messages.success(request, "申报已报送，等待机关党委审核。")
                else:
                    messages.success(request, "申报已存为草稿，报送后才计入得分。")
                submit.result_url = reverse("activities:claim", args=[saved.pk])
        return submit.result_url
    except PortalError as error:
        _put_faults(form, error)
        return ""


def _put_faults(form: ClaimForm, error: PortalError) -> None:
    """A refusal of the service, under its field where it names one."""
    named = {name: faults for name, faults in error.fields.items() if name in form.fields}
    for name, faults in named.items():
        for fault in faults:
            form.add_error(name, fault)
    if not named:
        form.add_error(None, f"{error.message}{error.remedy}")


def _form_page(
    request: HttpRequest,
    form: ClaimForm,
    kind: ClaimKind,
    catalogue: Catalogue,
    claim: Claim | None,
    *,
    draft: Claim | None = None,
) -> HttpResponse:
    viewer = request.viewer
    form.refused_step = "报送" if request.POST.get("step") == "submit" else "保存"
    known = occurrences_of(viewer, claim.branch_id if claim else viewer.home_branch_id or 0)
    context = {
        "form": form,
        "kind": kind,
        "claim": claim,
        "own_draft": draft,
        "files": claim.files.select_related("attachment") if claim else [],
        "occurrences": known if kind.needs_occurrence else [],
        "may_send": can(viewer, "claim.submit"),
    }
    return render(request, "activities/claim_form.html", context, status=422 if form.errors else 200)


def _filter_of(request: HttpRequest) -> ClaimFilter:
    get = request.GET
    return ClaimFilter(
        branch_id=number(request, "branch"),
        metric=get.get("metric", "")[:60],
        state=get.get("state", "")[:20],
        month=month_of(get.get("month", "")),
        year=number(request, "year"),
        q=get.get("q", "").strip()[:50],
    )


def _claim_or_404(viewer: Viewer, claim_id: int) -> Any:
    found = claim_detail(viewer, claim_id)
    if found is None:
        raise Http404
    return found


def _demand_reader(viewer: Viewer) -> None:
    if not can(viewer, "claim.log") and not visible(Claim.objects.all(), viewer).exists():
        raise Refused("申报由支部书记、支部委员和机关党委办理。", remedy="如有需要申报的事项，请交本支部书记。")


def _loggable(viewer: Viewer) -> list[Organisation]:
    branches = [branch for branch in branch_choices(viewer, "claim") if can(viewer, "claim.log", branch)]
    if not branches:
        raise Refused("您没有办理申报的权限。", remedy="请交本支部书记或机关党委办理。")
    return branches
