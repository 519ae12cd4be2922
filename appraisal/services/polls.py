"""Running a poll: sizes of the groups, codes printed once, the closing with the count, voiding, the year end."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.shortcuts import get_object_or_404
from django.urls import reverse

from appraisal.models import (
    AccountabilityReview,
    DemocraticAppraisal,
    Poll,
    PollCode,
    PollGroup,
    PollState,
    PollTally,
    ReviewState,
    YearEnd,
)
from appraisal.rules.ballots import PARTS, new_code, printed, result_digest
from appraisal.selectors.polls import poll_results
from appraisal.services._year import said
from appraisal.services.marks import release_from_poll, take_from_poll
from branches.permissions import Viewer, check, visible
from core import audit
from core.crypto import keyed_digest
from core.errors import Conflict, InvalidInput


@dataclass(frozen=True, slots=True)
class Slip:
    """One paper slip; the code is known here, on the printed sheet, and nowhere else."""

    group: str
    code: str


def digest_of(code: str) -> str:
    """What is stored of a code: useless without the server's key."""
    return keyed_digest(f"poll-code:{code}")


@transaction.atomic
def set_sizes(*, actor: Viewer, poll_id: int, sizes: Mapping[int, int]) -> Poll:
    """How many vote in each group; only for groups whose slips were not issued yet."""
    poll = locked_poll(actor, poll_id, PollState.DRAFT, PollState.OPEN)
    changed = {}
    for group in poll.groups.filter(pk__in=list(sizes), issued=0):
        if not 0 <= sizes[group.pk] <= 2000:
            raise InvalidInput("人数应在0到2000之间。", fields={f"size-{group.pk}": ["人数应在0到2000之间。"]})
        if group.size != sizes[group.pk]:
            changed[group.label] = (group.size, sizes[group.pk])
            group.size = sizes[group.pk]
            group.save(update_fields=["size"])
    if changed:
        old, new = ({label: pair[n] for label, pair in changed.items()} for n in (0, 1))
        audit.record(actor=actor, action="poll.sizes", target=poll, before=old, after=new, summary="改应投人数")
    return poll


@transaction.atomic
def issue_codes(*, actor: Viewer, poll_id: int, group_id: int | None = None, again: bool = False) -> list[Slip]:
    """Fresh slips for the groups without any (or for one group), shown this once; the poll is open from now on.

    With `again` the group's unused codes die and as many new ones are issued: for a sheet that was lost.
    """
    poll = locked_poll(actor, poll_id, PollState.DRAFT, PollState.OPEN)
    groups = poll.groups.filter(size__gt=0)
    groups = groups.filter(pk=group_id) if group_id else groups
    wanted = [group for group in groups if again or not group.issued]
    if not wanted:
        raise Conflict("票码已经发放，不再显示。", remedy="票纸遗失的，请选择“作废未用的，重新发放”。")
    slips = [slip for group in wanted for slip in _issue(group)]
    if poll.state == PollState.DRAFT:
        poll.state = PollState.OPEN
        poll.save(update_fields=["state"])
    words = "重新发放" if again else "发放"
    audit.record(actor=actor, action="poll.codes", target=poll, summary=f"{words}票码{len(slips)}个")
    return slips


def _issue(group: PollGroup) -> list[Slip]:
    """As many codes as are lacking; stored in the order of their digests, which is no order of theirs."""
    PollCode.objects.filter(group=group, is_used=False).delete()
    used = PollCode.objects.filter(group=group).count()
    codes = {new_code(secrets.randbelow) for _ in range(group.size - used)}
    rows = sorted((PollCode(digest=digest_of(code), group=group) for code in codes), key=lambda row: row.digest)
    PollCode.objects.bulk_create(rows, batch_size=1000)
    PollGroup.objects.filter(pk=group.pk).update(issued=used + len(rows))
    return [Slip(group.label, printed(code)) for code in codes]


@transaction.atomic
def close_poll(*, actor: Viewer, poll_id: int, handed_out: Mapping[int, int], now: datetime) -> Poll:
    """End the voting: count what came back, forget every code, seal the counts; valid parts go to the year end.

    `handed_out` says per group how many slips were really given out (default: all that were issued).
    """
    poll = locked_poll(actor, poll_id, PollState.OPEN)
    _count(poll, handed_out)
    PollCode.objects.filter(group__poll=poll).delete()
    poll.state, poll.closed_by_id, poll.closed_at = PollState.CLOSED, actor.user_id, now
    # One last rewriting of every count, so that none bears the mark of the last ballot's transaction.
    PollTally.objects.filter(poll=poll).update(votes=F("votes"))
    poll.digest = sealed(poll)
    poll.save()
    audit.record(actor=actor, action="poll.close", target=poll, summary=f"{poll}计票")
    year_end = YearEnd.objects.filter(root_id=poll.root_id, year=poll.year).first()
    if poll.kind in PARTS and year_end and not year_end.is_frozen:
        _take(actor, poll, year_end, now)
    return poll


