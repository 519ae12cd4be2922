"""Casting a ballot with a paper code: nobody is asked who they are, and nothing is kept that could say it.

The one change of the portal without an actor and without an audit entry (docs/adr, anonymous ballots).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, F, IntegerField, Value, When

from appraisal.models import Poll, PollCode, PollState, PollSubject, PollTally
from appraisal.rules.ballots import Choice, rates, read_code, scale_of
from appraisal.services.polls import digest_of
from core.errors import Conflict, InvalidInput


@dataclass(frozen=True)
class Ballot:
    """What the holder of a valid code may fill in."""

    poll: Poll
    subjects: tuple[PollSubject, ...]
    choices: tuple[Choice, ...]


def ballot_for(typed: str) -> Ballot:
    """The ballot that belongs to a code as typed; in words why there is none."""
    return _ballot(_code(typed))


@transaction.atomic
def cast_ballot(*, typed: str, grades: Mapping[int, str]) -> None:
    """Count one ballot: `grades` by subject, what is left out is an abstention. A code counts once, whatever happens.

    The counts are one statement over all tallies of the poll, so that no row tells which of them this ballot raised.
    """
    code = _code(typed)
    poll = Poll.objects.select_for_update().get(pk=code.group.poll_id)  # ballots of a poll wait for each other
    ballot = _ballot(code)
    given = _checked(ballot, grades)
    if not PollCode.objects.filter(pk=code.pk, is_used=False).update(is_used=True):
        raise _used()
    raised = [When(subject_id=subject_id, grade=grade, then=Value(1)) for subject_id, grade in given.items()]
    PollTally.objects.filter(poll=poll).update(
        votes=F("votes") + Case(*raised, default=Value(0), output_field=IntegerField())
    )


def _code(typed: str) -> PollCode:
    code = read_code(typed)
    found = PollCode.objects.select_related("group__poll").filter(pk=digest_of(code)).first() if code else None
    if found is None:
        raise InvalidInput(
            "没有这个票码，或投票已经结束。", remedy="请对照票纸核对12位票码。", fields={"code": ["请核对票码。"]}
        )
    return found


def _ballot(code: PollCode) -> Ballot:
    group = code.group
    poll = Poll.objects.get(pk=group.poll_id)
    if poll.state != PollState.OPEN:
        raise Conflict("这次投票已经结束。", remedy="如有疑问，请向组织者询问。")
    if code.is_used:
        raise _used()
    subjects = poll.subjects.order_by("place")
    mine = tuple(one for one in subjects if rates(group.rates, own=group.branch_id, subject=one.branch_id))
    return Ballot(poll, mine, scale_of(poll.kind))


def _used() -> Conflict:
    return Conflict("这个票码已经用过。", remedy="一个票码只能投一次；没有投过的，请向组织者说明。")


def _checked(ballot: Ballot, grades: Mapping[int, str]) -> dict[int, str]:
    """The marks of this ballot; InvalidInput for a subject or a grade that is not on it, or for an empty one."""
    known = {subject.pk for subject in ballot.subjects}
    codes = {choice.code for choice in ballot.choices}
    given = {subject_id: grade for subject_id, grade in grades.items() if grade}
    if given.keys() - known or set(given.values()) - codes:
        raise InvalidInput("票面与票码不符。", remedy="请重新输入票码后再填写。")
    if not given:
        raise InvalidInput("还没有评价任何一个对象。", remedy="请至少评价一个；不评价的一行留空，算弃权。")
    return given
