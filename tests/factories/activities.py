"""Records for tests: as typed (RecordInput), drafted, sent and approved through the services."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from activities.models import Activity, ActivityType
from activities.selectors.due import due_people
from activities.services.drafting import save_draft
from activities.services.inputs import AttendanceMark, RecordInput
from activities.services.reviewing import approve_activities
from activities.services.submitting import submit_activity
from assessment.schemes import load_default
from branches.models import Organisation
from core.periods import SHANGHAI
from tests.factories.branches import TODAY, Cast

WORDS = {"agenda": "学习党章", "speeches": "大家谈了体会，也有不同看法。", "resolution": "按计划落实。"}


def at(day: date, hour: int = 9) -> datetime:
    """A moment of a day in Shanghai."""
    return datetime.combine(day, time(hour), SHANGHAI)


NOW = at(TODAY)


def load_scheme(root: Organisation, year: int = 2026) -> None:
    """The default scheme with its metrics, without which there are no facts."""
    load_default(year, root)


def record_input(branch: Organisation, kind: str = "theme_day", **fields: Any) -> RecordInput:
    """A complete record of the type, everyone present unless `away` (member id → status) says otherwise."""
    away = fields.pop("away", {})
    day = fields.setdefault("held_on", date(2026, 11, 12))
    fields.setdefault("title", f"{day:%m%d}活动")
    fields.setdefault("starts_at", time(14, 30))
    fields.setdefault("ends_at", time(16, 0))
    for name, value in (("place", "二楼会议室"), ("host", "王书记"), ("recorder", "赵委员")):
        fields.setdefault(name, value)
    row = ActivityType.objects.get(code=kind)
    people = due_people(row, branch, fields.get("group_id"), day)
    marks = {person.member_id: "excluded" if person.excluded else "present" for person in people} | away
    fields.setdefault("attendance", {pk: AttendanceMark(status) for pk, status in marks.items()})
    fields.setdefault("texts", dict(WORDS))
    return RecordInput(kind_code=kind, branch_id=branch.pk, **fields)


def draft(
    cast: Cast, kind: str = "theme_day", *, by: str = "secretary", now: datetime = NOW, **fields: Any
) -> Activity:
    """A draft of the branch (or of `branch`)."""
    branch = fields.pop("branch", cast.branch)
    return save_draft(actor=cast.viewer(by), record=record_input(branch, kind, **fields), now=now)


def sent(cast: Cast, kind: str = "theme_day", *, by: str = "secretary", now: datetime = NOW, **fields: Any) -> Activity:
    """A record that was sent at `now`."""
    activity = draft(cast, kind, by=by, now=now, **fields)
    return submit_activity(actor=cast.viewer(by), activity_id=activity.pk, now=now)


def approved(cast: Cast, kind: str = "theme_day", *, now: datetime = NOW, **fields: Any) -> Activity:
    """A record that was sent and approved at `now`."""
    return approve(cast, sent(cast, kind, now=now, **fields), now=now)


def approve(cast: Cast, activity: Activity, *, by: str = "officer", now: datetime = NOW) -> Activity:
    """The record, approved."""
    (row,) = approve_activities(actor=cast.viewer(by), activity_ids=[activity.pk], now=now)
    return row
