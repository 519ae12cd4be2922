"""What a closing freezes of one branch, and its one canonical writing, over which the digests are taken.

Canonical: JSON of integers and texts only, keys sorted, no spaces, UTF-8 (security.md §5.2).
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from assessment import rules
from assessment.binding import BoundScheme
from assessment.models import BranchMonth, ExtraKind, ExtraScore, Fact, MonthClosing, RuleScore
from assessment.rules import POINT, CategorySum, RuleResult
from assessment.rules.terms import divided
from core.periods import Month

CONDITIONS = {"no_committee": "has_committee", "no_groups": "has_groups"}
NOTHING = RuleResult(0, 0, 0, 0, 0)
PARTS = ("earned", "available", "ceiling", "done", "need")
VIEW_COLUMNS: dict[Any, list[str]] = {
    RuleScore: [f"{part}_{name}" for name in ("confirmed", "provisional") for part in PARTS],
    ExtraScore: ["quantity_confirmed", "quantity_provisional"],
}


@dataclass(frozen=True)
class View:
    """One of the two scores kept apart: the results of the rules and of the extras, by id."""

    rules: Mapping[int, RuleResult]
    extras: Mapping[int, int]


@dataclass(frozen=True)
class Frozen:
    """All that is frozen of one branch: what it was judged by, and both scores."""

    branch_id: int
    inputs: dict[str, Any]
    confirmed: View
    provisional: View


@dataclass(frozen=True)
class Figures:
    """Base, bonus, penalty and score of one view, exact; base and score None where nothing is due."""

    base: Fraction | None
    bonus: Fraction
    penalty: Fraction
    score: Fraction | None


def current_closing(root_id: int, month: Month) -> MonthClosing | None:
    """The closing a frozen month stands on; None if the month is open."""
    closings = MonthClosing.objects.filter(root_id=root_id, month=month.key, reopened_at__isnull=True)
    return closings.select_related("scheme").first()


def window_facts(facts: QuerySet[Fact], root_id: int, month: Month) -> QuerySet[Fact]:
    """Facts dated from January to the last day of the month."""
    months = [one.key for one in Month(month.year, 1).until(month)]
    return facts.filter(root_id=root_id, month__in=months)


def figures(bound: BoundScheme, view: View) -> Figures:
    """From rules to a score (scoring.md)."""
    by_category: dict[int, list[RuleResult]] = defaultdict(list)
    for rule in bound.rules:
        by_category[bound.category_of[rule.pk]].append(view.rules.get(rule.pk, NOTHING))
    base = rules.base(CategorySum.of(bound.category_points[pk], results) for pk, results in by_category.items())
    bonus = _extras(bound, view, ExtraKind.BONUS, bound.scheme.bonus_cap)
    penalty = _extras(bound, view, ExtraKind.PENALTY, bound.scheme.penalty_cap)
    if base is None:
        return Figures(None, bonus, penalty, None)
    limits = {"floor": bound.scheme.score_floor, "cap": bound.scheme.display_cap}
    return Figures(base, bonus, penalty, rules.score(base, bonus, penalty, **limits))


def _extras(bound: BoundScheme, view: View, kind: str, cap: int) -> Fraction:
    items = [extra for extra in bound.extras if extra.kind == kind]
    return rules.extras_total((rules.extra_points(one.terms, view.extras.get(one.pk, 0)) for one in items), cap)


def frozen_rows(root_id: int, month: Month, bound: BoundScheme) -> list[Frozen]:
    """The computed rows of a month as they stand in the tables, by branch id."""
    inputs = branch_inputs(root_id, month)
    scores = _by_branch(RuleScore, root_id, month, "rule_id")
    extras = _by_branch(ExtraScore, root_id, month, "extra_id")
    return [
        Frozen(
            branch_id,
            inputs[branch_id],
            _view(scores[branch_id], extras[branch_id], is_confirmed=True),
            _view(scores[branch_id], extras[branch_id], is_confirmed=False),
        )
        for branch_id in sorted(inputs)
    ]


def branch_inputs(root_id: int, month: Month) -> dict[int, dict[str, Any]]:
    """By measured branch: S, and by condition the months on whose last day it holds."""
    months = [one.key for one in Month(month.year, 1).until(month)]
    found: dict[int, dict[str, Any]] = {}
    gone: dict[int, dict[str, list[int]]] = defaultdict(lambda: {name: [] for name in CONDITIONS})
    for row in BranchMonth.objects.filter(root_id=root_id, month__in=months).order_by("month"):
        for name, column in CONDITIONS.items():
            if not getattr(row, column):
                gone[row.branch_id][name].append(row.month % 100)
        if row.month == month.key and row.is_measured:
            found[row.branch_id] = {"first_month": row.first_month}
    return {branch_id: {**row, **gone[branch_id]} for branch_id, row in found.items()}


def canonical_row(bound: BoundScheme, row: Frozen) -> str:
    """One branch as one line of text."""
    both = [figures(bound, view) for view in (row.confirmed, row.provisional)]
    return canonical_json(
        {
            "branch": row.branch_id,
            "inputs": row.inputs,
            "rules": [[rule.code, *_numbers(row, rule.pk)] for rule in bound.rules],
            "extras": [
                [one.terms.code, row.confirmed.extras.get(one.pk, 0), row.provisional.extras.get(one.pk, 0)]
                for one in bound.extras
            ],
            "figures": [[str(one.base), str(one.bonus), str(one.penalty), str(one.score)] for one in both],
        }
    )


def closed_figures(bound: BoundScheme, row: Frozen) -> dict[str, int | None]:
    """The figures of a branch as its closed score keeps them, by column."""
    confirmed = figures(bound, row.confirmed)
    return {
        "base_confirmed": millionths_of(confirmed.base),
        "bonus_confirmed": millionths_of(confirmed.bonus),
        "penalty_confirmed": millionths_of(confirmed.penalty),
        "score_confirmed": millionths_of(confirmed.score),
        "score_provisional": millionths_of(figures(bound, row.provisional).score),
        "shown_confirmed": shown_hundredths(confirmed.score),
    }


def millionths_of(value: Fraction | None) -> int | None:
    """A figure as it is kept in the tables of closings, half up."""
    return None if value is None else divided(value.numerator * POINT, value.denominator)


def shown_hundredths(value: Fraction | None) -> int | None:
    """A score as shown, in hundredths of a point."""
    return None if value is None else divided(value.numerator * 100, value.denominator)


def row_digest(bound: BoundScheme, row: Frozen) -> str:
    return sha256(canonical_row(bound, row))


def month_digest(closing: MonthClosing, row_digests: Iterable[str]) -> str:
    """The digest of a whole month, over its head and the digests of its branches in the order of their ids."""
    head = {
        "root": closing.root_id,
        "month": closing.month,
        "revision": closing.revision,
        "scheme": [closing.scheme.code, closing.scheme.year, closing.scheme.version],
        "closed_at": _moment(closing.closed_at),
        "facts": closing.fact_count,
        "branches": list(row_digests),
    }
    if closing.facts_digest:  # closings of before the seals have none
        head["facts_digest"] = closing.facts_digest
    return sha256(canonical_json(head))


def item_sums(bound: BoundScheme, row: Frozen) -> dict[str, list[int]]:
    """Item code → [earned, available] over its rules (confirmed); a rule's code begins with its item's."""
    found: dict[str, list[int]] = {}
    for rule in bound.rules:
        result = row.confirmed.rules.get(rule.pk, NOTHING)
        sums = found.setdefault(rule.code.partition(".")[0], [0, 0])
        sums[0], sums[1] = sums[0] + result.earned, sums[1] + result.available
    return found


def _moment(at: datetime) -> str:
    """One writing of a moment, whatever zone it came in."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _numbers(row: Frozen, rule_id: int) -> list[int]:
    found = []
    for view in (row.confirmed, row.provisional):
        one = view.rules.get(rule_id, NOTHING)
        found += [one.earned, one.available, one.ceiling, one.done, one.need]
    return found


def _by_branch(model: Any, root_id: int, month: Month, key: str) -> dict[int, dict[int, Any]]:
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    columns = VIEW_COLUMNS[model]
    rows = model.objects.filter(root_id=root_id, month=month.key).values_list("branch_id", key, *columns)
    for branch_id, pk, *values in rows.iterator(chunk_size=5000):
        found[branch_id][pk] = values
    return found


def _view(scores: dict[int, list[int]], extras: dict[int, list[int]], *, is_confirmed: bool) -> View:
    half = slice(0, 5) if is_confirmed else slice(5, 10)
    return View(
        {pk: RuleResult(*values[half]) for pk, values in scores.items()},
        {pk: values[0 if is_confirmed else 1] for pk, values in extras.items()},
    )


def canonical_json(value: Any) -> str:
    """The one writing of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """The digest of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
