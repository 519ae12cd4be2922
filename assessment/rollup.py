"""From facts to scores, set by set: month sums, the state of every branch, each rule, bonus and penalty.

Only open months are written, and of them only rows that changed; a second run writes none. What a statement
means is told in assessment/sql/; the same in plain Python is assessment/rules/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min, Model

from assessment import ledger, sql
from assessment.models import (
    BranchMonth,
    DirtyMark,
    ExtraScore,
    Fact,
    MonthClosing,
    MonthSum,
    OpeningImport,
    RuleScore,
    Scheme,
)
from assessment.plan import Part, Plan, plan_of
from assessment.schemes import scheme_for
from branches.models import Organisation
from branches.models.organisation import Tier
from core.periods import Month, today

SUMS = ("sum_flow", "sum_level")
MANY_BRANCHES = 500  # from here on all branches at once cost less than a list of them
MANY_ROWS = 1000  # fewer are joined quickly in any order


@dataclass(frozen=True)
class Counts:
    """How many rows a run wrote, by step; `is_closed`: the month is frozen and nothing was touched."""

    month: int
    drivers: int = 0
    sums: int = 0
    rules: int = 0
    extras: int = 0
    removed: int = 0
    is_closed: bool = False

    @property
    def written(self) -> int:
        return self.drivers + self.sums + self.rules + self.extras + self.removed

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Job:
    """One month of one committee being computed: what every statement is told."""

    root_id: int
    month: Month
    window_end: date
    scheme: Scheme
    plan: Plan
    start: int
    branch_ids: tuple[int, ...] | None

    @property
    def params(self) -> dict[str, Any]:
        complete = self.window_end == self.month.last_day
        return {
            "root": self.root_id,
            "scheme": self.scheme.pk,
            "year": self.month.year,
            "january": Month(self.month.year, 1).key,
            "month": self.month.key,
            "number": self.month.number,
            "ended": self.month.number if complete else self.month.number - 1,
            "window_end": self.window_end.isoformat(),
            **driver_params(self.month, self.window_end, self.start),
        }

    @property
    def months(self) -> list[int]:
        """The months of the window."""
        return [month.key for month in Month(self.month.year, 1).until(self.month)]

    def execute(self, statement: str, *, params: dict[str, Any] | None = None, **lists: Iterable[int]) -> int:
        """Run one statement; how many rows it wrote."""
        with connection.cursor() as cursor:
            cursor.execute(sql.rendered(statement, lists, self.branch_ids), params or self.params)
            return max(0, cursor.rowcount)


@transaction.atomic
def run(
    *,
    root_id: int,
    month: Month,
    now: datetime,
    branch_ids: Sequence[int] | None = None,
    thorough: bool = False,
) -> Counts:
    """Compute one month of one committee, or of some of its branches; what was written.

    thorough: look again at what the branches were in the open months before, too (a term corrected later), and
    add up every month of the window (marks met while all months after them were frozen are gone).
    A closed month, a month to come and a year without a scheme are left alone.
    """
    ledger.lock_root(root_id, ledger.ROLLUP)
    if is_closed(root_id, month):
        return Counts(month.key, is_closed=True)
    job = job_of(root_id, month, now, branch_ids)
    if job is None:
        return Counts(month.key)
    _tune(job)
    drivers, sums = judge_branches(job, thorough), _sums(job, thorough)
    _tell_the_planner(job, drivers + sums)
    return Counts(
        month.key,
        drivers=drivers,
        sums=sums,
        rules=score_rules(job, job.plan.parts),
        extras=score_extras(job),
        removed=_forget(job),
    )


def catch_up_root(root_id: int, *, now: datetime, months: Iterable[Month] = ()) -> list[Counts]:
    """Compute the given months of a committee and every open month that its marks leave behind."""
    watermark = _watermark(root_id)
    marks = DirtyMark.objects.filter(root_id=root_id, pk__lte=watermark)
    marked = sorted(set(marks.values_list("month", flat=True)))
    wanted = sorted({*months, *months_behind(root_id, marked, now)})
    branches = _few_branches(marks) if not list(months) else None
    done = [run(root_id=root_id, month=month, now=now, branch_ids=branches) for month in wanted]
    marks.filter(month__lte=Month.of(now).key).delete()
    return done


def missing_months(root_id: int, *, now: datetime) -> list[Month]:
    """The open months of a committee without a computed state, from its first on to the running one."""
    last = Month.of(now)
    done = set(BranchMonth.objects.filter(root_id=root_id).values_list("month", flat=True).distinct())
    closed = closed_months(root_id)
    return [
        month for month in _first_month(root_id, last).until(last) if month.key not in done and month.key not in closed
    ]


def open_months(root_id: int, *, now: datetime) -> list[Month]:
    """The months of this year and the last that are not frozen, from the committee's first on to the running one."""
    last, frozen = Month.of(now), closed_months(root_id)
    first = max(_first_month(root_id, last), Month(last.year - 1, 1))
    return [month for month in first.until(last) if month.key not in frozen]


