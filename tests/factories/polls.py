"""Polls for tests: set up, slips issued, ballots cast, closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from appraisal.models import Poll
from appraisal.services import casting, poll_setup, polls
from tests.factories.branches import MemberFactory

NOON = datetime(2026, 1, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
YEAR = 2025


def people(cast: Any, count: int = 6) -> None:
    """Members enough that results may be shown: `count` more in each branch of the cast."""
    for branch in (cast.branch, cast.other_branch, cast.far_branch):
        MemberFactory.create_batch(count, branch=branch)


def new_poll(cast: Any, kind: str = "members", *, by: str = "officer", **where: Any) -> Poll:
    organisation = where.get("branch") or cast.root
    return poll_setup.create_poll(
        actor=cast.viewer(by), organisation=organisation, year=where.get("year", YEAR), kind=kind, now=NOON
    )


def codes(cast: Any, poll: Poll, *, by: str = "officer", **options: Any) -> dict[str, list[str]]:
    """Fresh codes by the label of their group."""
    found: dict[str, list[str]] = {}
    for slip in polls.issue_codes(actor=cast.viewer(by), poll_id=poll.pk, **options):
        found.setdefault(slip.group, []).append(slip.code)
    return found


def vote(code: str, grade: str | Callable[[Any], str] = "good") -> None:
    """Give every subject of the ballot this grade (or what the function says of it)."""
    ballot = casting.ballot_for(code)
    marks = {subject.pk: grade(subject) if callable(grade) else grade for subject in ballot.subjects}
    casting.cast_ballot(typed=code, grades=marks)


def vote_all(slips: Iterable[str], grades: Iterable[str]) -> None:
    for code, grade in zip(slips, grades, strict=False):
        vote(code, grade)


def close(cast: Any, poll: Poll, *, by: str = "officer", handed_out: dict[int, int] | None = None) -> Poll:
    return polls.close_poll(actor=cast.viewer(by), poll_id=poll.pk, handed_out=handed_out or {}, now=NOON)
