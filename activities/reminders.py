"""Who is to be reminded of what today: only what is still undone, each occasion once; pure in `today`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count
from django.urls import reverse

from activities.models import Activity, ActivityState, SheetState
from activities.rules.yearplan import LACKING, PlanLine
from activities.selectors.duties import DutyCard, duty_overview
from activities.selectors.people import officer_accounts, officers_over, secretary_accounts
from activities.selectors.yearplan import Plan, read_plans
from branches.models import Organisation
from branches.permissions import SYSTEM
from core.periods import Month
from notices.services import notify

MONTH_STAGES = (10, 5, 1)  # days before the end of the month
QUARTER_STAGES = (20, 10, 3)  # days before the end of the quarter
YEAR_STAGES = (30, 10, 3)  # days before a yearly one of the 四个一 is due
QUARTERLY_ONES = frozenset({"party_affairs_meeting"})
DEADLINE_DAYS = (3, 5)  # of the next month; the deadline is 24:00 on the 5th
LAST_DEADLINE_DAY = 5
SECRETARY_AFTER, OFFICER_AFTER = 1, 5  # days after the deadline
TOLD_FOR = 10  # a missed day is made up for that long
NAMED = 6
UNDONE = ("missing", "overdue", "returned", "draft")


@dataclass(frozen=True, slots=True)
class BranchState:
    """What is undone in one branch: this month's and quarter's duties, and what last month still lacks."""

    branch_id: int
    name: str
    now_cards: Sequence[DutyCard] = ()
    last_cards: Sequence[DutyCard] = ()
    last_sheet: str = SheetState.OPEN
    last_unsent: int = 0


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message to be told once: to whom, what, why, where to do it."""

    branch_id: int
    kind: str
    title: str
    text: str
    url: str
    dedupe_key: str


@dataclass(slots=True)
class Round:
    """What one round of reminders did."""

    reminders: list[Reminder] = field(default_factory=list)
    told: int = 0


def remind(*, root: Organisation, today: date, now: datetime) -> Round:
    """Work out today's reminders of one committee and tell them; a second run tells nobody again."""
    states = branch_states(root, today)
    reminders = [reminder for state in states for reminder in reminders_for(state, today)]
    secretaries = secretary_accounts([state.branch_id for state in states], today)
    reminders += four_one_reminders(_plans(root, today), today)
    done = Round(reminders)
    for reminder in reminders:
        done.told += _tell(root, reminder, secretaries[reminder.branch_id], now)
    done.told += _tell_officers(root, states, today, now)
    return done


def _plans(root: Organisation, today: date) -> list[Plan]:
    """The plans with what is due this year, in January also what last year still lacks."""
    years = [today.year, *([today.year - 1] if today.month == 1 else [])]
    return [plan for year in years for plan in read_plans(SYSTEM, root, year, today=today)]


def four_one_reminders(plans: Iterable[Plan], today: date) -> list[Reminder]:
    """Today's messages about the yearly ones of the 四个一; the quarterly meeting is reminded of with the quarter."""
    return [
        reminder
        for plan in plans
        for line in plan.lines
        if line.four_one and line.is_own and not line.is_filled and line.code not in QUARTERLY_ONES
        for reminder in _four_one(plan, line, today)
    ]


def _four_one(plan: Plan, line: PlanLine, today: date) -> list[Reminder]:
    branch_id, left = plan.organisation.pk, (line.due_on - today).days
    stage = stage_of(left, YEAR_STAGES)
    is_over = -TOLD_FOR <= left < 0 and line.status == LACKING
    if stage is None and not is_over:
        return []
    when = "已过期限" if is_over else "今天到期" if left == 0 else f"还有{left}天到期"
    return [
        Reminder(
            branch_id=branch_id,
            kind="overdue" if is_over else "reminder",
            title=f"四个一：{line.name}{when}",
            text=f"应于{line.due_on.month}月{line.due_on.day}日前办，责任人：{line.owner or '支部书记'}。办了并登记后不再提醒。",
            url=f"{reverse('activities:plan_branch', args=[plan.year, branch_id])}#four",
            dedupe_key=f"four:{branch_id}:{line.key}:{'over' if is_over else stage}",
        )
    ]


def branch_states(root: Organisation, today: date) -> list[BranchState]:
    """What every branch of the committee has not done; constant queries."""
    month, last = Month.of(today), Month.of(today).previous
    per = ("month", "quarter") if last.number % 3 == 0 else ("month",)
    current = duty_overview(SYSTEM, root, month, today=today)
    before = {row.branch.pk: row for row in duty_overview(SYSTEM, root, last, today=today, per=per)}
    unsent = Activity.objects.filter(
        root=root, month=last.key, state__in=(ActivityState.DRAFT, ActivityState.RETURNED)
    ).order_by()
    counts = dict(unsent.values_list("branch_id").annotate(n=Count("pk")))
    return [
        BranchState(
            branch_id=row.branch.pk,
            name=row.branch.short_name,
            now_cards=tuple(row.cards),
            last_cards=tuple(before[row.branch.pk].cards) if row.branch.pk in before else (),
            last_sheet=before[row.branch.pk].sheet_state if row.branch.pk in before else SheetState.REVIEWED,
            last_unsent=counts.get(row.branch.pk, 0),
        )
        for row in current
    ]


def reminders_for(state: BranchState, today: date) -> list[Reminder]:
    """Today's messages to the secretary of one branch."""
    return [*_before_end(state, today), *_before_deadline(state, today), *_after_deadline(state, today)]