def catch_up(*, now: datetime) -> dict[int, list[Counts]]:
    """Every month that is missing or left behind, of every committee."""
    return {root_id: catch_up_root(root_id, now=now, months=missing_months(root_id, now=now)) for root_id in roots()}


def roots() -> list[int]:
    """Every committee that stands at the top."""
    tops = Organisation.objects.filter(parent__isnull=True, tier=Tier.COMMITTEE)
    return list(tops.order_by("pk").values_list("pk", flat=True))


def closed_months(root_id: int) -> set[int]:
    """The keys of the months that are frozen now."""
    closings = MonthClosing.objects.filter(root_id=root_id, reopened_at__isnull=True)
    return set(closings.values_list("month", flat=True))


def is_closed(root_id: int, month: Month) -> bool:
    return MonthClosing.objects.filter(root_id=root_id, month=month.key, reopened_at__isnull=True).exists()


def job_of(root_id: int, month: Month, now: datetime, branch_ids: Sequence[int] | None) -> Job | None:
    window_end = min(month.last_day, today(now))
    scheme = scheme_for(root_id, month)
    if month.first_day > window_end or scheme is None:
        return None
    ids = None if branch_ids is None else tuple(branch_ids)
    return Job(root_id, month, window_end, scheme, plan_of(scheme), start_of(root_id, month.year), ids)


def _tune(job: Job) -> None:
    """Settings of PostgreSQL for this transaction: compiling costs more than these statements, sorting needs room."""
    if connection.vendor == "postgresql" and job.branch_ids is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)")


def _tell_the_planner(job: Job, written: int) -> None:
    """A month just filled is not in PostgreSQL's statistics yet; without them it joins thousands of rows one by one."""
    if connection.vendor == "postgresql" and job.branch_ids is None and written >= MANY_ROWS:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE assessment_branchmonth, assessment_monthsum (root_id, month, branch_id, metric_id)")


def start_of(root_id: int, year: int) -> int:
    """The month number before which the committee was not measured: 1 but for the year it went live."""
    go_live = Organisation.objects.values_list("go_live_month", flat=True).get(pk=root_id)
    if not go_live or go_live // 100 < year:
        return 1
    opening = OpeningImport.objects.filter(root_id=root_id).aggregate(first=Min("from_month"))["first"]
    first = min(go_live, opening) if opening else go_live
    if first // 100 > year:
        return 13
    return first % 100 if first // 100 == year else 1


def driver_params(month: Month, judged_on: date, start: int) -> dict[str, Any]:
    """The days and numbers by which a branch is judged at the end of one month."""
    days = {f"day_{n:02d}": Month(month.year, n).first_day.isoformat() for n in range(1, 13)}
    return {**days, "start": start, "judged_on": judged_on.isoformat(), "last_day": month.last_day.isoformat()}


def judge_branches(job: Job, thorough: bool) -> int:
    """The state of the branches in this month, and in earlier open ones that have none (or are looked at again)."""
    written = 0
    for month in _months_to_judge(job, thorough):
        params = {
            **job.params,
            **driver_params(month, min(month.last_day, job.window_end), job.start),
            "month": month.key,
            "number": month.number,
        }
        statement = _written_into(BranchMonth, job, sql.text("drivers"), [month.key])
        written += job.execute(statement, params=params)
    return written


def _months_to_judge(job: Job, thorough: bool) -> list[Month]:
    earlier = Month(job.month.year, 1).until(job.month.previous)
    if not earlier or (job.branch_ids is not None and not thorough):
        return [job.month]
    known = BranchMonth.objects.filter(root_id=job.root_id, month__in=[month.key for month in earlier])
    have = set() if thorough else set(known.values_list("month", flat=True).distinct())
    frozen = closed_months(job.root_id)
    return [month for month in earlier if month.key not in have | frozen] + [job.month]


