"""What one record says in facts (scoring.md, Words): record in, lines out; no model, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from activities.rules.attendance import Headcount
from activities.rules.quorum import is_quorate
from core.periods import Month

BACKFILL_LIMIT = timedelta(days=30)


@dataclass(frozen=True)
class Record:
    """One branch's share of one record, as far as facts go.

    `tags` are the other things the gathering was; `held_metric`, `quorum` and `attendance_metric` are its type's.
    """

    kind: str
    shape: str
    held_on: date
    held_metric: str = ""
    attendance_metric: str = ""
    quorum: str = ""
    tags: frozenset[str] = frozenset()
    count: Headcount = field(default_factory=Headcount)
    by_branch: bool = False  # no roll call: the branch as such took part (a paper, a meeting of the committee)
    attachment_missing: bool = False


@dataclass(frozen=True, order=True)
class FactLine:
    """One fact to report: metric, day, quantity."""

    metric: str
    happened_on: date
    quantity: int = 1


def facts_of(record: Record, tags: Mapping[str, Mapping[str, Any]]) -> list[FactLine]:
    """The facts a record gives by itself; none for a gathering without quorum.

    Attendance, group meetings and talks depend on the branch's other records of the period: rules.choose, rules.talks.
    """
    if not is_valid(record):
        return []
    metrics = {record.held_metric} if record.held_metric not in ("", "group_meeting.held") else set()
    for code in record.tags:
        tag = tags.get(code)
        if tag and _tag_counts(record, tag):
            metrics.add(tag["metric"])
    if record.attachment_missing:
        metrics.add("record.attachment_missing")
    return sorted(FactLine(metric, record.held_on) for metric in metrics)


def is_valid(record: Record, purpose: str = "") -> bool:
    """Whether the record counts as what it is, or (with a purpose) as the other thing that it also was."""
    if record.shape != "gathering" or record.by_branch:
        return True
    quorum = {"general_meeting": "voting_members", "theme_day": ""}.get(purpose, record.quorum)
    count = record.count
    return is_quorate(
        quorum,
        voters_due=count.voters_due,
        voters_present=count.voters_present,
        committee_due=count.committee_due,
        committee_present=count.committee_present,
        present=count.present,
    )


def _tag_counts(record: Record, tag: Mapping[str, Any]) -> bool:
    if tag.get("only_kinds") and record.kind not in tag["only_kinds"]:
        return False
    needed = tag.get("needs")
    if needed and needed != record.kind and needed not in record.tags:
        return False
    return is_valid(record, tag.get("purpose", ""))


def attendance_purposes(record: Record, tags: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """As which gatherings its attendance may be counted: theme_day, general_meeting, both or none."""
    if record.shape != "gathering" or record.by_branch or not is_valid(record):
        return []
    purposes = {record.attendance_metric} if record.attendance_metric else set()
    for code in record.tags:
        tag = tags.get(code, {})
        if tag.get("purpose") and _tag_counts(record, tag):
            purposes.add(tag["purpose"])
    return sorted(purposes)


def is_late(held_on: date, first_sent_at: datetime) -> bool:
    """Whether it was first sent after 24:00 on the 5th of the month after it was held."""
    return first_sent_at >= Month.of(held_on).record_deadline


def is_late_backfill(held_on: date, first_sent_at: datetime) -> bool:
    """Whether it was first sent more than 30 days after its deadline."""
    return first_sent_at > Month.of(held_on).record_deadline + BACKFILL_LIMIT


def lag_days(held_on: date, first_sent_at: datetime) -> int:
    """How many days after the deadline it was sent, begun days counted; 0 when on time."""
    late = first_sent_at - Month.of(held_on).record_deadline
    return 0 if late < timedelta(0) else late.days + 1


def record_label(day: date, kind: str, title: str) -> str:
    """Day, type and title; the type only where the title does not say it."""
    return f"{day.month}月{day.day}日 " + (title if kind in title else f"{kind} {title}".strip())
