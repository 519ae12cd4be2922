"""How many members were talked to in a year, month by month, and when the secretary had talked with the whole committee; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date

from core.periods import Month


@dataclass(frozen=True)
class Talk:
    """One talk: who (a member id, or None for somebody from outside) with whom, when, by which record."""

    source_id: int
    happened_on: date
    talker_id: int | None
    talked_id: int
    confirmed: bool


@dataclass(frozen=True, order=True)
class TalkedLevel:
    """How many of a branch's members of a month's last day had been talked to this year; one fact each."""

    happened_on: date
    confirmed: bool
    quantity: int


def talked_levels(talks: Iterable[Talk], members: Mapping[Month, Set[int]]) -> list[TalkedLevel]:
    """The level facts of one branch and year.

    `members` gives for each month from January to the running one who belongs to the branch on its last day. Of
    each month there is a confirmed level and, where talks await review, a pending one beside it.
    """
    talks = list(talks)
    levels: list[TalkedLevel] = []
    before: tuple[int, int] = (0, 0)
    for month in sorted(members):
        until = [talk for talk in talks if talk.happened_on <= month.last_day]
        days = [talk.happened_on for talk in until if Month.of(talk.happened_on) == month]
        everyone = {talk.talked_id for talk in until} & members[month]
        confirmed = {talk.talked_id for talk in until if talk.confirmed} & members[month]
        now = (len(confirmed), len(everyone))
        if now == before:
            continue
        day = max(days, default=month.first_day)
        if now[0] != before[0] or now[1] == now[0]:
            levels.append(TalkedLevel(day, True, now[0]))
        if now[1] != now[0]:
            levels.append(TalkedLevel(day, False, now[1]))
        before = now
    return levels


def committee_talks_complete(talks: Iterable[Talk], *, secretary_ids: Set[int], committee_ids: Set[int]) -> date | None:
    """The day on which the secretary had talked with each other committee member, either way round; None if not yet."""
    missing = set(committee_ids) - set(secretary_ids)
    if not missing or not secretary_ids:
        return None
    for talk in sorted(talks, key=lambda talk: (talk.happened_on, talk.source_id)):
        if talk.talker_id in secretary_ids:
            missing.discard(talk.talked_id)
        if talk.talked_id in secretary_ids:
            missing.discard(talk.talker_id or 0)
        if not missing:
            return talk.happened_on
    return None
