"""Sends the demo's month sheets: most in time, some late, a few not at all."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from activities.models import MonthSheet, SheetState
from branches.models import User
from core.periods import Month

from .register import DemoBranch, Register


def send_sheets(register: Register, month: Month, until: datetime) -> None:
    """The sheets of one month as they stand at `until` (none before its end); what was left from earlier ones is reviewed."""
    left = MonthSheet.objects.filter(root=register.root, month__lt=month.key, state=SheetState.SENT)
    left.update(state=SheetState.REVIEWED, reviewed_at=until, reviewed_by=register.officers[0])
    if until.date() <= month.last_day:
        return
    secretaries = dict(User.objects.exclude(member=None).values_list("member_id", "pk"))
    sheets = (_sheet(register, branch, month, until, secretaries) for branch in register.branches)
    MonthSheet.objects.bulk_create(sheet for sheet in sheets if sheet is not None)


def _sheet(register: Register, branch: DemoBranch, month: Month, until: datetime, users: dict) -> MonthSheet | None:
    rng = random.Random(branch.place * 1_000_000 + month.key)
    if month.last_day < branch.plan.founded_on or rng.random() > branch.plan.diligence + 0.3:
        return None
    is_late = rng.random() > branch.plan.diligence + 0.08
    sent_at = month.record_deadline + timedelta(hours=rng.randint(2, 40) if is_late else -rng.randint(2, 90))
    if sent_at > until:
        return None
    sheet = MonthSheet(
        root=register.root,
        branch=branch.row,
        month=month.key,
        state=SheetState.SENT,
        revision=1,
        first_sent_at=sent_at,
        sent_at=sent_at,
        sent_by_id=users[branch.members[0].pk],
    )
    if (reviewed_at := sent_at + timedelta(hours=30)) <= until:
        sheet.state, sheet.reviewed_at, sheet.reviewed_by = SheetState.REVIEWED, reviewed_at, register.officers[0]
    return sheet
