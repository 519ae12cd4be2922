"""What a form or the API hands to the services: one record as typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time


@dataclass(frozen=True)
class AttendanceMark:
    """Where one due member was, and why not."""

    status: str
    reason: str = ""


@dataclass(frozen=True)
class VoteInput:
    """One matter and its numbers."""

    matter: str
    case: str = "decision"
    yes: int = 0
    no: int = 0
    abstain: int = 0
    written_yes: int = 0


@dataclass(frozen=True)
class TalkInput:
    """One talk: the talker is a member, or a name from outside the branch."""

    talked_id: int
    talker_id: int | None = None
    talker_name: str = ""


@dataclass(frozen=True)
class RecordInput:
    """One record as typed; only type, organiser and day are needed to keep it as a draft."""

    kind_code: str
    branch_id: int
    held_on: date
    title: str = ""
    group_id: int | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    place: str = ""
    host: str = ""
    recorder: str = ""
    for_year: int | None = None
    texts: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    attendance: dict[int, AttendanceMark] = field(default_factory=dict)
    votes: tuple[VoteInput, ...] = ()
    talks: tuple[TalkInput, ...] = ()
    invited: tuple[int, ...] = ()
    attachment_ids: tuple[int, ...] = ()
    dropped_file_ids: tuple[int, ...] = ()
