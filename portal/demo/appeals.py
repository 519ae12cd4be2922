"""The demo's appeals: two about last year, one upheld with a restatement, one rejected; two about a recent month."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from appraisal import services
from appraisal.models import Appeal
from appraisal.services import AppealInput
from assessment.closing import close_month, reopen_month
from assessment.marks import give_mark
from assessment.models import MonthClosing, ReviewMark
from branches.models import User
from branches.permissions import Viewer
from core.periods import Month
from core.periods import today as today_of
from core.workdays import add_workdays

from .records import at
from .register import Register

REJECTED_PLACE, RECENT_PLACE, OWN_PLACE = 4, 11, 8  # 8 is the branch of the account shuji


def appeal_last_year(register: Register, year: int) -> None:
    """Filed the day December was closed; the upheld one leads to a new mark and December closed anew."""
    first, second = register.officers
    day = date(year + 1, 1, 8)
    place, level = _marked_low(register, year)
    upheld = _file(register, place, day, Month(year, 12), "item", "F1", _WORDS[0])
    rejected = _file(register, REJECTED_PLACE, day, Month(year, 12), "item", "D1", _WORDS[1])
    answered_on = day + timedelta(days=1)
    _answer(second, rejected, "rejected", _ANSWERS[1], answered_on)
    _answer(second, upheld, "upheld", _ANSWERS[0], answered_on)
    mended_on = day + timedelta(days=3)
    actor, now = Viewer.of(second, mended_on), at(mended_on, 9)
    root_id, december = register.root.pk, Month(year, 12)
    reason = f"申诉更正：{register.branches[place].plan.name}F1.2漏计市级立项"
    reopen_month(actor=actor, root_id=root_id, month=december, reason=reason, now=now)
    give_mark(
        actor=actor,
        branch_id=upheld.branch_id,
        rule_code="F1.2",
        year=year,
        level=level,
        reason="申诉复核：市级立项一项",
        now=at(mended_on, 10),
    )
    close_month(actor=Viewer.of(first, mended_on), root_id=root_id, month=december, now=at(mended_on, 11))
    services.record_mending(actor=actor, appeal_id=upheld.pk, note="F1.2重新评定，12月重新封存", now=at(mended_on, 14))


def appeal_this_year(register: Register, today: date) -> None:
    """About the month closed last: one still unanswered, one rejected a few days later; nothing where none fits."""
    closing = MonthClosing.objects.filter(root=register.root, reopened_at__isnull=True).order_by("-month").first()
    if closing is None or closing.month // 100 != today.year:
        return
    month, closed_on = Month.from_key(closing.month), today_of(closing.closed_at)
    day = min(today, add_workdays(closed_on, 3))
    _file(register, OWN_PLACE, day, month, "item", "B2", _WORDS[2])
    answered = _file(register, RECENT_PLACE, day, month, "item", "D4", _WORDS[3])
    answered_on = add_workdays(day, 2)
    if answered_on <= today:
        _answer(register.officers[1], answered, "rejected", _ANSWERS[2], answered_on)


_WORDS = (
    ("“桥隧养护攻坚”已列市级党建立项（附件文号见领办项目表），评定时只按局级计。", "按市级立项重新评定F1.2"),
    ("9月党员大会因防汛推迟到10月8日召开，应视为第三季度召开。", "第三季度按召开计"),
    ("退回的两次记录都在当天改好重报，属于漏传附件，不宜按退回扣分。", "B2.2不扣退回分"),
    ("当月主题党日与港航科联合开展，本支部也应计一次。", "主题党日计1次"),
)
_ANSWERS = (
    "经查立项文件，该项目确为市级立项，评定时未附文件。同意按市级重新评定F1.2，12月得分重新封存。",
    "按方案D1按季度计，10月8日召开的计入第四季度；防汛推迟应在9月底前报机关党委备案，未见备案，不予调整。",
    "联合活动的组织者已登记，邀请贵支部确认的事项未在截止日前确认，按方案不计。今后请及时确认。",
)


def _file(
    register: Register, place: int, day: date, month: Month, subject: str, code: str, words: tuple[str, str]
) -> Appeal:
    branch = register.branches[place]
    secretary = User.objects.get(member=branch.members[0])
    given = AppealInput(month=month, subject=subject, code=code, ground=words[0], wanted=words[1])
    now = _at(day)
    return services.file_appeal(actor=Viewer.of(secretary, day), branch_id=branch.row.pk, given=given, now=now)


def _at(day: date) -> datetime:
    return at(day, 16)


def _answer(officer: User, appeal: Appeal, verdict: str, answer: str, day: date) -> None:
    services.answer_appeal(
        actor=Viewer.of(officer, day), appeal_id=appeal.pk, verdict=verdict, answer=answer, now=at(day, 11)
    )


def _marked_low(register: Register, year: int) -> tuple[int, str]:
    """A branch whose F1.2 was not marked 好, and the next better level."""
    marks = ReviewMark.objects.filter(root=register.root, rule_code="F1.2", year=year, withdrawn_at__isnull=True)
    levels = dict(marks.values_list("branch_id", "level_code"))
    for wanted, better in (("fair", "good"), ("plain", "fair")):
        for branch in register.branches[12:]:
            if levels.get(branch.row.pk) == wanted:
                return branch.place, better
    return 14, "good"
