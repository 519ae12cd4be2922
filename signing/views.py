"""Pages of papers: what waits for a signature, one paper to read and sign, and its proof."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from branches.permissions import can
from branches.rules import READ
from core.errors import InvalidInput
from core.http import page_of
from signing import services
from signing.models import Paper, PaperState
from signing.selectors import may_sign_as, paper_of, papers, signer_in_turn, waiting_for
from signing.shown import shown
from signing.verify import verify, verify_committee

STATES = [("mine", "待我签"), *PaperState.choices]


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Papers of the viewer's scope; without a choice those that wait for the viewer, if there are any."""
    viewer = request.viewer
    if not viewer.is_a(*READ["paper"]):
        raise Http404
    mine = waiting_for(viewer)
    state = request.GET.get("state", "mine" if mine else "")
    context: dict[str, Any] = {"state": state, "states": STATES, "mine": {row.pk for row in mine}}
    if state == "mine":
        context["rows"] = mine
    else:
        context["page"] = page_of(papers(viewer, state=state), request, count=True)
        context["rows"] = context["page"].items
    context["may_prove"] = can(viewer, "paper.open")
    return render(request, "signing/paper_list.html", context)


@require_GET
def show(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One paper: the text word for word, who signs, and, for whose turn it is, the place to sign."""
    return render(request, "signing/paper_detail.html", _context(request, paper_of(request.viewer, paper_id)))


@sensitive_post_parameters("password")
@require_POST
def sign(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Sign with the password and the digest of what was shown; a wrong password brings the page back."""
    try:
        paper = services.sign(
            actor=request.viewer,
            paper_id=paper_id,
            password=request.POST.get("password", ""),
            digest=request.POST.get("digest", ""),
            now=timezone.now(),
        )
    except InvalidInput as fault:
        context = _context(request, paper_of(request.viewer, paper_id)) | {"fault": fault}
        return render(request, "signing/paper_detail.html", context, status=fault.status)
    messages.success(request, "已签署。" if paper.is_open else "已签署，各方均已签完。")
    return redirect("signing:paper", paper_id=paper.pk)


@require_GET
def proof(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Recompute one paper and its links."""
    paper = paper_of(request.viewer, paper_id)
    links = paper.links.order_by("number")
    return render(request, "signing/proof.html", {"proof": verify(paper), "paper": paper, "links": links})


@require_GET
def proof_of_all(request: HttpRequest) -> HttpResponse:
    """Recompute the whole chain of the viewer's committee."""
    viewer = request.viewer
    if not can(viewer, "paper.open") or viewer.root_id is None:
        raise Http404
    return render(request, "signing/proof.html", {"proof": verify_committee(viewer.root_id)})


def _context(request: HttpRequest, paper: Paper) -> dict[str, Any]:
    signer = signer_in_turn(paper)
    places = list(paper.signers.all())
    has_signed = any(hasattr(one, "signature") and one.signature.user_id == request.viewer.user_id for one in places)
    return {
        "paper": paper,
        "blocks": shown(paper.body),
        "signers": [(one, getattr(one, "signature", None)) for one in places],
        "turn": signer,
        "is_mine": signer is not None and not has_signed and may_sign_as(request.viewer, paper, signer),
        "others": Paper.objects.filter(root_id=paper.root_id, source=paper.source)
        .exclude(pk=paper.pk)
        .order_by("-revision"),
    }
