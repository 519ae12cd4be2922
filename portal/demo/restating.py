"""One closed month of the demo's years is opened again for what came late, and closed with its restatements."""

from __future__ import annotations

from datetime import datetime, timedelta

from assessment.closing import close_month, reopen_month
from branches.permissions import Viewer
from core.periods import Month, today

from .register import Register

REASON = "支部申诉成立：8月的记录因系统停电补报，经核实计入8月"


def restate(register: Register, month: Month, *, now: datetime) -> None:
    """Reopen a month with a reason and close it again two hours later."""
    actor = Viewer.of(register.officers[0], today(now))
    root_id = register.root.pk
    reopen_month(actor=actor, root_id=root_id, month=month, reason=REASON, now=now)
    close_month(actor=actor, root_id=root_id, month=month, now=now + timedelta(hours=2))