def sealed(poll: Poll) -> str:
    """The digest over the counts as they stand."""
    return result_digest(list(PollTally.objects.filter(poll=poll).values_list("subject_id", "grade", "votes")))


def _count(poll: Poll, handed_out: Mapping[int, int]) -> None:
    used = Count("codes", filter=Q(codes__is_used=True))
    faults = {}
    for group in poll.groups.annotate(used=used).order_by("place"):
        given = handed_out.get(group.pk, group.issued)
        if not group.used <= given <= group.issued:
            faults[f"out-{group.pk}"] = [f"{group.label}：发出票数应在收回{group.used}张和印发{group.issued}张之间。"]
            continue
        PollGroup.objects.filter(pk=group.pk).update(handed_out=given, returned=group.used)
    if faults:
        raise InvalidInput(
            "；".join(text.rstrip("。") for texts in faults.values() for text in texts)[:200] + "。",
            remedy="请清点余票后再计票。",
            fields=faults,
        )


@transaction.atomic
def take_to_year_end(*, actor: Viewer, poll_id: int, now: datetime) -> int:
    """Write a counted poll's valid results into the begun year end; how many branches got a mark."""
    poll = locked_poll(actor, poll_id, PollState.CLOSED)
    if poll.kind not in PARTS:
        raise InvalidInput("这种测评不计入年终合成。", remedy="请在对应的评议页面使用结果。")
    year_end = YearEnd.objects.filter(root_id=poll.root_id, year=poll.year).first()
    if year_end is None:
        raise Conflict(f"{poll.year}年年终考核还没有开始。", remedy="请先在“年终考核”开始这一年。")
    return _take(actor, poll, year_end, now)


def _take(actor: Viewer, poll: Poll, year_end: YearEnd, now: datetime) -> int:
    """Only what is valid and may be shown: a mark made of three ballots would say what they were."""
    taken = 0
    for row in poll_results(actor, poll):
        if row.hundredths is None or not row.is_valid:
            continue
        take_from_poll(
            actor=actor,
            year_end=year_end,
            branch=row.branch,
            part=PARTS[poll.kind],
            hundredths=row.hundredths,
            handed_out=row.handed_out,
            returned=row.returned,
            origin_label=str(poll),
            origin_url=reverse("appraisal:poll", args=[poll.pk]),
            now=now,
        )
        taken += 1
    return taken


@transaction.atomic
def void_poll(*, actor: Viewer, poll_id: int, reason: str) -> Poll:
    """Declare a poll void, with the reason: its marks leave the year end, its codes die, another may be held."""
    poll = locked_poll(actor, poll_id, PollState.DRAFT, PollState.OPEN, PollState.CLOSED)
    _still_needed(poll)
    poll.void_reason = said(reason, what="作废原因")
    year_end = YearEnd.objects.filter(root_id=poll.root_id, year=poll.year).first()
    if poll.state == PollState.CLOSED and poll.kind in PARTS and year_end:
        url = reverse("appraisal:poll", args=[poll.pk])
        release_from_poll(actor=actor, year_end=year_end, part=PARTS[poll.kind], origin_url=url, reason=reason)
    PollCode.objects.filter(group__poll=poll).delete()
    poll.state = PollState.VOID
    poll.save()
    audit.record(actor=actor, action="poll.void", target=poll, summary=f"{poll}作废：{reason}"[:200])
    return poll


def _still_needed(poll: Poll) -> None:
    """What was decided upon with the ballots in view keeps them: its counts stay as they were sealed."""
    appraisal = DemocraticAppraisal.objects.select_for_update().filter(poll=poll).first()
    review = AccountabilityReview.objects.select_for_update().filter(poll=poll).first()
    if appraisal is not None and not appraisal.is_open:
        raise Conflict(f"{appraisal}已经报送，测评不能作废。", remedy="确需重新测评的，请机关党委先退回评议结果。")
    if review is not None and review.state == ReviewState.CLOSED:
        raise Conflict(f"{review}已经通报，测评不能作废。", remedy="有错漏的，请另行发文更正。")


def locked_poll(actor: Viewer, poll_id: int, *states: str) -> Poll:
    """The poll, locked, if the actor sees and runs it and it is in one of these states."""
    poll = get_object_or_404(
        visible(Poll.objects.all(), actor).select_related("branch").select_for_update(of=("self",)), pk=poll_id
    )
    check(actor, "poll.run", poll.branch)
    if poll.state not in states:
        raise Conflict(f"{poll}{poll.get_state_display()}，不能办理这一步。", remedy="请刷新页面后再看。")
    return poll
