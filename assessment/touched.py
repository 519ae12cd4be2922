"""One branch whose facts have changed: only the rules that read them are computed again, at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from assessment import ledger, rollup
from assessment.models import DirtyMark, Item, Rule, RuleScore
from branches.models import Organisation
from core.periods import Month


@dataclass(frozen=True)
class ItemChange:
    """What one refresh changed in one rule, in millionths of a point."""

    item_code: str
    item_name: str
    rule_code: str
    confirmed: int
    provisional: int


@dataclass
class Marks:
    """The months that were marked and the metrics whose facts changed; `all_rules`: more than facts has changed."""

    months: set[int] = field(default_factory=set)
    metrics: set[int] = field(default_factory=set)
    all_rules: bool = False


@transaction.atomic
def refresh_branch(branch_id: int, *, now: datetime) -> list[ItemChange]:
    """Compute the open months of one branch that its new facts touch; what changed in the latest of them."""
    root_id = Organisation.objects.values_list("root_id", flat=True).get(pk=branch_id)
    ledger.lock_root(root_id, ledger.ROLLUP)
    marks = _take_marks(root_id, branch_id, Month.of(now))
    months = rollup.months_behind(root_id, marks.months, now) if marks.months else []
    if not months:
        return []
    before = _points(root_id, months[-1], branch_id)
    for month in months:
        _compute(rollup.job_of(root_id, month, now, (branch_id,)), marks)
    return _changes(before, _points(root_id, months[-1], branch_id))


def _compute(job: rollup.Job | None, marks: Marks) -> None:
    """One month of the branch. Where its state is new or another, all rules; else those that read what changed.

    What only the passing of days changes is left to the night (assessment.tasks.nightly_rollup).
    """
    if job is None:
        return
    marked = [key for key in job.months if key in marks.months]
    if rollup.judge_branches(job, thorough=False) or marks.all_rules:
        rollup.sum_months(job, sorted({*marked, job.month.key}))
        rollup.score_rules(job, job.plan.parts)
        rollup.score_extras(job)
        return
    rollup.sum_months(job, marked)
    rollup.score_rules(job, job.plan.touched_by(marks.metrics))
    if marks.metrics.intersection(job.plan.extra_metrics):
        rollup.score_extras(job)


def _take_marks(root_id: int, branch_id: int, last: Month) -> Marks:
    """Remove the marks of a branch up to a month and say what they named.

    They are read before anything is counted, and only what was read is removed: whoever adds a fact after this
    moment adds a mark that stays.
    """
    rows = DirtyMark.objects.filter(root_id=root_id, branch_id=branch_id, month__lte=last.key)
    found = list(rows.values_list("pk", "month", "metric_id"))
    if found:
        DirtyMark.objects.filter(pk__in=[pk for pk, _, _ in found]).delete()
    return _read(found)


def _read(rows: Sequence[tuple[int, int, int | None]]) -> Marks:
    return Marks(
        months={month for _, month, _ in rows},
        metrics={metric for _, _, metric in rows if metric is not None},
        all_rules=any(metric is None for _, _, metric in rows),
    )


def _points(root_id: int, month: Month, branch_id: int) -> dict[int, tuple[int, int]]:
    rows = RuleScore.objects.filter(root_id=root_id, month=month.key, branch_id=branch_id)
    return {pk: (c, p) for pk, c, p in rows.values_list("rule_id", "earned_confirmed", "earned_provisional")}


def _changes(before: dict[int, tuple[int, int]], after: dict[int, tuple[int, int]]) -> list[ItemChange]:
    changed = {pk: now for pk, now in after.items() if before.get(pk, (0, 0)) != now}
    rules: Iterable[Rule] = ()
    if changed:
        rules = Rule.objects.filter(pk__in=changed).select_related("item").order_by("position")
    return [_change(rule, rule.item, before.get(rule.pk, (0, 0)), changed[rule.pk]) for rule in rules]


def _change(rule: Rule, item: Item, old: tuple[int, int], new: tuple[int, int]) -> ItemChange:
    return ItemChange(item.code, item.name, rule.code, new[0] - old[0], new[1] - old[1])
