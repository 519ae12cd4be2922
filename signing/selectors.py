"""Readings of papers: what waits for whose signature, what is unsigned, one paper with its signers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from branches.models import Organisation, Post, User
from branches.permissions import Viewer, visible
from branches.rules import Reach, Role
from branches.selectors.accounts import SECRETARIES, accounts_in, officer_accounts, officers_over
from signing.models import Paper, PaperState, Signer
from signing.rules import Place, paper_digest

CLOSE = 3  # days before the deadline from which a paper is marked as urgent


@dataclass(frozen=True)
class Waiting:
    """One unsigned paper: whose turn it is, by what name, and whether the deadline is over."""

    paper: Paper
    signer: Signer
    names: str
    is_late: bool

    @property
    def branch(self) -> Organisation:
        return self.paper.branch


def papers(viewer: Viewer, *, state: str = "", kind: str = "") -> QuerySet[Paper]:
    """Papers the viewer may read, with branch and signatures."""
    rows = visible(Paper.objects.all(), viewer)
    if state in PaperState.values:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    signers = Signer.objects.select_related("signature__link", "user").order_by("place")
    return rows.select_related("branch").prefetch_related(Prefetch("signers", signers))


def paper_of(viewer: Viewer, paper_id: int) -> Paper:
    """One paper with its signers; 404 outside the scope."""
    return get_object_or_404(papers(viewer).select_related("branch", "opened_by", "voided_by"), pk=paper_id)


def signer_in_turn(paper: Paper) -> Signer | None:
    """Who signs next; None where nobody is to."""
    if not paper.is_open:
        return None
    return next((one for one in paper.signers.all() if one.place == paper.turn), None)


def may_sign_as(viewer: Viewer, paper: Paper, signer: Signer) -> bool:
    """Whether the viewer is the person, or holds the role, of this place. A secretary signs in person:
    a deputy only where the post is empty or its holder has no account."""
    if signer.user_id is not None:
        return viewer.user_id == signer.user_id
    role = Role(signer.role)
    if role != Role.SECRETARY:
        return viewer.covers(role, Reach.BRANCH, paper.branch.path)
    return viewer.user_id in secretaries_of([paper.branch_id], viewer.today)[paper.branch_id]


def secretaries_of(branch_ids: Iterable[int], on: date) -> dict[int, list[int]]:
    """Accounts of the secretary of each branch on the day; of the deputies where there is none."""
    ids = list(branch_ids)
    found = accounts_in(ids, (Post.SECRETARY,), on)
    empty = [branch_id for branch_id in ids if not found[branch_id]]
    return found | (accounts_in(empty, SECRETARIES, on) if empty else {})


def waiting_for(viewer: Viewer) -> list[Paper]:
    """The papers on which it is now the viewer's turn, the oldest first."""
    places = Signer.objects.filter(paper__state=PaperState.OPEN, place=F("paper__turn"))
    mine = places.filter(user=viewer.user_id) | places.filter(user=None, role__in=[role.value for role in viewer.roles])
    rows = list(papers(viewer, state=PaperState.OPEN).filter(pk__in=mine.values("paper")).order_by("pk"))
    secretaries = secretaries_of({row.branch_id for row in rows}, viewer.today) if rows else {}
    return [row for row in rows if _is_mine(viewer, row, secretaries)]


def _is_mine(viewer: Viewer, paper: Paper, secretaries: dict[int, list[int]]) -> bool:
    signer = signer_in_turn(paper)
    if signer is None or any(one.signature.user_id == viewer.user_id for one in paper.signers.all() if _signed(one)):
        return False
    if signer.user_id is None and signer.role == Role.SECRETARY:
        return viewer.user_id in secretaries[paper.branch_id]
    return may_sign_as(viewer, paper, signer)


def unsigned(viewer: Viewer, *, kind: str = "", ids: Iterable[int] | None = None) -> list[Waiting]:
    """Every open paper with who has not signed yet, by branch; a constant number of queries."""
    rows = papers(viewer, state=PaperState.OPEN, kind=kind)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    found = list(rows.order_by("branch__sort_key", "branch__code", "pk"))
    people = people_in_turn(found, viewer.today)
    names = dict(
        User.objects.filter(pk__in={pk for ids in people.values() for pk in ids}).values_list("pk", "display_name")
    )
    return [
        Waiting(
            row,
            signer,
            "、".join(names[pk] for pk in people[row.pk]) or "（没有账号）",
            row.due_on is not None and row.due_on < viewer.today,
        )
        for row in found
        if (signer := signer_in_turn(row)) is not None
    ]


def people_in_turn(rows: Iterable[Paper], on: date) -> dict[int, list[int]]:
    """Paper id → the accounts that may sign it now."""
    rows = list(rows)
    secretaries = secretaries_of({row.branch_id for row in rows}, on)
    officers: dict[int, dict[str, list[int]]] = {}
    found: dict[int, list[int]] = {}
    for row in rows:
        signer = signer_in_turn(row)
        if signer is None:
            found[row.pk] = []
        elif signer.user_id is not None:
            found[row.pk] = [signer.user_id]
        elif signer.role == Role.SECRETARY:
            found[row.pk] = secretaries[row.branch_id]
        else:
            accounts = officers.setdefault(row.root_id, officer_accounts(row.root_id, on))
            found[row.pk] = officers_over(row.branch, accounts) if signer.role == Role.OFFICER else []
    return found


def digest_now(paper: Paper) -> str:
    """The digest of the paper as its rows are now."""
    places = [Place(one.place, one.role, one.user_id) for one in paper.signers.all()]
    return paper_digest(
        kind=paper.kind,
        source=paper.source,
        revision=paper.revision,
        title=paper.title,
        body=paper.body,
        places=places,
    )


def _signed(signer: Signer) -> bool:
    return hasattr(signer, "signature")
