"""Pages of what is entered about members: list, choose what, fill in, see, confirm, return, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities.forms.member_claims import MemberClaimForm, initial_of_claim
from activities.models import ClaimState, MemberClaim, MemberClaimFile
from activities.rules.member_claims import MemberKind
from activities.selectors.member_claims import claim_detail, claims_of, makeable, member_kinds, words_of
from activities.services.member_claims import confirm_claim, enter_claim, may_review, return_claim, withdraw_claim
from activities.views.asking import now, number, version_of
from assessment.members.rollup import refresh_members
from assessment.selectors.members import members_seen
from branches.models import Member
from branches.permissions import Viewer, can
from core.errors import PortalError
from core.http import page_of
from core.periods import Month
from core.submits import once
from core.uploads import serve

KEY = ("-happened_on", "-id")


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """One's own, or those of the branch: what waits for confirmation first asked for by ?state=submitted."""
    viewer = request.viewer
    _demand_member(viewer)
    state = request.GET.get("state", "")
    rows = claims_of(viewer, member_id=number(request, "member"), state=state)
    page = page_of(rows, request, key=KEY, count=True)
    words_of(page)
    context = {
        "page": page,
        "state": state,
        "states": ClaimState.choices[1:],
        "is_committee": can(viewer, "member_score.enter"),
    }
    return render(request, "activities/member_claims.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def claim_new(request: HttpRequest) -> HttpResponse:
    """First what, then its small form."""
    viewer = request.viewer
    _demand_member(viewer)
    kinds = _kinds(viewer)
    kind = kinds.get(request.GET.get("metric", ""))
    if kind is None:
        return render(request, "activities/member_claim_choose.html", {"groups": _grouped(kinds)})
    people = _people(viewer, kind)
    asked = number(request, "member") or (people[0].pk if len(people) == 1 else viewer.member_id)
    form = MemberClaimForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        members=people,
        makeable=_missed(viewer, people) if kind.is_make_up else (),
        today=viewer.today,
        initial={"member": str(asked or ""), "happened_on": viewer.today},
    )
    if request.method == "POST" and form.is_valid() and (url := _keep(request, form, None)):
        return redirect(url)
    return _form_page(request, form, kind, None)


