"""Putting papers up for signature, alone or many at once, and voiding them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.shortcuts import get_object_or_404

from branches.models import Organisation, User
from branches.permissions import Viewer, check, visible
from branches.rules import Role
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import today
from signing.models import Paper, PaperState, Signer
from signing.rules import Place, paper_digest, well_ordered
from signing.services._chain import Deed, add_links, hold_chain
from signing.services.telling import tell_in_turn

SignerWanted = tuple[int, str, "User | None"]  # place, role, the only account that may sign there
LONGEST_REASON = 300


@dataclass(frozen=True)
class PaperDraft:
    """One text to be signed: by whom in what order, and which earlier version (same `source`) it takes the place of."""

    branch: Organisation
    kind: str
    title: str
    body: str
    source: str
    signers: Sequence[SignerWanted]
    origin_url: str = ""
    due_on: date | None = None
    reason: str = ""  # why the earlier version is voided


def open_paper(
    *,
    actor: Viewer,
    branch: Organisation,
    kind: str,
    title: str,
    body: str,
    signers: Sequence[SignerWanted],
    source: str,
    now: datetime,
    origin_url: str = "",
    due_on: date | None = None,
    reason: str = "",
) -> Paper:
    """Put one text up for signature; an earlier version of the same source is voided with its signatures.

    The very same text again is the paper that is there already.
    """
    draft = PaperDraft(branch, kind, title, body, source, signers, origin_url, due_on, reason)
    return open_papers(actor=actor, root_id=branch.root_id, drafts=[draft], now=now)[0]


@transaction.atomic
def open_papers(*, actor: Viewer, root_id: int, drafts: Sequence[PaperDraft], now: datetime) -> list[Paper]:
    """Put many texts of one committee up for signature; the papers in the order of the drafts.

    Needs `paper.open` in each branch. Texts already up, unchanged, stay as they are.
    """
    for draft in drafts:
        _check(actor, root_id, draft)
    hold_chain(root_id)
    live = _live(root_id, [draft.source for draft in drafts])
    last = _last_revisions(root_id, [draft.source for draft in drafts])
    found: list[Paper | None] = [_if_same(live.get(draft.source), draft) for draft in drafts]
    replaced = [
        (live[draft.source], draft.reason or "文本已变更")
        for draft, paper in zip(drafts, found, strict=True)
        if paper is None and draft.source in live
    ]
    _void(replaced, actor=actor, root_id=root_id, now=now)
    wanted = [draft for draft, paper in zip(drafts, found, strict=True) if paper is None]
    new = _create(wanted, last, actor=actor, root_id=root_id, now=now)
    tell_in_turn(new, on=today(now), now=now)
    made = iter(new)
    return [paper or next(made) for paper in found]


@transaction.atomic
def void_paper(*, actor: Viewer, paper_id: int, reason: str, now: datetime) -> Paper:
    """Take a paper out of force, with its signatures, for a reason that stays visible on it."""
    seen = get_object_or_404(visible(Paper.objects.select_related("branch"), actor), pk=paper_id)
    check(actor, "paper.open", seen.branch)
    hold_chain(seen.root_id)
    paper = Paper.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if paper.is_void:
        raise Conflict("这份文件已经作废。", remedy="刷新页面可看到作废原因。")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        words = f"请填写作废原因（不超过{LONGEST_REASON}字）。"
        raise InvalidInput(words, fields={"reason": [words]})
    _void([(paper, reason)], actor=actor, root_id=paper.root_id, now=now)
    return paper


def _check(actor: Viewer, root_id: int, draft: PaperDraft) -> None:
    check(actor, "paper.open", draft.branch)
    if draft.branch.root_id != root_id:
        raise ValueError("papers of one call belong to one committee")
    for _, role, _ in draft.signers:
        Role(role)
    if not draft.signers or not well_ordered(_places(draft)):
        raise ValueError("signers are numbered from 1, and each person signs once")


def _places(draft: PaperDraft) -> list[Place]:
    return [Place(place, str(role), user.pk if user else None) for place, role, user in draft.signers]


def _live(root_id: int, sources: list[str]) -> dict[str, Paper]:
    rows = Paper.objects.select_for_update(no_key=True).filter(root_id=root_id, source__in=sources)
    return {row.source: row for row in rows.exclude(state=PaperState.VOID).order_by("pk")}


def _last_revisions(root_id: int, sources: list[str]) -> dict[str, int]:
    rows = Paper.objects.filter(root_id=root_id, source__in=sources).order_by().values_list("source")
    return dict(rows.annotate(last=Max("revision")))


def _if_same(paper: Paper | None, draft: PaperDraft) -> Paper | None:
    """The paper that is up, if it says and asks the same as the draft."""
    if paper is None:
        return None
    return paper if paper.digest == _digest(draft, paper.revision) else None


def _digest(draft: PaperDraft, revision: int) -> str:
    return paper_digest(
        kind=draft.kind,
        source=draft.source,
        revision=revision,
        title=draft.title,
        body=draft.body,
        places=_places(draft),
    )


def _create(
    drafts: Sequence[PaperDraft], last: dict[str, int], *, actor: Viewer, root_id: int, now: datetime
) -> list[Paper]:
    rows = Paper.objects.bulk_create(
        Paper(
            root_id=root_id,
            branch=draft.branch,
            kind=draft.kind,
            source=draft.source,
            revision=last.get(draft.source, 0) + 1,
            title=draft.title,
            body=draft.body,
            digest=_digest(draft, last.get(draft.source, 0) + 1),
            origin_url=draft.origin_url,
            due_on=draft.due_on,
            opened_by_id=actor.user_id,
            opened_at=now,
        )
        for draft in drafts
    )
    Signer.objects.bulk_create(
        Signer(paper=row, place=one.place, role=one.role, label=Role(one.role).label, user_id=one.user_id)
        for row, draft in zip(rows, drafts, strict=True)
        for one in _places(draft)
    )
    add_links([(row, Deed.OPENED, {"by": actor.user_id}) for row in rows], root_id=root_id, now=now)
    for row in rows:
        audit.record(actor=actor, action="paper.open", target=row, summary=f"第{row.revision}版 {row.digest[:16]}")
    return rows


def _void(papers: Sequence[tuple[Paper, str]], *, actor: Viewer, root_id: int, now: datetime) -> None:
    for paper, reason in papers:
        before = {"state": paper.state}
        paper.state, paper.voided_at, paper.voided_by_id = PaperState.VOID, now, actor.user_id
        paper.void_reason = reason[:LONGEST_REASON]
        paper.save(update_fields=["state", "voided_at", "voided_by", "void_reason"])
        after = {"state": paper.state}
        audit.record(actor=actor, action="paper.void", target=paper, before=before, after=after, summary=reason)
    said = [(paper, Deed.VOIDED, {"by": actor.user_id, "reason": paper.void_reason}) for paper, _ in papers]
    if said:
        add_links(said, root_id=root_id, now=now)