def lacks_of(state: BranchState) -> list[str]:
    """What last month still lacks, in words."""
    words = [f"{card.title}没有记录" for card in state.last_cards if card.state in UNDONE]
    if state.last_unsent:
        words.append(f"{state.last_unsent}条记录没有报送")
    if state.last_sheet in (SheetState.OPEN, SheetState.RETURNED):
        words.append("月报没有报送")
    return words


def stage_of(left: int, stages: Iterable[int]) -> int | None:
    """The stage reached: the smallest one not below the days left; None before the first and after the end."""
    return min((stage for stage in stages if 0 <= left <= stage), default=None)


def _before_end(state: BranchState, today: date) -> list[Reminder]:
    found: list[Reminder] = []
    for per, stages in (("month", MONTH_STAGES), ("quarter", QUARTER_STAGES)):
        undone = [card for card in state.now_cards if card.per == per and _is_undone(card)]
        if not undone:
            continue
        end = undone[0].deadline
        stage = stage_of((end - today).days, stages)
        if stage is None:
            continue
        left = (end - today).days
        when = "今天到期" if left == 0 else f"还有{left}天到期"
        found.append(
            Reminder(
                branch_id=state.branch_id,
                kind="reminder",
                title=f"{_names(card.title for card in undone)}{when}",
                text=f"应于{end.month}月{end.day}日前召开，召开后请当天登记；已开的登记并报送后不再提醒。",
                url=undone[0].url if len(undone) == 1 else _sheet_url(state, Month.of(today)),
                dedupe_key=f"due:{state.branch_id}:{per}:{Month.of(end).key}:{stage}",
            )
        )
    return found


def _before_deadline(state: BranchState, today: date) -> list[Reminder]:
    last = Month.of(today).previous
    day = max((day for day in DEADLINE_DAYS if day <= today.day), default=0)
    lacks = lacks_of(state)
    if not day or today.day > LAST_DEADLINE_DAY or not lacks:
        return []
    return [
        Reminder(
            branch_id=state.branch_id,
            kind="reminder",
            title=f"{last.number}月的记录和月报，{today.month}月5日24:00前报送",
            text=f"还差：{'；'.join(lacks[:NAMED])}。过期报送的记为补报。",
            url=_sheet_url(state, last),
            dedupe_key=f"deadline:{state.branch_id}:{last.key}:{day}",
        )
    ]


def _after_deadline(state: BranchState, today: date) -> list[Reminder]:
    last, late = Month.of(today).previous, today.day - LAST_DEADLINE_DAY
    lacks = lacks_of(state)
    if not SECRETARY_AFTER <= late <= SECRETARY_AFTER + TOLD_FOR or not lacks:
        return []
    return [
        Reminder(
            branch_id=state.branch_id,
            kind="overdue",
            title=f"{last.number}月还有{len(lacks)}项已过报送期限",
            text=f"还差：{'；'.join(lacks[:NAMED])}。仍可补报，补报计分，标为补报。",
            url=_sheet_url(state, last),
            dedupe_key=f"overdue:{state.branch_id}:{last.key}",
        )
    ]


def overdue_for_officers(states: Sequence[BranchState], today: date) -> list[BranchState]:
    """The branches that the committee hears of: five days after the deadline still something lacking."""
    late = today.day - LAST_DEADLINE_DAY
    if not OFFICER_AFTER <= late <= OFFICER_AFTER + TOLD_FOR:
        return []
    return [state for state in states if lacks_of(state)]


def _tell(root: Organisation, reminder: Reminder, people: Sequence[int], now: datetime) -> int:
    if not people:
        return 0
    return notify(
        recipients=people,
        kind=reminder.kind,
        title=reminder.title,
        text=reminder.text,
        url=reminder.url,
        dedupe_key=reminder.dedupe_key,
        root_id=root.pk,
        now=now,
    )


def _tell_officers(root: Organisation, states: Sequence[BranchState], today: date, now: datetime) -> int:
    """One message for each officer, naming the branches within their reach."""
    late = {state.branch_id: state for state in overdue_for_officers(states, today)}
    if not late:
        return 0
    accounts = officer_accounts(root.pk, today)
    named: dict[int, list[str]] = {}
    for branch in Organisation.objects.filter(pk__in=late).order_by("sort_key", "code"):
        for user_id in officers_over(branch, accounts):
            named.setdefault(user_id, []).append(branch.short_name)
    last = Month.of(today).previous
    told = 0
    for user_id, names in named.items():
        told += notify(
            recipients=[user_id],
            kind="overdue",
            title=f"{len(names)}个支部{last.number}月的记录或月报逾期{OFFICER_AFTER}天未报",
            text=f"{'、'.join(names[:20])}{'等' if len(names) > 20 else ''}。请督促补报。",
            url=f"{reverse('activities:month')}?month={last}",
            dedupe_key=f"overdue-officer:{root.pk}:{last.key}",
            root_id=root.pk,
            now=now,
            reason="您负责督促这些支部按期报送。",
        )
    return told


def _is_undone(card: DutyCard) -> bool:
    return card.missing > 0 and card.state in (*UNDONE, "not_due")


def _names(titles: Iterable[str]) -> str:
    names = list(dict.fromkeys(titles))
    return "、".join(names[:3]) + (f"等{len(names)}项" if len(names) > 3 else "")


def _sheet_url(state: BranchState, month: Month) -> str:
    return reverse("activities:sheet", args=[state.branch_id, str(month)])
