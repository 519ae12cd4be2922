"""What can be entered about a member, by whom, and what cannot be right about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from activities.rules.claimable import ClaimKind, quantity_fault

MAKE_UP = "credit.K10"
MAKE_UP_DAYS = timedelta(days=30)
TIMED = frozenset({"credit.K02", "credit.K03", "credit.K04"})  # study at a place and time: hours follow from the times
ONCE_A_YEAR = frozenset({"member.best_test_mark", "credit.K09"})
BY_COMMITTEE = frozenset({"member.tasks_on_time", "member.dues_late"})  # what the branch itself keeps
MADE_UP_FOR = frozenset({"leave_official", "leave_sick"})


@dataclass(frozen=True, slots=True)
class MemberKind(ClaimKind):
    """One thing that can be entered about a member; `is_own`: by the member, too."""

    is_credit: bool = False
    is_own: bool = True

    @property
    def is_timed(self) -> bool:
        return self.metric in TIMED

    @property
    def is_make_up(self) -> bool:
        return self.metric == MAKE_UP


def member_quantity_fault(kind: MemberKind, quantity: int, base: int) -> str:
    """What cannot be right about the numbers (thousandths), in words; hours of study may be broken."""
    if kind.unit == "学时":
        if not 0 < quantity <= 40_000:
            return "学时应大于0，一次最多40学时。"
        return ""
    return quantity_fault(kind, quantity, base)


def make_up_fault(status: str, missed_on: date, made_up_on: date) -> str:
    """Whether this absence can be made up for on that day: on leave for duty or illness, within 30 days."""
    if status not in MADE_UP_FOR:
        return "只有因公或病假缺席的可以补学。"
    if not missed_on <= made_up_on <= missed_on + MAKE_UP_DAYS:
        return "补学应在缺席后30天内。"
    return ""


def natural_key(kind: MemberKind, *, member_id: int, year: int, occurrence: str, makes_up: int | None) -> str | None:
    """What makes a claim the same as another one that stands; None where several are right."""
    if kind.metric in ONCE_A_YEAR:
        return f"{member_id}:{kind.metric}:{year}"
    if kind.is_make_up:
        return f"{member_id}:{kind.metric}:{makes_up}"
    return f"{member_id}:{kind.metric}:{occurrence}" if kind.needs_occurrence and occurrence else None
