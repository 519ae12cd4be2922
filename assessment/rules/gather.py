"""From facts to what a rule starts from, in plain Python: the slow and plain twin of assessment/sql/.

Verification and the property tests recompute every score this way, so that two independent paths agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from assessment.rules.terms import POINT, RuleKind
from assessment.rules.total import ExtraTerms, extra_quantities
from assessment.rules.types import Inputs, RuleResult, RuleTerms, rule_score
from assessment.rules.window import Window


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact as scoring sees it. `is_live`: neither reversed nor a reversal; `seq` orders facts of one day."""

    metric_id: int
    happened_on: date
    quantity: int
    is_confirmed: bool
    is_live: bool = True
    seq: int = 0
    occurrence: str = ""


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule with the metrics it counts and the condition it is left out under."""

    pk: int
    code: str
    terms: RuleTerms
    metric_id: int | None = None
    need_metric_id: int | None = None
    event_metric_ids: tuple[int, ...] = ()
    na_if: str = ""


@dataclass(frozen=True, slots=True)
class BoundExtra:
    """A bonus or penalty item with its metric."""

    pk: int
    kind: str
    terms: ExtraTerms
    metric_id: int


@dataclass(frozen=True, slots=True)
class BranchYear:
    """What one branch brings to a window besides facts.

    na_months: by condition code, the months on whose last day it holds; marks: by rule code, the factors.
    """

    na_months: Mapping[str, frozenset[int]] = field(default_factory=dict)
    marks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


class Tally:
    """The facts of one branch in one window, confirmed alone or with the pending ones."""

    def __init__(
        self, facts: Iterable[FactLine], window: Window, levels: frozenset[int], *, confirmed_only: bool
    ) -> None:
        self._levels = levels
        self._facts: dict[int, list[FactLine]] = defaultdict(list)
        for fact in facts:
            in_window = window.start <= fact.happened_on <= window.end
            if in_window and (fact.is_confirmed or not confirmed_only):
                self._facts[fact.metric_id].append(fact)

    def quantity(self, metric_id: int | None, until: date | None = None) -> int:
        """A flow is added up (to the day `until`); of a level the latest live fact counts."""
        facts = self._facts.get(metric_id, []) if metric_id else []
        if metric_id in self._levels:
            live = [fact for fact in facts if fact.is_live]
            return max(live, key=lambda fact: (fact.happened_on, fact.seq)).quantity if live else 0
        return sum(fact.quantity for fact in facts if until is None or fact.happened_on <= until)

    def by_month(self, metric_id: int | None) -> dict[int, int]:
        """Quantity by month number."""
        found: dict[int, int] = defaultdict(int)
        for fact in self._facts.get(metric_id, []) if metric_id else []:
            found[fact.happened_on.month] += fact.quantity
        return found

    def by_occurrence(self, metric_id: int) -> dict[str, int]:
        """Quantity by occurrence number."""
        found: dict[str, int] = defaultdict(int)
        for fact in self._facts.get(metric_id, []):
            found[fact.occurrence] += fact.quantity
        return found


def inputs_of(rule: BoundRule, tally: Tally, branch: BranchYear) -> Inputs:
    """What the rule starts from for this branch."""
    na_months = branch.na_months.get(rule.na_if, frozenset())
    if rule.terms.kind == RuleKind.REVIEWER:
        factors = branch.marks.get(rule.code, ())
        return Inputs(done=sum(factors), need=POINT * len(factors), na_months=na_months)
    if rule.terms.kind in (RuleKind.DEDUCT, RuleKind.ADD_CAP):
        quantities = tuple(tally.quantity(metric_id) for metric_id in rule.event_metric_ids)
        return Inputs(events=quantities, na_months=na_months)
    if rule.terms.per_months:
        return Inputs(by_month=tally.by_month(rule.metric_id), na_months=na_months)
    return Inputs(
        done=tally.quantity(rule.metric_id, rule.terms.deadline_on),
        need=tally.quantity(rule.need_metric_id),
        na_months=na_months,
    )


def rule_results(rules: Iterable[BoundRule], tally: Tally, branch: BranchYear, window: Window) -> dict[int, RuleResult]:
    """The score of every rule by its id."""
    return {rule.pk: rule_score(rule.terms, inputs_of(rule, tally, branch), window) for rule in rules}


def extra_results(extras: Iterable[BoundExtra], tally: Tally) -> dict[int, int]:
    """What counts of every bonus and penalty item (thousandths), by its id."""
    extras = list(extras)
    told = {extra.terms.code: tally.by_occurrence(extra.metric_id) for extra in extras}
    counted = extra_quantities((extra.terms for extra in extras), told)
    return {extra.pk: counted[extra.terms.code] for extra in extras}
