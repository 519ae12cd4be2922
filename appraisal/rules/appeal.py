"""When a branch may object, until when it is answered, and who may not answer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

FILE_WORKDAYS = 5
REPLY_WORKDAYS = 5
REMIND_DAYS = 2  # left, when officers are reminded of an unanswered one
AddWorkdays = Callable[[date, int], date]


def file_until(closed_on: date | None, notice_ends_on: date | None, add_workdays: AddWorkdays) -> date | None:
    """The last day for objecting to a month's statement; None while the month is open, then any day will do.

    Five working days after the month was closed; and as long as the year's results are on notice.
    """
    if closed_on is None:
        return None
    until = add_workdays(closed_on, FILE_WORKDAYS)
    return max(until, notice_ends_on) if notice_ends_on else until


def reply_until(filed_on: date, add_workdays: AddWorkdays) -> date:
    """The last day for the answer: the fifth working day after the objection."""
    return add_workdays(filed_on, REPLY_WORKDAYS)


def answer_fault(actor: int | None, *, filed_by: int | None, marked_by: Collection[int]) -> str:
    """Why this person may not answer, "" if they may: nobody judges the own objection or the own mark."""
    if actor is None:
        return ""  # the system
    if actor == filed_by:
        return "申诉由您提出，不能由您答复。"
    if actor in marked_by:
        return "这一项的评分由您录入，须由机关党委另一位同志答复。"
    return ""


def is_late_reply(state: str, until: date, today: date) -> bool:
    """Whether an unanswered objection is past its day."""
    return state == "open" and today > until


def standing_key(branch_id: int, month: int, subject: str, code: str) -> str:
    """One thing is objected to once at a time."""
    return f"{branch_id}:{month}:{subject}:{code}"


def reply_stage(until: date, filed_on: date, today: date) -> str:
    """The occasion on which officers hear of an unanswered objection today; "" for none.

    Once when two days or fewer are left, once on the last day, then once a week; not on the day it was filed.
    """
    left = (until - today).days
    if today <= filed_on or left > REMIND_DAYS:
        return ""
    if left < 0:
        return f"late{(-left - 1) // 7}"
    return "due0" if left == 0 else f"due{REMIND_DAYS}"
