"""Pure rules of study: hours of a gathering, the same hour counted once, leave over a third. No model, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

HOUR_MINUTES = 45  # 1 学时
HALF_DAY, WHOLE_DAY = 4000, 8000  # thousandths of an hour of study
NOON_ENDS, NOON_BEGINS = time(13), time(12)
HERE = frozenset({"present", "late"})
ON_LEAVE = frozenset({"leave_sick", "leave_personal"})  # 因公 is duty, not leave
NOT_DUE = frozenset({"excluded"})
MEETINGS = frozenset({"general_meeting", "group_meeting", "party_lecture"})  # 支部党员大会、党小组会、党课
# what a gathering is as study: the first of its kind and its tags that stands here
CREDIT_OF = {
    "party_lecture": "K01",
    "theme_day": "K01",
    "general_meeting": "K01",
    "group_meeting": "K01",
    "integrity_education": "K03",
}

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Sitting:
    """One member at one gathering: what it was (kind and tags), when, and where the member was."""

    activity_id: int
    natures: tuple[str, ...]
    status: str
    span: Span | None = None

    @property
    def is_due(self) -> bool:
        return self.status not in NOT_DUE

    @property
    def was_there(self) -> bool:
        return self.status in HERE

    @property
    def is_meeting(self) -> bool:
        """One of the three whose attendance item MB1 judges."""
        return not MEETINGS.isdisjoint(self.natures)

    @property
    def is_theme_day(self) -> bool:
        return "theme_day" in self.natures

    @property
    def credit(self) -> str:
        """The kind of credit its hours give; "" for what is no collective study."""
        return next((CREDIT_OF[nature] for nature in self.natures if nature in CREDIT_OF), "")


def hours_of(span: Span) -> int:
    """Hours of study (thousandths, down to tenths): 45 minutes each; at most 4 in half a day, 8 in a day."""
    start, end = span
    minutes = int((end - start).total_seconds()) // 60
    is_half = start.date() == end.date() and (end.time() <= NOON_ENDS or start.time() >= NOON_BEGINS)
    return min(minutes * 10 // HOUR_MINUTES * 100, HALF_DAY if is_half else WHOLE_DAY)


def study_hours(sittings: Iterable[Sitting], taken: Iterable[Span] = ()) -> dict[int, int]:
    """Hours (thousandths) by gathering of one member on one day: no hour twice, eight in all.

    Of two at the same time the earlier one counts; `taken` are times that already gave hours elsewhere.
    """
    busy, left, found = list(taken), WHOLE_DAY, {}
    there = [one for one in sittings if one.was_there and one.credit and one.span]
    for one in sorted(there, key=lambda one: (one.span, one.activity_id)):
        assert one.span is not None
        if any(one.span[0] < end and start < one.span[1] for start, end in busy):
            continue
        busy.append(one.span)
        hours = min(hours_of(one.span), left)
        left -= hours
        if hours:
            found[one.activity_id] = hours
    return found


def lines_of(sitting: Sitting, hours: int) -> list[tuple[str, int]]:
    """What one sitting says of a member: (metric, quantity in thousandths)."""
    lines = [(f"credit.{sitting.credit}", hours)] if hours else []
    if sitting.is_theme_day and sitting.is_due:
        lines.append(("theme_day.member_expected", 1000))
        if sitting.was_there:
            lines.append(("theme_day.attended_or_made_up", 1000))
    if sitting.is_meeting and sitting.status == "absent":
        lines.append(("member.absent_no_leave", 1000))
    if sitting.is_meeting and sitting.status == "late":
        lines.append(("member.late", 1000))
    return lines


def leave_over_third(expected: int, leave: int) -> bool:
    """全年请假超过应到三分之一; judged when the year is over."""
    return 3 * leave > expected
