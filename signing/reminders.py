"""When somebody who has not signed is reminded: before the deadline, on it, and each week after; pure in `today`."""

from __future__ import annotations

from datetime import date, datetime

from branches.models import Organisation
from signing.models import Paper, PaperState
from signing.selectors import CLOSE
from signing.services.telling import tell_in_turn

AGAIN = 7  # days between reminders once the deadline is over
GIVEN_UP = 28  # days after the deadline the list of the committee is enough


def is_told(due_on: date | None, today: date) -> bool:
    """Whether the day is one on which an unsigned paper is called to mind."""
    if due_on is None:
        return False
    left = (due_on - today).days
    return left in (CLOSE, 0) or (-GIVEN_UP <= left < 0 and left % AGAIN == 0)


def remind(*, root: Organisation, today: date, now: datetime) -> int:
    """Tell those whose turn it is; a second run tells nobody again. The number told."""
    rows = Paper.objects.filter(root=root, state=PaperState.OPEN).select_related("branch")
    rows = [row for row in rows.prefetch_related("signers") if is_told(row.due_on, today)]
    return tell_in_turn(rows, on=today, now=now, occasion=f"remind:{today}") if rows else 0