@require_http_methods(["GET", "HEAD", "POST"])
def claim_edit(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Mend a returned claim and send it again."""
    viewer = request.viewer
    claim = _claim_or_404(viewer, claim_id)
    kind = _kinds(viewer).get(claim.metric)
    if claim.state != ClaimState.RETURNED or claim.member_id != viewer.member_id or kind is None:
        return redirect("activities:member_claim", claim.pk)
    form = MemberClaimForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        members=[claim.member],
        makeable=makeable(claim.member_id, viewer),
        today=viewer.today,
        initial=initial_of_claim(claim),
    )
    if request.method == "POST" and form.is_valid() and (url := _keep(request, form, claim)):
        return redirect(url)
    return _form_page(request, form, kind, claim)


@require_safe
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim beside its evidence, with the steps that are open."""
    viewer = request.viewer
    found = _claim_or_404(viewer, claim_id)
    words_of([found])
    reviews = may_review(viewer, found)
    is_mine = found.is_own and found.member_id == viewer.member_id
    open_states = (ClaimState.SUBMITTED, ClaimState.RETURNED)
    context = {
        "claim": found,
        "files": found.files.select_related("attachment"),
        "may_confirm": reviews and found.state == ClaimState.SUBMITTED,
        "may_return": reviews and found.is_own and found.state in ClaimState.counting(),
        "may_edit": is_mine and found.state == ClaimState.RETURNED,
        "may_withdraw": (is_mine and found.state in open_states)
        or (reviews and not found.is_own and found.state != ClaimState.WITHDRAWN),
    }
    return render(request, "activities/member_claim_detail.html", context)


@require_POST
def claim_confirm(request: HttpRequest, claim_id: int) -> HttpResponse:
    return _take(request, claim_id, confirm_claim, "已审核通过。")


@require_POST
def claim_return(request: HttpRequest, claim_id: int) -> HttpResponse:
    return _take(request, claim_id, return_claim, "已退回，本人会收到通知。", reason=request.POST.get("reason", ""))


@require_POST
def claim_withdraw(request: HttpRequest, claim_id: int) -> HttpResponse:
    return _take(request, claim_id, withdraw_claim, "已作废，不再计入。")


@require_safe
def claim_file(request: HttpRequest, claim_id: int, file_id: int) -> HttpResponseBase:
    """One piece of evidence, for those who may see the claim."""
    found = _claim_or_404(request.viewer, claim_id)
    row = MemberClaimFile.objects.select_related("attachment").filter(claim=found, pk=file_id).first()
    if row is None:
        raise Http404
    return serve(row.attachment)


def _take(
    request: HttpRequest, claim_id: int, step: Callable[..., MemberClaim], words: str, **more: Any
) -> HttpResponse:
    with once(request.POST.get("_token"), request.viewer) as submit:
        if not submit.replayed:
            found = step(actor=request.viewer, claim_id=claim_id, version=version_of(request), now=now(), **more)
            refresh_members(found.root_id, [found.member_id], now=now())
            submit.result_url = reverse("activities:member_claim", args=[claim_id])
            messages.success(request, words)
    return redirect(submit.result_url)


def _keep(request: HttpRequest, form: MemberClaimForm, claim: MemberClaim | None) -> str:
    """Enter it; the page to go to, or "" with the fault in the form."""
    viewer = request.viewer
    try:
        with once(request.POST.get("_token"), viewer) as submit:
            if not submit.replayed:
                saved = enter_claim(
                    actor=viewer,
                    member_id=form.member_id,
                    given=form.claim_input,
                    claim_id=claim.pk if claim else None,
                    files=form.cleaned_data["evidence"],
                    now=now(),
                )
                refresh_members(saved.root_id, [saved.member_id], now=now())
                done = "已报送，等待支部委员会审核。" if saved.is_own else "已登记，计入本人学分和得分。"
                messages.success(request, done)
                submit.result_url = reverse("activities:member_claim", args=[saved.pk])
        return submit.result_url
    except PortalError as error:
        named = {name: faults for name, faults in error.fields.items() if name in form.fields}
        for name, faults in named.items():
            form.add_error(name, faults)
        if not named:
            form.add_error(None, f"{error.message}{error.remedy}")
        return ""


def _form_page(
    request: HttpRequest, form: MemberClaimForm, kind: MemberKind, claim: MemberClaim | None
) -> HttpResponse:
    context = {"form": form, "kind": kind, "claim": claim, "files": claim.files.all() if claim else []}
    return render(request, "activities/member_claim_form.html", context, status=422 if form.errors else 200)


def _kinds(viewer: Viewer) -> dict[str, MemberKind]:
    """What the viewer may enter: about themselves, and about others where they sit in a branch committee."""
    if viewer.root_id is None:
        return {}
    kinds = member_kinds(viewer.root_id, Month.of(viewer.today))
    if can(viewer, "member_score.enter"):
        return kinds
    return {metric: kind for metric, kind in kinds.items() if kind.is_own}


def _grouped(kinds: dict[str, MemberKind]) -> dict[str, list[MemberKind]]:
    found: dict[str, list[MemberKind]] = {}
    for kind in kinds.values():
        found.setdefault(kind.item, []).append(kind)
    return found


def _people(viewer: Viewer, kind: MemberKind) -> list[Member]:
    """About whom: oneself first, then the people of one's branches."""
    people = list(members_seen(viewer).filter(status__in=("full", "probationary")).order_by("branch", "member_no"))
    if not kind.is_own:
        people = [one for one in people if one.pk != viewer.member_id]
    return sorted(people, key=lambda one: one.pk != viewer.member_id)


def _missed(viewer: Viewer, people: list[Member]) -> list[tuple[int, str]]:
    found = {pk: words for one in people for pk, words in makeable(one.pk, viewer)} if len(people) == 1 else {}
    if not found and viewer.member_id:
        found = dict(makeable(viewer.member_id, viewer))
    return list(found.items())


def _claim_or_404(viewer: Viewer, claim_id: int) -> MemberClaim:
    found = claim_detail(viewer, claim_id)
    if found is None:
        raise Http404
    return found


def _demand_member(viewer: Viewer) -> None:
    """Members enter; others have nothing to do here."""
    if viewer.member_id is None:
        raise Http404
