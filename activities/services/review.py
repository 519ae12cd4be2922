"""Reviewing what the queue shows: records, claims and sheets together, exactly as they were shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from activities.models import Activity, ActivityState, Claim, MonthSheet
from activities.services.claims import approve_claims, return_claim
from activities.services.reviewing import approve_activities, return_activity
from activities.services.sheets import approve_sheets, return_sheet, settle_sheets
from branches.permissions import Viewer, visible
from core.errors import Conflict

Shown = Mapping[int, int]  # id → version as the page showed it


@dataclass(frozen=True, slots=True)
class Selection:
    """What was ticked: ids with the version that was on the page."""

    records: Shown = field(default_factory=dict)
    claims: Shown = field(default_factory=dict)
    sheets: Shown = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.records) + len(self.claims) + len(self.sheets)


@transaction.atomic
def approve_shown(*, actor: Viewer, shown: Selection, now: datetime) -> int:
    """Approve all that is ticked, or nothing: Conflict names what changed since the page was drawn."""
    _demand_as_shown(actor, shown.records)
    records = approve_activities(actor=actor, activity_ids=shown.records, now=now) if shown.records else []
    claims = approve_claims(actor=actor, shown=shown.claims, now=now)
    pairs = {(part.branch_id, part.month) for part in [*records, *claims]}
    sheets = approve_sheets(actor=actor, shown=shown.sheets, now=now)
    pairs -= {(sheet.branch_id, sheet.month) for sheet in sheets}
    if pairs:
        settle_sheets(actor=actor, pairs=pairs, now=now)
    return shown.count


@transaction.atomic
def return_part(
    *, actor: Viewer, what: str, pk: int, version: int | None, reason: str, now: datetime
) -> Activity | Claim | MonthSheet:
    """Return one record, claim or sheet with a reason; the sheet it belongs to waits again."""
    if what == "sheet":
        return return_sheet(actor=actor, sheet_id=pk, version=version, reason=reason, now=now)
    if what == "claim":
        part = return_claim(actor=actor, claim_id=pk, version=version, reason=reason, now=now)
    else:
        if version is not None:
            _demand_version(actor, pk, version)
        part = return_activity(actor=actor, activity_id=pk, reason=reason, now=now)
    settle_sheets(actor=actor, pairs={(part.branch_id, part.month)}, now=now)
    return part


def _demand_as_shown(actor: Viewer, shown: Shown) -> None:
    """All records still there, in the state and version shown; locked until the end."""
    found = _locked(actor, shown)
    changed = [row for row in found if row.version != shown[row.pk] or row.state != ActivityState.SUBMITTED]
    gone = len(shown) - len(found)
    if changed or gone:
        raise Conflict(
            f"有{len(changed) + gone}条记录已有变化，这一批都没有审核。",
            remedy="变化的如下；请看过新的内容，再审核其余的。",
            fields={"records": [f"{row.branch.short_name} {row.held_on:%-m月%-d日} {row.title}" for row in changed]},
        )


def _demand_version(actor: Viewer, pk: int, version: int) -> None:
    if any(row.version != version for row in _locked(actor, [pk])):
        raise Conflict("这条记录刚刚有人改过。", remedy="请刷新后看过新的内容，再退回。")


def _locked(actor: Viewer, ids: Iterable[int]) -> list[Activity]:
    rows = visible(Activity.objects.select_related("branch"), actor).select_for_update(of=("self",))
    return list(rows.filter(pk__in=list(ids)).order_by("pk"))
