"""The parts of the record form that repeat: the roll call, votes and talks; posted rows in, inputs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from activities.forms.record import RecordForm
from activities.models import Activity, Attendance, AttendanceStatus, Participation, VoteCase
from activities.services.drafting import TEXTS
from activities.services.inputs import AttendanceMark, RecordInput, TalkInput, VoteInput
from branches.selectors import Expected
from core.http import whole

TONES = {
    "present": "green",
    "late": "yellow",
    "leave_official": "blue",
    "leave_sick": "blue",
    "leave_personal": "blue",
    "absent": "red",
    "excluded": "grey",
}
CLICK_ORDER = ("present", "leave_official", "leave_sick", "leave_personal", "late", "absent", "excluded")
SPARE_ROWS = 2
MOST_ROWS = 60


@dataclass(frozen=True)
class Option:
    """One choice of a tile."""

    code: str
    name: str
    tone: str
    selected: bool


@dataclass(frozen=True)
class Tile:
    """One due member in the grid."""

    person: Expected
    options: list[Option]
    reason: str = ""

    @property
    def tone(self) -> str:
        return next((option.tone for option in self.options if option.selected), "green")


def tiles_of(people: Iterable[Expected], marks: Mapping[int, AttendanceMark]) -> list[Tile]:
    """The grid: everyone present, those approved as 不计入应到 preset, what was chosen before kept."""
    return [_tile(person, marks.get(person.member_id, AttendanceMark(""))) for person in people]


def _tile(person: Expected, mark: AttendanceMark) -> Tile:
    return Tile(person, _options(person, mark.status), mark.reason or person.excluded)


def _options(person: Expected, status: str) -> list[Option]:
    codes = [code for code in CLICK_ORDER if code != "excluded" or person.excluded or status == "excluded"]
    chosen = status if status in codes else ("excluded" if person.excluded else "present")
    return [Option(code, str(AttendanceStatus(code).label), TONES[code], code == chosen) for code in codes]


def marks_posted(data: Mapping[str, str]) -> dict[int, AttendanceMark]:
    """Member id → status and reason, from the fields att_<id> and why_<id>."""
    ids = [name[4:] for name in data if name.startswith("att_") and whole(name[4:])]
    return {int(pk): _mark(str(data[f"att_{pk}"]), str(data.get(f"why_{pk}", ""))) for pk in ids}


def _mark(status: str, reason: str) -> AttendanceMark:
    """A reason belongs to an absence; what was typed for somebody who then came is dropped."""
    return AttendanceMark(status, "" if status == AttendanceStatus.PRESENT else reason.strip())


def marks_kept(share: Participation | None) -> dict[int, AttendanceMark]:
    """Member id → status and reason, from a branch's share of a record."""
    rows = Attendance.objects.filter(participation=share).values_list("member_id", "status", "reason")
    return {member_id: AttendanceMark(status, reason) for member_id, status, reason in rows}


@dataclass(frozen=True)
class VoteRow:
    """One line of the vote table, as typed."""

    number: int
    matter: str = ""
    case: str = VoteCase.DECISION
    yes: str = ""
    no: str = ""
    abstain: str = ""
    written_yes: str = ""


@dataclass(frozen=True)
class TalkRow:
    """One line of the talk table, as typed."""

    number: int
    talker: str = ""
    name: str = ""
    talked: str = ""


def vote_rows_posted(data: Mapping[str, str]) -> list[VoteRow]:
    fields = ("matter", "case", "yes", "no", "abstain", "written_yes")
    rows = []
    for number in _numbers(data, "vote", "matter"):
        rows.append(VoteRow(number, *(str(data.get(f"vote-{number}-{name}", "")).strip() for name in fields)))
    return rows


def talk_rows_posted(data: Mapping[str, str]) -> list[TalkRow]:
    fields = ("talker", "name", "talked")
    return [
        TalkRow(number, *(str(data.get(f"talk-{number}-{name}", "")).strip() for name in fields))
        for number in _numbers(data, "talk", "talked")
    ]


