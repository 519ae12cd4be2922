"""From facts about members to their scores: the statements of the branches' rollup, told of members (assessment/sql/members.py).

Only open months are written, and of them only rows that changed; a second run writes none. Facts follow the person:
they are summed by member, whatever branch recorded them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from assessment import ledger
from assessment.members import schemes
from assessment.models import (
    MemberExtraScore,
    MemberMark,
    MemberMonth,
    MemberRuleScore,
    MemberSum,
    Scheme,
)
from assessment.plan import plan_of
from assessment.rollup import Job, closed_months, driver_params, is_closed, months_behind, open_months, start_of
from assessment.sql import into_empty, members
from core.periods import Month, today

LOCK = "members"
SUMS = ("sum_flow", "sum_level")
MANY_MEMBERS = 500  # from here on all members at once cost less than a list of them


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


@dataclass(frozen=True)
class _Run:
    """One month of a committee's members being computed: the job, and what the scheme says of study."""

    job: Job
    study: schemes.StudyPlan

    @property
    def params(self) -> dict[str, Any]:
        ids = self.study.metric_ids
        return {
            **self.job.params,
            "credits_metric": ids[schemes.CREDITS],
            "hours_metric": ids[schemes.HOURS],
            "credits_need_metric": ids[schemes.CREDITS_NEED],
            "hours_need_metric": ids[schemes.HOURS_NEED],
            "volunteer_need_metric": ids[schemes.VOLUNTEER_NEED],
        }

    def execute(self, statement: str, *, params: dict[str, Any] | None = None, **lists: Iterable[int]) -> int:
        return self.job.execute(statement, params=params or self.params, **lists)

    def is_empty(self, model: Any, months: Sequence[int]) -> bool:
        """These months hold no row of the committee, so that no conflict need be looked for."""
        if self.job.branch_ids is not None:
            return False
        return not model._default_manager.filter(root_id=self.job.root_id, month__in=months).exists()


@transaction.atomic
def run(
    *, root_id: int, month: Month, now: datetime, member_ids: Sequence[int] | None = None, thorough: bool = False
) -> Counts:
    """Compute one month of a committee's members, or of some of them; what was written.

    thorough: add up every month of the window again. A closed month, a month to come and a year without a scheme of
    members are left alone.
    """
    ledger.lock_root(root_id, LOCK)
    if is_closed(root_id, month):
        return Counts(month.key, is_closed=True)
    return _compute(root_id, month, now, member_ids, thorough)


def _compute(root_id: int, month: Month, now: datetime, member_ids: Sequence[int] | None, thorough: bool) -> Counts:
    found = _run_of(root_id, month, now, member_ids)
    if found is None:
        return Counts(month.key)
    _tune(found)
    left = found.execute(members.text("left")) if member_ids is None else 0
    return Counts(
        month.key,
        drivers=_drivers(found),
        sums=_sums(found, thorough),
        rules=_rules(found),
        extras=found.execute(
            members.text("extras"), months=found.job.months, extra_metrics=found.job.plan.extra_metrics
        ),
        removed=left + _forget(found),
    )


@transaction.atomic
def refresh_members(root_id: int, member_ids: Iterable[int], *, now: datetime) -> int:
    """Compute the open months of some members that their new facts touch; how many rows were written."""
    ids = sorted(set(member_ids))
    ledger.lock_root(root_id, LOCK)
    rows = MemberMark.objects.filter(root_id=root_id, member_id__in=ids, month__lte=Month.of(now).key)
    marks = dict(rows.values_list("pk", "month"))
    if not marks:
        return 0
    months = months_behind(root_id, set(marks.values()), now)
    written = sum(_compute(root_id, month, now, ids, thorough=False).written for month in months)
    MemberMark.objects.filter(pk__in=marks).delete()
    return written


def refresh_marked(root_id: int, branch_ids: Iterable[int], *, now: datetime) -> int:
    """The same for everybody of these branches whose facts changed."""
    marks = MemberMark.objects.filter(root_id=root_id, member__branch_id__in=list(branch_ids))
    ids = set(marks.values_list("member_id", flat=True).distinct())
    return refresh_members(root_id, ids, now=now) if ids else 0


def catch_up(root_id: int, *, now: datetime, months: Iterable[Month] = ()) -> list[Counts]:
    """Compute the given months of a committee's members, and every open month that marks leave behind."""
    last = _watermark(root_id)
    marks = MemberMark.objects.filter(root_id=root_id, pk__lte=last)
    behind = months_behind(root_id, set(marks.values_list("month", flat=True).distinct()), now)
    few = _few_members(marks) if not list(months) else None
    done = [run(root_id=root_id, month=month, now=now, member_ids=few) for month in sorted({*months, *behind})]
    marks.filter(month__lte=Month.of(now).key).delete()
    return done


