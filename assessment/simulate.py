"""The simulator: a past year's facts, as they were frozen and confirmed, counted by a draft and by the scheme it had.

It counts with the engine's own pure rules (assessment/rules), which verification uses too, in memory: nothing is
written. Deadlines of the draft fall on the same day of the year that is replayed.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from django.db.models import Q

from assessment.binding import BoundScheme, bind
from assessment.canonical import CONDITIONS, View, branch_inputs, current_closing, figures, window_facts
from assessment.models import (
    BranchMonth,
    ClosedScore,
    Fact,
    FactState,
    Item,
    MonthClosing,
    ReviewMark,
    Rule,
    Scheme,
    SchemeStatus,
)
from assessment.reporters import lint_context
from assessment.rules import CategorySum, Window
from assessment.rules.gather import BoundRule, BranchYear, FactLine, Tally, extra_results, rule_results
from assessment.rules.lint import lint
from assessment.rules.replay import Move, Outcome, Part, Replay, replay
from assessment.rules.types import RuleResult
from assessment.schemes import scheme_for
from assessment.selectors.documents import document_of
from branches.permissions import Viewer, visible_branches
from core.errors import Conflict
from core.periods import Month, today

UNFINISHED = ("rule.incomplete", "rule.kind", "metric.unknown")


@dataclass(frozen=True)
class Simulation:
    """One replay: the month it stands at, both schemes, whether that month was frozen, and what it shows."""

    month: Month
    old: Scheme
    new: Scheme
    is_closed: bool
    result: Replay
    names: Mapping[str, str]
    grade_lines: tuple[tuple[str, int | None, int, int], ...]


@dataclass(frozen=True)
class _Counted:
    """A scheme ready to count with, and how its rules belong to items."""

    bound: BoundScheme
    item_of: Mapping[int, str]
    category_of_item: Mapping[str, int]
    grades: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, scheme: Scheme, year: int) -> _Counted:
        bound = bind(scheme)
        items = {pk: (code, category) for pk, code, category in _items(scheme)}
        rules = dict(Rule.objects.filter(scheme=scheme).values_list("pk", "item_id"))
        return cls(
            replace(bound, rules=tuple(_in_year(rule, year) for rule in bound.rules)),
            {pk: items[item][0] for pk, item in rules.items()},
            dict(items.values()),
            tuple(scheme.grades.values_list("name", "threshold")),
        )


def years(root_id: int) -> list[int]:
    """The years that can be replayed, the latest first."""
    months = BranchMonth.objects.filter(root_id=root_id).order_by().values_list("month", flat=True).distinct()
    return sorted({key // 100 for key in months}, reverse=True)


def last_month(root_id: int, year: int) -> Month | None:
    """The last computed month of a year."""
    rows = BranchMonth.objects.filter(root_id=root_id, month__range=(year * 100 + 1, year * 100 + 12))
    key = rows.order_by("-month").values_list("month", flat=True).first()
    return Month.from_key(key) if key else None


def simulate(viewer: Viewer, *, root_id: int, year: int, draft: Scheme, now: datetime) -> Simulation:
    """Replay a year on a draft. Conflict where the year has no scores, or the draft is not about branches."""
    if draft.subject != "branch":
        raise Conflict("党员得分只有本人和支委能看，不在这里试算。", remedy="可以用检查和对照来核对党员方案。")
    _refuse_unfinished(draft)
    month = last_month(root_id, year)
    old = scheme_for(root_id, month) if month else None
    if month is None or old is None:
        raise Conflict(f"{year}年没有可以回放的得分。", remedy="请选择有得分的年度。")
    closing = current_closing(root_id, month)
    if closing:
        old = closing.scheme
    seen = closing or MonthClosing(root_id=root_id, month=month.key, closed_at=now)
    schemes = (_Counted.of(old, year), _Counted.of(draft, year))
    moves = list(_moves(viewer, seen, closing is not None, month, schemes, now))
    codes = [rule.code for rule in schemes[1].bound.rules]
    return Simulation(
        month, old, draft, closing is not None, replay(moves, codes), _names(old, draft), _grades(draft, moves)
    )


def _refuse_unfinished(draft: Scheme) -> None:
    """A rule that lacks what its kind needs cannot be counted; sums that are off can."""
    if draft.status != SchemeStatus.DRAFT:
        return
    findings = lint(document_of(draft), lint_context(draft.subject))
    unfinished = [one.place.label for one in findings if one.code in UNFINISHED]
    if unfinished:
        codes = "、".join(dict.fromkeys(unfinished))
        raise Conflict(f"{codes}还没有填完整，不能试算。", remedy="请先在编辑页补上。")


def _moves(viewer, seen: MonthClosing, is_closed: bool, month: Month, schemes, now: datetime) -> Iterable[Move]:
    inputs = _inputs(seen) if is_closed else branch_inputs(seen.root_id, month)
    names = dict(visible_branches(viewer).filter(pk__in=inputs).values_list("pk", "short_name"))
    lines, marks = _lines(seen), _marks(seen)
    window_end = month.last_day if is_closed else min(month.last_day, today(now))
    levels = schemes[0].bound.levels
    for pk in sorted(names):
        row = inputs[pk]
        window = Window(month, window_end, row["first_month"])
        branch = BranchYear({name: frozenset(row[name]) for name in CONDITIONS}, marks.get(pk, {}))
        tally = Tally(lines.get(pk, ()), window, levels, confirmed_only=True)
        old, new = (_outcome(scheme, tally, branch, window) for scheme in schemes)
        yield Move(pk, names[pk], old, new)


def _inputs(closing: MonthClosing) -> dict[int, dict]:
    return dict(ClosedScore.objects.filter(closing=closing).values_list("branch_id", "inputs"))


def _lines(seen: MonthClosing) -> dict[int, list[FactLine]]:
    """The confirmed facts of the window as they were seen, by branch."""
    facts = window_facts(Fact.objects.all(), seen.root_id, Month.from_key(seen.month))
    facts = facts.filter(recorded_at__lte=seen.closed_at, state=FactState.CONFIRMED)
    rows = facts.order_by("pk").values_list(
        "pk", "branch_id", "metric_id", "happened_on", "quantity", "occurrence", "reverses_id", "confirmed_at"
    )
    known = [row for row in rows.iterator(chunk_size=5000) if row[7] is None or row[7] <= seen.closed_at]
    gone = {row[6] for row in known if row[6]}
    found: dict[int, list[FactLine]] = defaultdict(list)
    for pk, branch, metric, day, quantity, occurrence, reverses, _ in known:
        live = reverses is None and pk not in gone
        found[branch].append(FactLine(metric, day, quantity, True, live, pk, occurrence))
    return found


def _marks(seen: MonthClosing) -> dict[int, dict[str, tuple[int, ...]]]:
    """The factors that stood at that moment, by branch and rule code."""
    standing = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=seen.closed_at)
    given = ReviewMark.objects.filter(
        standing,
        root_id=seen.root_id,
        year=seen.month // 100,
        counts_from__lte=seen.month,
        marked_at__lte=seen.closed_at,
    )
    found: dict[int, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for branch, code, factor in given.order_by("pk").values_list("branch_id", "rule_code", "factor"):
        found[branch][code] = (*found[branch].get(code, ()), factor)
    return found


def _outcome(scheme: _Counted, tally: Tally, branch: BranchYear, window: Window) -> Outcome:
    bound = scheme.bound
    view = View(rule_results(bound.rules, tally, branch, window), extra_results(bound.extras, tally))
    found = figures(bound, view)
    weights = _weights(bound, view)
    rules = {rule.code: _part(view.rules[rule.pk], weights[bound.category_of[rule.pk]]) for rule in bound.rules}
    items: dict[str, list[RuleResult]] = defaultdict(list)
    for rule in bound.rules:
        items[scheme.item_of[rule.pk]].append(view.rules[rule.pk])
    return Outcome(
        score=found.score,
        base=found.base,
        bonus=found.bonus,
        penalty=found.penalty,
        grade=_grade(found.score, scheme.grades),
        items={code: _sum(rows, weights[scheme.category_of_item[code]]) for code, rows in items.items()},
        rules=rules,
    )


def _weights(bound: BoundScheme, view: View) -> dict[int, Fraction]:
    """What one millionth earned in a category gives to the base: 100 × K / a′ over Σ K × a / a′."""
    by_category: dict[int, list[RuleResult]] = defaultdict(list)
    for rule in bound.rules:
        by_category[bound.category_of[rule.pk]].append(view.rules[rule.pk])
    sums = {pk: CategorySum.of(bound.category_points[pk], rows) for pk, rows in by_category.items()}
    parts = {pk: one for pk, one in sums.items() if one.ceiling}
    due = sum((Fraction(one.points * one.available, one.ceiling) for one in parts.values()), Fraction(0))
    zero = dict.fromkeys(sums, Fraction(0))
    return zero | {pk: 100 * Fraction(one.points, one.ceiling) / due for pk, one in parts.items()} if due else zero


def _part(result: RuleResult, weight: Fraction) -> Part:
    return Part(result.earned * weight, result.earned, result.available)


def _sum(results: list[RuleResult], weight: Fraction) -> Part:
    earned = sum(one.earned for one in results)
    return Part(earned * weight, earned, sum(one.available for one in results))


def _grade(score: Fraction | None, grades: tuple[tuple[str, int], ...]) -> str:
    """The grade whose line the score as shown meets; quota and year-end marks are not part of a simulation."""
    if score is None:
        return ""
    hundredths = (2 * score.numerator * 100 + score.denominator) // (2 * score.denominator)
    return next((name for name, line in grades if hundredths * 10_000 >= line), "")


def _in_year(rule: BoundRule, year: int) -> BoundRule:
    on = rule.terms.deadline_on
    if on is None or on.year == year:
        return rule
    day = min(on.day, calendar.monthrange(year, on.month)[1])
    return replace(rule, terms=replace(rule.terms, deadline_on=date(year, on.month, day)))


def _items(scheme: Scheme):
    return Item.objects.filter(scheme=scheme).values_list("pk", "code", "category_id")


def _names(old: Scheme, new: Scheme) -> dict[str, str]:
    """Item and rule codes with their names, the draft's where both have one."""
    found: dict[str, str] = {}
    for scheme in (old, new):
        for code, name in Item.objects.filter(scheme=scheme).values_list("code", "name"):
            found[code] = f"{code} {name}"
        for code, name in Rule.objects.filter(scheme=scheme).values_list("code", "item__name"):
            found[code] = f"{code}（{name}）"
    return found


def _grades(draft: Scheme, moves: list[Move]) -> tuple[tuple[str, int | None, int, int], ...]:
    """(grade, seats by its quota or None, branches on its line before, after)."""
    return tuple(
        (
            grade.name,
            None if grade.quota < 0 else grade.quota * len(moves) // 1_000_000,
            sum(1 for move in moves if move.old.grade == grade.name),
            sum(1 for move in moves if move.new.grade == grade.name),
        )
        for grade in draft.grades.all()
    )