def _sums(job: Job, thorough: bool) -> int:
    """Month sums of this month and of earlier ones that were marked; closed months too: theirs feed later windows."""
    if thorough:
        return sum_months(job, job.months)
    marks = DirtyMark.objects.filter(root_id=job.root_id, month__in=job.months)
    if job.branch_ids is not None:
        marks = marks.filter(branch_id__in=job.branch_ids)
    months = sorted({job.month.key, *marks.values_list("month", flat=True)})
    return sum_months(job, months)


def sum_months(job: Job, months: Sequence[int]) -> int:
    statements = [_written_into(MonthSum, job, sql.text(name), months) for name in SUMS]
    return sum(job.execute(statement, sum_months=months) for statement in statements)


def score_rules(job: Job, parts: Iterable[Part]) -> int:
    """Every rule type by its own statement, over branches and rules, whether or not there is any fact."""
    written = 0
    is_empty = _is_empty(RuleScore, job, [job.month.key])
    for part in parts:
        statement = sql.judged_by(part.statement)
        inside = [key for key in part.inside_months if key <= job.month.key]
        written += job.execute(
            sql.into_empty(statement) if is_empty else statement,
            months=job.months,
            rules=part.rules,
            flows=part.flows,
            levels=part.levels,
            inside_months=inside,
        )
    return written


def _written_into(model: type[Model], job: Job, statement: str, months: Sequence[int]) -> str:
    return sql.into_empty(statement) if _is_empty(model, job, months) else statement


def _is_empty(model: type[Model], job: Job, months: Sequence[int]) -> bool:
    """These months hold no row of the committee (asked for whole computations only); nobody else writes meanwhile."""
    if job.branch_ids is not None:
        return False
    return not model._default_manager.filter(root_id=job.root_id, month__in=months).exists()


def score_extras(job: Job) -> int:
    return job.execute(sql.text("extras"), months=job.months, extra_metrics=job.plan.extra_metrics)


def _forget(job: Job) -> int:
    """Scores in this open month that no longer belong there: of branches not measured, of other versions."""
    gone = BranchMonth.objects.filter(root_id=job.root_id, month=job.month.key, is_measured=False)
    if job.branch_ids is not None:
        gone = gone.filter(branch_id__in=job.branch_ids)
    branch_ids = list(gone.values_list("branch_id", flat=True))
    others = Scheme.objects.filter(year=job.month.year, subject="branch").exclude(pk=job.scheme.pk).exists()
    removed = 0
    for model, column, kept in (
        (RuleScore, "rule_id", job.plan.all_rules),
        (ExtraScore, "extra_id", job.plan.all_extras),
    ):
        rows = model.objects.filter(root_id=job.root_id, month=job.month.key)
        if branch_ids:
            removed += rows.filter(branch_id__in=branch_ids).delete()[0]
        if others:
            mine = rows if job.branch_ids is None else rows.filter(branch_id__in=job.branch_ids)
            removed += mine.exclude(**{f"{column}__in": kept}).delete()[0]
    return removed


def months_behind(root_id: int, marked: Iterable[int], now: datetime) -> list[Month]:
    """The open months whose windows the marked months lie in: from each to the end of its year, or to now."""
    last, frozen = Month.of(now), closed_months(root_id)
    found: set[Month] = set()
    for key in marked:
        first = Month.from_key(key)
        found.update(first.until(min(last, Month(first.year, 12))))
    return sorted(month for month in found if month.key not in frozen)


def _watermark(root_id: int) -> int:
    """The last mark whose facts are all to be seen: who writes facts is waited for, for a moment."""
    with transaction.atomic():
        ledger.lock_root(root_id, ledger.RECORDS)
        return DirtyMark.objects.filter(root_id=root_id).aggregate(last=Max("pk"))["last"] or 0


def _few_branches(marks) -> list[int] | None:
    ids = list(marks.values_list("branch_id", flat=True).distinct()[: MANY_BRANCHES + 1])
    return ids if len(ids) <= MANY_BRANCHES else None


def _first_month(root_id: int, last: Month) -> Month:
    """Where a committee's history begins: its first fact, or the month it went live."""
    first = Fact.objects.filter(root_id=root_id).aggregate(first=Min("month"))["first"]
    go_live = Organisation.objects.values_list("go_live_month", flat=True).get(pk=root_id)
    keys = [key for key in (first, go_live) if key]
    return min(Month.from_key(min(keys)), last) if keys else last
