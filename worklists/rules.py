"""Pure rules of closed loops: the steps of an item, who is the second person, what is overdue and when to remind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

REMIND_BEFORE = (7, 3, 1, 0)  # days left when the owner is reminded
TELL_OVERDUE_EVERY = 7  # days between two words about the same overdue item
OFFICERS_HEAR_AFTER = 3  # days overdue when the committee hears of it
VERIFY_WITHIN = 5  # days after which a waiting proof is spoken of

# The list an item belongs to, by the first part of its source.
KINDS = {
    "finding": "检查整改",
    "review": "述职评议整改",
    "appraisal": "民主评议整改",
    "meeting": "组织生活会整改",
    "task": "交办事项",
}
OTHER_KIND = "其他事项"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from which states, to which, and its name on the button."""

    name: str
    sources: frozenset[str]
    target: str


def _step(name: str, target: str, *sources: str) -> Step:
    return Step(name, frozenset(sources), target)


STEPS = {
    "report": _step("报完成", "done", "open"),
    "send_back": _step("退回重办", "open", "done"),
    "verify": _step("核验通过", "verified", "done"),
    "close": _step("回访销号", "closed", "verified"),
    "reopen": _step("重新打开", "open", "verified", "closed"),
    "extend": _step("调整期限", "open", "open"),
    "cancel": _step("撤销", "cancelled", "open", "done"),
}
STATE_WORDS = {
    "open": "办理中",
    "done": "待核验",
    "verified": "待回访",
    "closed": "已销号",
    "cancelled": "已撤销",
}
BADGES = {"open": "started", "done": "pending", "verified": "confirmed", "closed": "done", "cancelled": "withdrawn"}
UNFINISHED = ("open", "done", "verified")


def kind_of(source: str) -> str:
    """finding:12 → finding."""
    return source.partition(":")[0]


def kind_word(kind: str) -> str:
    """The list's name on the page."""
    return KINDS.get(kind, OTHER_KIND)


def is_open(step: str, state: str) -> bool:
    """Whether the step can be taken in this state."""
    return state in STEPS[step].sources


def refusal(step: str, state: str) -> str:
    """Why the step is not open, in words."""
    return f"这一事项现在是“{STATE_WORDS.get(state, state)}”，不能{STEPS[step].name}。"


def after_verifying(*, with_callback: bool) -> str:
    """Where a verified item goes: closed, or first asked whether it holds."""
    return "verified" if with_callback else "closed"


def second_person_fault(
    rule: str, actor: int | None, *, opened_by: int | None, owner: int | None, done_by: int | None
) -> str:
    """Why this person may not verify, "" if they may. Nobody verifies what they did or owned.

    `rule` "another" wants somebody who did not open the item either; "second" allows the opener.
    """
    if actor is None:
        return ""  # the system
    if actor in (owner, done_by):
        return "自己办理的事项不能由自己核验。"
    if rule == "another" and actor == opened_by:
        return "这一事项由您提出，须由另一位同志核验。"
    return ""


def is_overdue(state: str, due_on: date, done_on: date | None, today: date) -> bool:
    """Open past its due day; a proof handed in on time stays on time while it waits."""
    return (state == "open" and today > due_on) or (state in ("done", "verified") and _late(done_on, due_on))


def is_late(due_on: date, done_on: date | None) -> bool:
    """Whether what was done was done after its day; for ever."""
    return _late(done_on, due_on)


def _late(done_on: date | None, due_on: date) -> bool:
    return done_on is not None and done_on > due_on


def days_words(state: str, due_on: date, today: date) -> str:
    """还有3天, 今天到期, 逾期2天; nothing for what is no longer open."""
    if state != "open":
        return ""
    left = (due_on - today).days
    if left < 0:
        return f"逾期{-left}天"
    return f"还有{left}天" if left else "今天到期"


def reminder_stage(due_on: date, opened_on: date, today: date) -> str:
    """The occasion on which the owner of an open item hears of it today; "" for none.

    Before: the smallest of REMIND_BEFORE not below the days left, but not on the day it was opened, which has
    its own message. After: once, and again every week.
    """
    if today <= opened_on:
        return ""
    left = (due_on - today).days
    if left < 0:
        return f"late{(-left - 1) // TELL_OVERDUE_EVERY}"
    stage = min((one for one in REMIND_BEFORE if left <= one), default=None)
    return "" if stage is None else f"due{stage}"


def speaks_to_officers(due_on: date, today: date) -> bool:
    """Whether an open item is overdue long enough for the committee to hear of it."""
    return today >= due_on + timedelta(days=OFFICERS_HEAR_AFTER)


def waits_too_long(done_on: date, today: date) -> bool:
    """Whether a proof waits for its second person too long."""
    return today >= done_on + timedelta(days=VERIFY_WITHIN)
