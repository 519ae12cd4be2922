"""The duties of branches as cards (本月该做的事), and for the officer what each branch has not done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse

from activities.models import ActivityState, Duty, MonthSheet, SheetState, TalkPair
from activities.rules.duties import (
    DutyState,
    DutyTerms,
    Period,
    duty_state,
    measured_months,
    progress_state,
)
from activities.selectors.shares import Shares, shares_of
from branches.models import Organisation
from branches.permissions import Viewer, can, sees, visible, visible_branches
from branches.selectors import groups_on, has_committee_on, members_on
from core.periods import Month

TALKS = "heart_talk"
WANTING = ("missing", "overdue", "returned", "draft")
# Duties without a metric of their own, or whose metric is fed otherwise than by one record.
METRIC_OF = {TALKS: "member.talked", "democratic_appraisal": "democratic_appraisal.closed"}
# The order of the cards: what every month asks for comes first.
PER_ORDER = {"month": 0, "quarter": 1, "half": 2, "year": 3}


@dataclass(frozen=True, slots=True)
class DutyCard:
    """One duty of one branch (or group) in its period, as a card shows it."""

    code: str
    name: str
    per: str
    metric: str
    state: str
    words: str
    deadline: date
    url: str
    missing: int = 0
    activity_id: int | None = None
    group: str = ""

    @property
    def is_done(self) -> bool:
        return not self.missing

    @property
    def word(self) -> str:
        """The badge's own word where the usual 未开 would be odd: a talk or a paper is not a meeting."""
        return "未办" if self.state == "missing" and self.code in (TALKS, "disclosure") else ""

    @property
    def title(self) -> str:
        return f"{self.name}（{self.group}）" if self.group else self.name


@dataclass(slots=True)
class BranchDuties:
    """One branch in the officer's list: its cards and how its month sheet stands; `until` ends the month asked for."""

    branch: Organisation
    until: date
    cards: list[DutyCard] = field(default_factory=list)
    sheet_state: str = SheetState.OPEN

    @property
    def missing(self) -> list[DutyCard]:
        """What is lacking of this month; a quarter or year that still runs is not."""
        return lacking(self.cards, self.until)

    @property
    def is_sent(self) -> bool:
        return self.sheet_state in (SheetState.SENT, SheetState.REVIEWED)


def duties_of(viewer: Viewer, branch: Organisation, month: Month, *, today: date) -> list[DutyCard]:
    """The branch's duties in the periods in which the month lies; [] outside the scope. At most 7 queries."""
    if not sees(viewer, branch, "activity"):
        return []
    return _cards([branch], month, today, _duties(), can_log=can(viewer, "activity.log", branch))[branch.pk]


def lacking(cards: Iterable[DutyCard], until: date) -> list[DutyCard]:
    """What is lacking by the end of a month (`until`); a quarter or year that still runs then is not."""
    return [card for card in cards if card.state in WANTING and card.deadline <= until]


def duty_count(cards: Sequence[DutyCard], until: date) -> tuple[int, int]:
    """How many are done, and how many are lacking by the end of the month, as on the month sheet."""
    return sum(card.is_done for card in cards), len(lacking(cards, until))


def duty_overview(
    viewer: Viewer, root: Organisation, month: Month, *, today: date, per: Iterable[str] = ("month", "quarter")
) -> list[BranchDuties]:
    """All branches of the committee that the viewer may see, with what they have not done; constant queries."""
    branches = visible_branches(viewer, "activity").filter(root=root, founded_on__lte=month.last_day)
    branches = list(branches.exclude(dissolved_on__lt=month.first_day).order_by("sort_key", "code"))
    wanted = set(per)
    cards = _cards(branches, month, today, [duty for duty in _duties() if duty.per in wanted], can_log=False)
    sheets = visible(MonthSheet.objects.filter(root=root, month=month.key), viewer)
    states = dict(sheets.values_list("branch_id", "state"))
    return [
        BranchDuties(branch, month.last_day, cards[branch.pk], states.get(branch.pk, SheetState.OPEN))
        for branch in branches
    ]


def log_url(code: str, branch_id: int, *, group_id: int | None = None, day: date | None = None) -> str:
    """The form that logs a record of this type for this branch."""
    query = f"?kind={code}&branch={branch_id}"
    query += f"&group={group_id}" if group_id else ""
    query += f"&date={day.isoformat()}" if day else ""
    return reverse("activities:new") + query


def _duties() -> list[Duty]:
    """The duties that are met by records; those of other features are shown there."""
    duties = Duty.objects.filter(is_active=True, kind__isnull=False, scope__in=("branch", "group", "member"))
    return sorted(duties.select_related("kind"), key=lambda duty: (PER_ORDER[duty.per], duty.kind.sort_order))


