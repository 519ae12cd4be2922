"""Verifying a frozen month: recomputed from the facts as of its closing, in plain Python, and compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from assessment.binding import BoundScheme, bind
from assessment.canonical import (
    CONDITIONS,
    Frozen,
    View,
    closed_figures,
    current_closing,
    frozen_rows,
    month_digest,
    row_digest,
    window_facts,
)
from assessment.models import ClosedScore, ExtraScore, Fact, FactState, MonthClosing, ReviewMark
from assessment.rules import Window, extra_points
from assessment.rules.gather import BranchYear, FactLine, Tally, extra_results, rule_results
from branches.models import Organisation
from core.errors import Conflict
from core.periods import Month


@dataclass(frozen=True)
class Verification:
    """Whether a frozen month still follows from its facts; if not, `difference` says where it first does not."""

    month: Month
    is_valid: bool
    digest: str
    found_digest: str
    fact_count: int
    difference: str = ""


def verify(root_id: int, month: Month) -> Verification:
    """Recompute a closed month from the facts recorded, and confirmed, at its closing. Conflict if it is open."""
    closing = current_closing(root_id, month)
    if closing is None:
        raise Conflict(f"{month.label}没有封存，无从核验。", remedy="请先封存。")
    bound = bind(closing.scheme)
    stored = {score.branch_id: score for score in ClosedScore.objects.filter(closing=closing)}
    recomputed = {row.branch_id: row for row in recompute(closing, bound, stored.values())}
    digests = {branch_id: row_digest(bound, row) for branch_id, row in recomputed.items()}
    count = facts_as_of(closing).count()
    difference = _first_difference(closing, bound, stored, recomputed, digests, count)
    seen = MonthClosing(**{name: getattr(closing, name) for name in _HEAD}, fact_count=count)
    found = month_digest(seen, (digests[branch_id] for branch_id in sorted(digests)))
    if not difference and found != closing.digest:
        difference = "封存摘要与重算结果不一致"
    return Verification(month, not difference, closing.digest, found, count, difference)


_HEAD = ("root_id", "month", "revision", "scheme", "closed_at")


def recompute(closing: MonthClosing, bound: BoundScheme, scores: Iterable[ClosedScore]) -> list[Frozen]:
    """Every frozen branch again from its facts, by the pure rules."""
    facts = _lines_by_branch(closing)
    marks = _marks_as_of(closing)
    month = Month.from_key(closing.month)
    return [
        _branch(bound, score, facts.get(score.branch_id, []), marks.get(score.branch_id, {}), month)
        for score in sorted(scores, key=lambda score: score.branch_id)
    ]


def facts_as_of(closing: MonthClosing):
    """The facts of the window as the closing saw them."""
    facts = window_facts(Fact.objects.all(), closing.root_id, Month.from_key(closing.month))
    return facts.filter(recorded_at__lte=closing.closed_at)


def _lines_by_branch(closing: MonthClosing) -> dict[int, list[FactLine]]:
    facts = list(facts_as_of(closing).order_by("pk"))
    reversed_ids = {fact.reverses_id for fact in facts if fact.reverses_id}
    lines: dict[int, list[FactLine]] = defaultdict(list)
    for fact in facts:
        lines[fact.branch_id].append(
            FactLine(
                metric_id=fact.metric_id,
                happened_on=fact.happened_on,
                quantity=fact.quantity,
                is_confirmed=_was_confirmed(fact, closing.closed_at),
                is_live=fact.reverses_id is None and fact.pk not in reversed_ids,
                seq=fact.pk,
                occurrence=fact.occurrence,
            )
        )
    return lines


def _was_confirmed(fact: Fact, at: datetime) -> bool:
    return fact.state == FactState.CONFIRMED and (fact.confirmed_at is None or fact.confirmed_at <= at)


def _marks_as_of(closing: MonthClosing) -> dict[int, dict[str, tuple[int, ...]]]:
    standing = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=closing.closed_at)
    marks = ReviewMark.objects.filter(
        standing,
        root_id=closing.root_id,
        year=closing.month // 100,
        counts_from__lte=closing.month,
        marked_at__lte=closing.closed_at,
    )
    found: dict[int, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for mark in marks.order_by("pk"):
        of_branch = found[mark.branch_id]
        of_branch[mark.rule_code] = (*of_branch.get(mark.rule_code, ()), mark.factor)
    return found


def _branch(
    bound: BoundScheme, score: ClosedScore, facts: list[FactLine], marks: dict[str, tuple[int, ...]], month: Month
) -> Frozen:
    window = Window(month, month.last_day, score.inputs["first_month"])
    gone = {name: frozenset(score.inputs[name]) for name in CONDITIONS}
    branch = BranchYear(na_months=gone, marks=marks)
    views = []
    for confirmed_only in (True, False):
        tally = Tally(facts, window, bound.levels, confirmed_only=confirmed_only)
        views.append(View(rule_results(bound.rules, tally, branch, window), extra_results(bound.extras, tally)))
    return Frozen(score.branch_id, score.inputs, *views)


def _first_difference(
    closing: MonthClosing,
    bound: BoundScheme,
    stored: dict[int, ClosedScore],
    recomputed: dict[int, Frozen],
    digests: dict[int, str],
    count: int,
) -> str:
    """In words: the first branch and rule whose frozen, stored and recomputed figures are not the same."""
    if count != closing.fact_count:
        return f"封存时有{closing.fact_count}条事实，现有{count}条"
    tables = {row.branch_id: row for row in frozen_rows(closing.root_id, Month.from_key(closing.month), bound)}
    for branch_id in sorted(stored):
        if digests[branch_id] != stored[branch_id].row_digest:
            return _named(bound, branch_id, recomputed[branch_id], tables.get(branch_id), "由事实重算的得分")
        table = tables.get(branch_id)
        if table is None or _scores(table) != _scores(recomputed[branch_id]):
            return _named(bound, branch_id, recomputed[branch_id], table, "得分表中的得分")
        figures = closed_figures(bound, recomputed[branch_id])
        if any(getattr(stored[branch_id], name) != value for name, value in figures.items()):
            return f"{_short_name(branch_id)}：封存得分表中的得分与由事实重算的不一致"
    return _first_points_altered(closing, bound)


def _first_points_altered(closing: MonthClosing, bound: BoundScheme) -> str:
    """In words: the first bonus or penalty whose stored points do not follow from its stored quantity."""
    terms = {extra.pk: extra.terms for extra in bound.extras}
    rows = ExtraScore.objects.filter(root_id=closing.root_id, month=closing.month, extra_id__in=terms)
    for row in rows.order_by("branch_id", "extra_id").iterator(chunk_size=5000):
        one = terms[row.extra_id]
        due = (extra_points(one, row.quantity_confirmed), extra_points(one, row.quantity_provisional))
        if due != (row.points_confirmed, row.points_provisional):
            return f"{_short_name(row.branch_id)} {one.code}：得分表中的加减分与数量不一致"
    return ""


def _short_name(branch_id: int) -> str:
    return Organisation.objects.values_list("short_name", flat=True).get(pk=branch_id)


def _scores(row: Frozen) -> list[Any]:
    """What both tables and recomputation hold; an extra of nothing may be a row or none."""
    views = (row.confirmed, row.provisional)
    return [[dict(view.rules), {pk: n for pk, n in view.extras.items() if n}] for view in views]


def _named(bound: BoundScheme, branch_id: int, found: Frozen, table: Frozen | None, what: str) -> str:
    name = _short_name(branch_id)
    for rule in bound.rules:
        if table is None or any(
            one.rules.get(rule.pk) != other.rules.get(rule.pk)
            for one, other in ((found.confirmed, table.confirmed), (found.provisional, table.provisional))
        ):
            return f"{name} {rule.code}：{what}与封存时不一致"
    return f"{name}：{what}与封存时不一致"