def vote_rows_kept(activity: Activity) -> list[VoteRow]:
    return [
        VoteRow(number, vote.matter, vote.case, *(str(n) for n in (vote.yes, vote.no, vote.abstain, vote.written_yes)))
        for number, vote in enumerate(activity.votes.all())
    ]


def talk_rows_kept(activity: Activity) -> list[TalkRow]:
    return [
        TalkRow(number, str(pair.talker_id or ""), "" if pair.talker_id else pair.talker_name, str(pair.talked_id))
        for number, pair in enumerate(activity.talks.all())
    ]


def with_spares(rows: list, row_type: type, least: int) -> list:
    """The rows that say something, and empty ones to type into."""
    rows = [row for row in rows if any(str(value) for value in _said(row))]
    count = max(least, len(rows) + SPARE_ROWS)
    used = [row.number for row in rows]
    spare = (number for number in range(MOST_ROWS) if number not in used)
    return rows + [row_type(next(spare)) for _ in range(count - len(rows))]


def record_input(form: RecordForm, data: Mapping[str, str], *, day, attachment_ids: Iterable[int]) -> RecordInput:
    """Everything typed, as the services take it; what is no number counts as none."""
    cleaned = form.cleaned_data
    extras = {label: cleaned.get(f"extra_{number}") or "" for number, label in enumerate(form.kind.extras)}
    return RecordInput(
        kind_code=form.kind.code,
        branch_id=form.branch.pk,
        held_on=cleaned.get("held_on") or day,
        title=cleaned.get("title") or "",
        group_id=cleaned.get("group"),
        starts_at=cleaned.get("starts_at"),
        ends_at=cleaned.get("ends_at"),
        place=cleaned.get("place") or "",
        host=cleaned.get("host") or "",
        recorder=cleaned.get("recorder") or "",
        for_year=cleaned.get("for_year"),
        texts={name: cleaned.get(name) or "" for name in TEXTS},
        extras=extras,
        tags=tuple(cleaned.get("tags") or ()),
        attendance=marks_posted(data),
        votes=tuple(_vote(row) for row in vote_rows_posted(data) if row.matter),
        talks=tuple(_talks(talk_rows_posted(data))),
        invited=tuple(cleaned.get("invited") or ()),
        attachment_ids=tuple(attachment_ids),
        dropped_file_ids=tuple(pk for pk in map(whole, _list(data, "drop_file")) if pk),
    )


def _vote(row: VoteRow) -> VoteInput:
    case = row.case if row.case in VoteCase.values else VoteCase.DECISION
    return VoteInput(row.matter, case, *(_number(text) for text in (row.yes, row.no, row.abstain, row.written_yes)))


def _talks(rows: Iterable[TalkRow]) -> Iterator[TalkInput]:
    """The talks typed; a line without a talker has that of the line before."""
    talker, name = "", ""
    for row in rows:
        if row.talker or row.name:
            talker, name = row.talker, row.name
        talked = whole(row.talked)
        if talked and (talker or name):
            yield TalkInput(talked, whole(talker), name)


def _number(text: str) -> int:
    return min(whole(text) or 0, 100_000)


def _said(row) -> Iterable[str]:
    if isinstance(row, VoteRow):
        return (row.matter, row.yes.strip("0"), row.no.strip("0"))
    return (row.talker, row.name, row.talked)


def _numbers(data: Mapping[str, str], prefix: str, field: str) -> list[int]:
    found = []
    for name in data:
        parts = name.split("-")
        if len(parts) == 3 and parts[0] == prefix and parts[2] == field and whole(parts[1]) is not None:
            found.append(int(parts[1]))
    return sorted(set(found))[:MOST_ROWS]


def _list(data: Mapping[str, str], name: str) -> list[str]:
    return data.getlist(name) if hasattr(data, "getlist") else []