def _cards(
    branches: Sequence[Organisation], month: Month, today: date, duties: Sequence[Duty], *, can_log: bool
) -> dict[int, list[DutyCard]]:
    ids = [branch.pk for branch in branches]
    periods = {duty.pk: Period.of(duty.per, month) for duty in duties}
    first = min((period.first for period in periods.values()), default=month)
    last = max((period.last for period in periods.values()), default=month)
    metrics = {duty.metric for duty in duties if duty.metric}
    shares = shares_of(ids, first, last, metrics)
    on = min(max(month.first_day, today), month.last_day)
    facts = _Facts(
        shares=shares,
        committees=has_committee_on(ids, on),
        groups=groups_on(ids, on),
        talks=_talks(ids, month.year, on) if any(duty.code == TALKS for duty in duties) else {},
        today=today,
        can_log=can_log,
    )
    return {branch.pk: _branch_cards(branch, duties, periods, facts) for branch in branches}


@dataclass(slots=True)
class _Facts:
    shares: Shares
    committees: dict[int, bool]
    groups: dict[int, list[Organisation]]
    talks: dict[int, tuple[int, int]]
    today: date
    can_log: bool


def _branch_cards(
    branch: Organisation, duties: Sequence[Duty], periods: dict[int, Period], facts: _Facts
) -> list[DutyCard]:
    cards: list[DutyCard] = []
    for duty in duties:
        period = periods[duty.pk]
        if not _applies(branch, duty, period, facts):
            continue
        if duty.scope == "group":
            cards += [_card(branch, duty, period, facts, group) for group in facts.groups[branch.pk]]
        else:
            cards.append(_card(branch, duty, period, facts, None))
    return cards


def _applies(branch: Organisation, duty: Duty, period: Period, facts: _Facts) -> bool:
    if duty.applies_if == "has_committee" and not facts.committees[branch.pk]:
        return False
    measured = measured_months(period.last.year, founded_on=branch.founded_on, dissolved_on=branch.dissolved_on)
    return measured is not None and period.last >= measured[0] and period.first <= measured[1]


def _card(branch: Organisation, duty: Duty, period: Period, facts: _Facts, group: Organisation | None) -> DutyCard:
    state = _state(branch, duty, period, facts, group)
    return DutyCard(
        code=duty.code,
        name=duty.name,
        per=duty.per,
        metric=str(METRIC_OF.get(duty.code, duty.metric)),
        state=state.state,
        words=state.words,
        deadline=state.deadline,
        url=_url(branch, duty, period, state, facts, group),
        missing=state.missing,
        activity_id=state.activity_id,
        group=group.short_name if group else "",
    )


def _state(branch: Organisation, duty: Duty, period: Period, facts: _Facts, group: Organisation | None) -> DutyState:
    terms = DutyTerms(duty.code, duty.name, duty.per, duty.target, duty.applies_if, duty.window)
    if duty.code == TALKS:
        done, need = facts.talks.get(branch.pk, (0, 0))
        return progress_state(terms, period, done=done, need=need, on=facts.today)
    records = facts.shares.records(branch.pk, duty.kind.code, duty.metric, group_id=group.pk if group else None)
    return duty_state(terms, period, records, facts.today)


def _url(
    branch: Organisation, duty: Duty, period: Period, state: DutyState, facts: _Facts, group: Organisation | None
) -> str:
    if state.activity_id:
        return reverse("activities:detail", args=[state.activity_id])
    if not facts.can_log or state.state in ("reached", "on_time"):
        return f"{reverse('activities:list')}?branch={branch.pk}&kind={duty.kind.code}"
    day = None if period.has(facts.today) else period.last_day
    return log_url(duty.kind.code, branch.pk, group_id=group.pk if group else None, day=day)


def _talks(ids: list[int], year: int, on: date) -> dict[int, tuple[int, int]]:
    """Per branch: how many of its people were talked to this year, and how many there are."""
    talks = TalkPair.objects.filter(
        talked=OuterRef("member"),
        happened_on__range=(date(year, 1, 1), on),
        activity__state__in=ActivityState.counting(),
    )
    people: dict[int, dict[int, bool]] = {branch_id: {} for branch_id in ids}
    spells = members_on(ids, on).select_related(None).order_by()
    for branch_id, member_id, talked in spells.values_list("branch_id", "member_id", Exists(talks)):
        people[branch_id][member_id] = talked
    return {branch_id: (sum(members.values()), len(members)) for branch_id, members in people.items()}
