"""When a veto is proposed by the system, and how long the branch may reply."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

REPLY_WORKDAYS = 5


def reply_until(proposed_on: date, add_workdays: Callable[[date, int], date]) -> date:
    """The last day of the branch's reply: 5 working days after the proposal."""
    return add_workdays(proposed_on, REPLY_WORKDAYS)


def system_vetoes(
    *, overdue_since: date | None, on: date, org_life_held: bool, appraisal_closed: bool
) -> list[tuple[str, str]]:
    """V06 and V07 as (code, ground): a term overdue for more than a year; no meeting or appraisal in the year."""
    found = []
    if overdue_since and on >= _a_year_after(overdue_since):
        found.append(("V06", f"任期于{overdue_since.isoformat()}届满，逾期一年以上未换届且无批复"))
    missing = [name for name, done in (("组织生活会", org_life_held), ("民主评议", appraisal_closed)) if not done]
    if missing:
        found.append(("V07", f"本年度未见{'、'.join(missing)}记录"))
    return found


def _a_year_after(day: date) -> date:
    """The same day a year later; of 29 February, 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)
