"""Publication by two people; what is published stays, a correction is a new revision beside it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.shortcuts import get_object_or_404

from appraisal.canonical import decided_digest, row_digests, rows_of
from appraisal.models import Publication, PublicationScope, PublicationState, YearEnd, YearResult, YearState
from appraisal.selectors import publication_obstacles, standing_decision
from appraisal.services._year import locked_year, said
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict, InvalidInput, Refused


@transaction.atomic
def propose_publication(*, actor: Viewer, year_end_id: int, audience: str, now: datetime) -> Publication:
    """Put what the committee decided up for publication; it stands still until another person confirms or sends back."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id, action="year.publish")
    if year_end.state not in (YearState.SETTLING, YearState.NOTICED):
        raise Conflict("还没有可发布的合成结果，或已提请发布。", remedy="请先合成、公示，经党委会审定后再提请发布。")
    if audience not in PublicationScope.values:
        raise InvalidInput("请选择公布范围。", fields={"audience": ["请选择公布范围。"]})
    if obstacles := publication_obstacles(year_end):
        raise Conflict("还不能发布：" + "；".join(obstacles), remedy="请办完以上事项再提请。")
    decision = standing_decision(year_end)
    assert decision is not None  # its lack is an obstacle
    rows = rows_of(year_end)
    publication = Publication.objects.create(
        root_id=year_end.root_id,
        year_end=year_end,
        revision=year_end.revision,
        attempt=_next_attempt(year_end),
        audience=audience,
        decision_text=decision.text,
        document_no=decision.document_no,
        decided_on=decision.held_on,
        correction_reason=year_end.correction_reason,
        proposed_by_id=actor.user_id,
        proposed_at=now,
        digest=decided_digest(rows),
        row_digests=row_digests(rows),
    )
    _move(year_end, YearState.PROPOSED)
    audit.record(actor=actor, action="year.propose", target=publication, summary=f"提请发布第{year_end.revision}版")
    return publication


@transaction.atomic
def confirm_publication(*, actor: Viewer, publication_id: int, now: datetime) -> Publication:
    """Publish what another person proposed; refused for the proposer, and if a row changed since."""
    publication, year_end = _pending(actor, publication_id)
    if publication.proposed_by_id == actor.user_id:
        raise Refused("提请人不能自己复核发布。", remedy="请由机关党委另一名工作人员登录后复核。")
    if obstacles := publication_obstacles(year_end):
        raise Conflict("提请之后有了变化：" + "；".join(obstacles), remedy="请退回提请，重新合成后再提。")
    if decided_digest(rows_of(year_end)) != publication.digest:
        raise Conflict("结果在提请之后有变化，摘要不符。", remedy="请退回提请，重新合成后再提。")
    _settle(publication, PublicationState.PUBLISHED, actor, now)
    YearResult.objects.filter(year_end=year_end, revision=publication.revision).update(is_published=True)
    _move(year_end, YearState.PUBLISHED)
    audit.record(actor=actor, action="year.publish", target=publication, summary=f"发布第{publication.revision}版")
    return publication


@transaction.atomic
def reject_publication(*, actor: Viewer, publication_id: int, reason: str, now: datetime) -> Publication:
    """Send a proposal back with a reason; the committee can decide grades again, or the notice be withdrawn."""
    publication, year_end = _pending(actor, publication_id)
    publication.rejection_reason = said(reason, what="退回原因")
    _settle(publication, PublicationState.REJECTED, actor if publication.proposed_by_id != actor.user_id else None, now)
    _move(year_end, YearState.NOTICED)
    audit.record(actor=actor, action="year.reject", target=publication, summary=f"退回发布：{reason}"[:200])
    return publication


@transaction.atomic
def start_correction(*, actor: Viewer, year_end_id: int, reason: str, now: datetime) -> YearEnd:
    """Begin the next revision of a published year; the published one stays visible beside it."""
    year_end = locked_year(actor=actor, year_end_id=year_end_id, action="year.publish")
    if year_end.state != YearState.PUBLISHED:
        raise Conflict("只有已发布的结果才需要更正。", remedy="未发布的可以直接修改。")
    year_end.correction_reason = said(reason, what="更正原因")
    year_end.revision += 1
    year_end.state = YearState.OPEN
    year_end.save(update_fields=["correction_reason", "revision", "state"])
    audit.record(
        actor=actor, action="year.correct", target=year_end, summary=f"开始第{year_end.revision}版：{reason}"[:200]
    )
    return year_end


def _pending(actor: Viewer, publication_id: int) -> tuple[Publication, YearEnd]:
    found = get_object_or_404(Publication, pk=publication_id)
    year_end = locked_year(actor=actor, year_end_id=found.year_end_id, action="year.publish")
    found.refresh_from_db()
    if found.state != PublicationState.PROPOSED:
        raise Conflict("这次提请已经办结。", remedy="刷新页面可看到结果。")
    return found, year_end


def _settle(publication: Publication, state: PublicationState, by: Viewer | None, now: datetime) -> None:
    publication.state, publication.settled_at = state, now
    publication.settled_by_id = by.user_id if by else None
    publication.save(update_fields=["state", "settled_by", "settled_at", "rejection_reason"])


def _next_attempt(year_end: YearEnd) -> int:
    earlier = Publication.objects.filter(year_end=year_end, revision=year_end.revision)
    return (earlier.aggregate(last=Max("attempt"))["last"] or 0) + 1


def _move(year_end: YearEnd, state: YearState) -> None:
    year_end.state = state
    year_end.save(update_fields=["state"])
