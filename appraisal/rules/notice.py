"""How long results are on public notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

NOTICE_WORKDAYS = 5


def notice_until(posted_on: date, add_workdays: Callable[[date, int], date]) -> date:
    """The last day of the notice: the fifth working day after it was posted."""
    return add_workdays(posted_on, NOTICE_WORKDAYS)