def nightly(root_id: int, *, now: datetime) -> int:
    """The running month, the one before it, months without a state, and what marks leave behind; rows written."""
    have = set(MemberMonth.objects.filter(root_id=root_id).values_list("month", flat=True).distinct())
    this = Month.of(now)
    wanted = [m for m in open_months(root_id, now=now) if m.key not in have or m in (this, this.previous)]
    return sum(counts.written for counts in catch_up(root_id, now=now, months=wanted))


def _run_of(root_id: int, month: Month, now: datetime, member_ids: Sequence[int] | None) -> _Run | None:
    window_end = min(month.last_day, today(now))
    scheme = schemes.scheme_for(root_id, month)
    if month.first_day > window_end or scheme is None:
        return None
    ids = None if member_ids is None else tuple(member_ids)
    job = Job(root_id, month, window_end, scheme, plan_of(scheme), start_of(root_id, month.year), ids)
    return _Run(job, schemes.study_plan(scheme))


def _tune(found: _Run) -> None:
    """Compiling costs PostgreSQL more than these statements (see assessment/rollup.py)."""
    if connection.vendor == "postgresql" and found.job.branch_ids is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)")


def _drivers(found: _Run) -> int:
    """The standing of the members in this month, and in earlier open ones that have none."""
    job, written = found.job, 0
    for month in _months_to_judge(job):
        judged_on = min(month.last_day, job.window_end)
        params = {
            **found.params,
            **driver_params(month, judged_on, job.start),
            "month": month.key,
            "number": month.number,
        }
        statement = members.text("drivers")
        is_empty = found.is_empty(MemberMonth, [month.key])
        written += found.execute(into_empty(statement) if is_empty else statement, params=params)
    return written


def _months_to_judge(job: Job) -> list[Month]:
    earlier = Month(job.month.year, 1).until(job.month.previous)
    if not earlier or job.branch_ids is not None:
        return [job.month]
    known = MemberMonth.objects.filter(root_id=job.root_id, month__in=[month.key for month in earlier])
    have = set(known.values_list("month", flat=True).distinct()) | closed_months(job.root_id)
    return [month for month in earlier if month.key not in have] + [job.month]


def _sums(found: _Run, thorough: bool) -> int:
    """Sums of this month and of those that were marked, who entered what, and the year's study up to now."""
    job = found.job
    months = job.months if thorough else sorted({job.month.key, *_marked(job)})
    is_empty = found.is_empty(MemberSum, months)
    statements = [members.text(name) for name in SUMS]
    written = sum(found.execute(into_empty(one) if is_empty else one, sum_months=months) for one in statements)
    written += found.execute(members.text("sources"), sum_months=months, entered=found.study.entered)
    return written + found.execute(members.text("studied"), months=job.months, credits=found.study.credit_metrics)


def _marked(job: Job) -> set[int]:
    marks = MemberMark.objects.filter(root_id=job.root_id, month__in=job.months)
    if job.branch_ids is not None:
        marks = marks.filter(member_id__in=job.branch_ids)
    return set(marks.values_list("month", flat=True).distinct())


def _rules(found: _Run) -> int:
    job, written = found.job, 0
    is_empty = found.is_empty(MemberRuleScore, [job.month.key])
    for part in job.plan.parts:
        statement = members.judged_by(part.statement)
        inside = [key for key in part.inside_months if key <= job.month.key]
        written += found.execute(
            into_empty(statement) if is_empty else statement,
            months=job.months,
            rules=part.rules,
            flows=part.flows,
            levels=part.levels,
            inside_months=inside,
        )
    return written


def _forget(found: _Run) -> int:
    """Scores in this month of people not measured, or by other versions of the scheme."""
    job, removed = found.job, 0
    months = MemberMonth.objects.filter(root_id=job.root_id, month=job.month.key)
    gone = months.filter(is_measured=True).values("member_id")
    others = Scheme.objects.filter(year=job.month.year, subject=schemes.SUBJECT).exclude(pk=job.scheme.pk).exists()
    for model, column, kept in (
        (MemberRuleScore, "rule_id", job.plan.all_rules),
        (MemberExtraScore, "extra_id", job.plan.all_extras),
    ):
        rows = model.objects.filter(root_id=job.root_id, month=job.month.key)
        if job.branch_ids is not None:
            rows = rows.filter(member_id__in=job.branch_ids)
        removed += rows.exclude(member_id__in=gone).delete()[0]
        if others:
            removed += rows.exclude(**{f"{column}__in": kept}).delete()[0]
    return removed


def _watermark(root_id: int) -> int:
    """The last mark whose facts are all to be seen: who writes facts is waited for, for a moment."""
    with transaction.atomic():
        ledger.lock_root(root_id, ledger.RECORDS)
        return MemberMark.objects.filter(root_id=root_id).aggregate(last=Max("pk"))["last"] or 0


def _few_members(marks) -> list[int] | None:
    ids = list(marks.values_list("member_id", flat=True).distinct()[: MANY_MEMBERS + 1])
    return ids if len(ids) <= MANY_MEMBERS else None
