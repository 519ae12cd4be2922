"""三会一课台账 and the yearly statistics: what was held, by whom, how often, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Min, Q, QuerySet, Subquery, Sum, Value

from activities.models import (
    Activity,
    ActivityState,
    Attendance,
    AttendanceStatus,
    Duty,
    Participation,
    ParticipationState,
)
from activities.rules.duties import Period, filling, measured_months
from activities.selectors.shares import Shares, shares_of
from branches.models import BranchTerm, Organisation, Tier
from branches.permissions import Viewer, visible, visible_branches
from core.periods import Month

THREE_AND_ONE = ("general_meeting", "committee_meeting", "group_meeting", "party_lecture")
LEDGER_KINDS = (*THREE_AND_ONE, "theme_day")
SHOWN = (ActivityState.SUBMITTED, ActivityState.APPROVED, ActivityState.RETURNED)
AWAY = (
    AttendanceStatus.ABSENT,
    AttendanceStatus.LEAVE_OFFICIAL,
    AttendanceStatus.LEAVE_PERSONAL,
    AttendanceStatus.LEAVE_SICK,
)


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What the ledger is narrowed to."""

    branch_id: int | None = None
    kind: str = ""
    state: str = ""
    first: date | None = None
    last: date | None = None
    q: str = ""


def years_to_show(viewer: Viewer, branches: Sequence[Organisation] = ()) -> list[int]:
    """The years in which there can be something, newest first: from the committee's first month, else its first record.

    branches: some of the committee, with `root` at hand; they spare the query for it.
    """
    roots = [branch.root for branch in branches if branch.root_id == viewer.root_id][:1]
    roots = roots or list(Organisation.objects.filter(pk=viewer.root_id))
    this_year = viewer.today.year
    first = (roots[0].go_live_month if roots else None) or Activity.objects.filter(root_id=viewer.root_id).aggregate(
        first=Min("month")
    )["first"]
    return list(range(this_year, min(first // 100 if first else this_year, this_year) - 1, -1))


def ledger_rows(viewer: Viewer, wanted: LedgerFilter) -> QuerySet[Participation]:
    """The shares of gatherings that the viewer may see: one row for each branch that took part."""
    rows = visible(Participation.objects.filter(state=ParticipationState.CONFIRMED), viewer)
    rows = rows.filter(branch__tier=Tier.BRANCH, activity__state__in=SHOWN)
    rows = rows.filter(activity__kind__code__in=[wanted.kind] if wanted.kind else LEDGER_KINDS)
    for name, value in (
        ("branch_id", wanted.branch_id),
        ("activity__state", wanted.state),
        ("held_on__gte", wanted.first),
        ("held_on__lte", wanted.last),
    ):
        if value:
            rows = rows.filter(**{name: value})
    if wanted.q:
        rows = rows.filter(
            Q(activity__title__icontains=wanted.q)
            | Q(activity__host__icontains=wanted.q)
            | Q(activity__recorder__icontains=wanted.q)
        )
    return rows.select_related("activity", "activity__kind", "activity__group", "activity__text", "branch").annotate(
        file_count=Count("activity__files", distinct=True)
    )


SUMS = {"rows": Count("pk"), "expected": Sum("expected"), "present": Sum("present")}


def with_sums(rows: QuerySet[Participation]) -> QuerySet[Participation]:
    """The rows, each carrying the column sums of all rows found (`sum_rows`, …)."""
    whole = Participation.objects.filter(pk__in=rows.order_by().values("pk")).order_by().annotate(all=Value(1))
    return rows.annotate(
        **{
            f"sum_{name}": Subquery(whole.values("all").annotate(sum=total).values("sum"))
            for name, total in SUMS.items()
        }
    )


def ledger_sums(rows: QuerySet[Participation], page: Sequence[Participation]) -> dict[str, int]:
    """Column sums of all rows found, not of the page: gatherings, expected, present; carried by the rows of a page."""
    if page:
        return {name: getattr(page[0], f"sum_{name}") or 0 for name in SUMS}
    found = Participation.objects.filter(pk__in=rows.order_by().values("pk")).aggregate(**SUMS)
    return {name: value or 0 for name, value in found.items()}


def absences_of(rows: Iterable[Participation]) -> dict[int, str]:
    """Who was away from each share and why, in words; 1 query."""
    labels = dict(AttendanceStatus.choices)
    away = Attendance.objects.filter(participation_id__in=[row.pk for row in rows], status__in=AWAY)
    found: dict[int, list[str]] = defaultdict(list)
    values = away.order_by("member__member_no").values_list("participation_id", "member__name", "status", "reason")
    for share_id, name, status, reason in values:
        found[share_id].append(f"{name}（{reason or labels[status]}）")
    return {share_id: "、".join(words) for share_id, words in found.items()}


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of one duty of one branch: how many counted, how many were asked for, and how it stands.

    state: done, missing (the period is over and something is lacking), open (still to come), na.
    """

    count: int
    target: int
    state: str
    url_month: str = ""

    @property
    def text(self) -> str:
        if self.state == "na":
            return "—"
        if self.state == "missing":
            return f"✗ {self.count}/{self.target}" if self.count or self.target > 1 else "✗"
        if self.state == "open" and not self.count:
            return ""
        if self.target > 1 or (self.count and self.count != self.target):
            return f"{self.count}/{self.target}" if self.target else str(self.count)
        return str(self.count) if self.count else ""


@dataclass(slots=True)
class StatisticsRow:
    """One duty of one branch over twelve months."""

    branch: Organisation
    duty: str
    name: str
    cells: list[Cell] = field(default_factory=list)
    count: int = 0
    target: int = 0

    @property
    def applies(self) -> bool:
        """Whether the branch had this duty at all in the year."""
        return any(cell.state != "na" for cell in self.cells)

    @property
    def missing(self) -> int:
        return sum(cell.state == "missing" for cell in self.cells)

    @property
    def total(self) -> str:
        return f"{self.count}/{self.target}" if self.target else "—"

    @property
    def is_short(self) -> bool:
        return self.count < self.target


def statistics(
    viewer: Viewer, year: int, *, today: date, branch_id: int | None = None, duty: str = "", short_only: bool = False
) -> list[StatisticsRow]:
    """年度三会一课统计: branch × type × 12 months, count against target; constant queries."""
    branches = visible_branches(viewer, "activity").filter(founded_on__lte=date(year, 12, 31))
    branches = branches.exclude(dissolved_on__lt=date(year, 1, 1))
    if branch_id:
        branches = branches.filter(pk=branch_id)
    branches = list(branches.select_related("root").order_by("sort_key", "code"))
    duties = Duty.objects.filter(code__in=[duty] if duty in LEDGER_KINDS else LEDGER_KINDS, is_active=True)
    duties = sorted(duties.select_related("kind"), key=lambda row: LEDGER_KINDS.index(row.code))
    ground = _read(branches, duties, year, today)
    rows = [_row(branch, row, ground) for branch in branches for row in duties]
    return [row for row in rows if row.applies and (row.missing or not short_only)]


@dataclass(slots=True)
class _Ground:
    year: int
    today: date
    shares: Shares
    terms: dict[int, list[BranchTerm]]
    groups: dict[int, list[Organisation]]


def _read(branches: Sequence[Organisation], duties: Sequence[Duty], year: int, today: date) -> _Ground:
    ids = [branch.pk for branch in branches]
    terms: dict[int, list[BranchTerm]] = defaultdict(list)
    for term in BranchTerm.objects.filter(branch_id__in=ids).order_by("from_on", "term_no"):
        terms[term.branch_id].append(term)
    groups: dict[int, list[Organisation]] = defaultdict(list)
    for group in Organisation.objects.filter(parent_id__in=ids, tier=Tier.GROUP):
        groups[group.parent_id].append(group)
    shares = shares_of(ids, Month(year, 1), Month(year, 12), {duty.metric for duty in duties})
    return _Ground(year, today, shares, terms, groups)


def _row(branch: Organisation, duty: Duty, ground: _Ground) -> StatisticsRow:
    row = StatisticsRow(branch, duty.code, duty.name)
    span = measured_months(
        ground.year,
        founded_on=branch.founded_on,
        dissolved_on=branch.dissolved_on,
        go_live_month=branch.root.go_live_month,
    )
    records = ground.shares.records(branch.pk, duty.kind.code, duty.metric)
    for number in range(1, 13):
        month = Month(ground.year, number)
        row.cells.append(_cell(branch, duty, month, span, records, ground))
    row.count, row.target = _sums(branch, duty, span, records, ground)
    return row


def _cell(branch: Organisation, duty: Duty, month: Month, span, records, ground: _Ground) -> Cell:
    period = Period.of(duty.per, month)
    held = [record for record in records if record.counts and Month.of(record.held_on) == month]
    count = len({record.group_id for record in held}) if duty.scope == "group" else len(held)
    need = _need(branch, duty, period, ground)
    if span is None or not span[0] <= month <= span[1] or not need or period.first < span[0]:
        return Cell(count, 0, "done" if count else "na", str(month))
    if duty.per == "month":
        return Cell(count, need, _state(count, need, period, ground.today), str(month))
    done = len(filling(records, period, need))
    if done < need and month == period.last:
        return Cell(count, need, _state(done, need, period, ground.today), str(month))
    return Cell(count, min(count, need) or 0, "done" if count else "open", str(month))


def _state(done: int, need: int, period: Period, today: date) -> str:
    if done >= need:
        return "done"
    return "missing" if period.is_over(today) else "open"


def _need(branch: Organisation, duty: Duty, period: Period, ground: _Ground) -> int:
    """How many the period asks of the branch: its groups, or the duty's target; 0 where it does not apply."""
    day = min(period.last_day, max(ground.today, period.first.first_day))
    if duty.scope == "group":
        groups = ground.groups[branch.pk]
        return sum(g.founded_on <= day and (g.dissolved_on is None or g.dissolved_on >= day) for g in groups)
    if duty.applies_if == "has_committee":
        begun = [term for term in ground.terms[branch.pk] if term.from_on <= day]
        if not begun or not begun[-1].has_committee:
            return 0
    return duty.target


def _sums(branch: Organisation, duty: Duty, span, records, ground: _Ground) -> tuple[int, int]:
    """What counted of the ended (and already met) periods, and what they asked for."""
    if span is None:
        return 0, 0
    done = target = 0
    periods = dict.fromkeys(Period.of(duty.per, month) for month in span[0].until(span[1]))
    for period in periods:
        need = _need(branch, duty, period, ground)
        if duty.scope == "group":
            held = len({r.group_id for r in records if r.counts and period.has(r.held_on)})
        else:
            held = len(filling(records, period, need)) if need else 0
        whole = period.first >= span[0] and period.last <= span[1]
        if whole and (period.is_over(ground.today) or (need and held >= need)):
            done, target = done + min(held, need), target + need
    return done, target
