"""The facts of one branch and year, as they stand now or stood at a closing, summed for the pure rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from assessment.models import Fact, FactState, ReviewMark
from assessment.rules import Event, ExtraTerms, Inputs, RuleKind, RuleTerms, Tier, Window, extra_quantities
from assessment.selectors.frame import RuleFrame, SchemeFrame
from core.periods import Month

NA_FLAGS = {"no_committee": "has_committee", "no_groups": "has_groups"}


@dataclass(frozen=True)
class FactBook:
    """Live facts (oldest first), review marks and the months' conditions of one branch in one year.

    `as_of` is the moment of a closing: what was recorded, reversed or confirmed later is not seen.
    """

    year: int
    as_of: datetime | None
    facts: tuple[Fact, ...]
    marks: tuple[ReviewMark, ...]
    conditions: dict[int, dict[str, bool]] = field(default_factory=dict)

    @cached_property
    def by_metric(self) -> dict[int, list[Fact]]:
        found: dict[int, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            found[fact.metric_id].append(fact)
        return found

    def is_confirmed(self, fact: Fact) -> bool:
        """Whether the fact was confirmed at the moment the book is about."""
        if fact.state != FactState.CONFIRMED:
            return False
        return self.as_of is None or fact.confirmed_at is None or fact.confirmed_at <= self.as_of

    def counted(self, metric_id: int | None, until: date, *, confirmed: bool) -> list[Fact]:
        """The facts of a metric from 1 January to `until`."""
        facts = self.by_metric.get(metric_id or 0, ())
        return [fact for fact in facts if fact.happened_on <= until and (not confirmed or self.is_confirmed(fact))]

    def value(self, metric_id: int | None, frame: SchemeFrame, until: date, *, confirmed: bool) -> int:
        """A flow's sum, a level's latest, in thousandths."""
        facts = self.counted(metric_id, until, confirmed=confirmed)
        if frame.metrics[metric_id].kind == "level":  # type: ignore[index] -- a rule without a metric is never asked for its value
            return facts[-1].quantity if facts else 0
        return sum(fact.quantity for fact in facts)

    def parts_of(self, metric_id: int) -> tuple[int, ...]:
        """The metrics whose facts make this one; itself, where nothing is derived."""
        return (metric_id,)

    def na_months(self, rule: RuleFrame, window: Window) -> frozenset[int]:
        """The months on whose last day the rule does not apply."""
        return frozenset(
            month
            for month, flags in self.conditions.items()
            if rule.row.na_if and month <= window.number and not flags[NA_FLAGS[rule.row.na_if]]
        )

    def marks_until(self, rule: RuleFrame, month: int) -> list[ReviewMark]:
        return [
            mark for mark in self.marks if mark.rule_code == rule.code and mark.counts_from <= self.year * 100 + month
        ]


@dataclass(frozen=True)
class YearRows:
    """All facts and marks of a branch in a year, as the tables hold them: books of any moment are made of them."""

    year: int
    facts: tuple[Fact, ...]
    marks: tuple[ReviewMark, ...]
    conditions: dict[int, dict[str, bool]]

    def book(self, as_of: datetime | None = None) -> FactBook:
        """What stands now, or stood at a closing."""
        known = [fact for fact in self.facts if as_of is None or fact.recorded_at <= as_of]
        reversed_ids = {fact.reverses_id for fact in known}
        live = tuple(fact for fact in known if fact.reverses_id is None and fact.pk not in reversed_ids)
        return FactBook(
            self.year, as_of, live, tuple(mark for mark in self.marks if _stood(mark, as_of)), self.conditions
        )


def _stood(mark: ReviewMark, as_of: datetime | None) -> bool:
    if as_of is None:
        return mark.withdrawn_at is None
    return mark.marked_at <= as_of and (mark.withdrawn_at is None or mark.withdrawn_at > as_of)


def read_year(root_id: int, branch_id: int, year: int, conditions: dict) -> YearRows:
    """What books of a branch and year are made of; 2 queries."""
    span = (Month(year, 1).key, Month(year, 12).key)
    facts = Fact.objects.filter(root_id=root_id, branch_id=branch_id, month__range=span).order_by("happened_on", "pk")
    marks = ReviewMark.objects.filter(root_id=root_id, branch_id=branch_id, year=year).order_by("marked_at")
    return YearRows(year, tuple(facts), tuple(marks), conditions)


def terms_of(rule: RuleFrame) -> RuleTerms:
    """A stored rule in the terms of the pure rules."""
    row = rule.row
    return RuleTerms(
        kind=RuleKind(row.kind),
        points=row.points,
        per_months=row.per_months,
        target=row.target,
        cap_per_period=row.cap_per_period,
        deadline_on=row.deadline_on,
        from_month=row.from_month,
        events=tuple(Event(event.points, event.once, event.most) for event in rule.events),
        tiers=tuple(Tier(tier.threshold, tier.score) for tier in rule.tiers),
    )


def inputs_of(rule: RuleFrame, frame: SchemeFrame, book: FactBook, window: Window, *, confirmed: bool) -> Inputs:
    """What the pure rule starts from, from the book's facts up to the end of the window."""
    until, row = window.end, rule.row
    na_months = book.na_months(rule, window)
    if rule.kind == RuleKind.RATIO_FULL and row.per_months:
        by_month: dict[int, int] = defaultdict(int)
        for fact in book.counted(row.metric_id, until, confirmed=confirmed):
            by_month[fact.happened_on.month] += fact.quantity
        return Inputs(by_month=dict(by_month), na_months=na_months)
    if rule.kind in (RuleKind.RATIO_FULL, RuleKind.TIER_RATE):
        done = book.value(row.metric_id, frame, until, confirmed=confirmed)
        return Inputs(
            done=done, need=book.value(row.need_metric_id, frame, until, confirmed=confirmed), na_months=na_months
        )
    if rule.kind == RuleKind.YES_NO:
        last = min(until, row.deadline_on)
        return Inputs(done=book.value(row.metric_id, frame, last, confirmed=confirmed), na_months=na_months)
    if rule.kind == RuleKind.REVIEWER:
        marks = book.marks_until(rule, window.number)
        return Inputs(done=sum(mark.factor for mark in marks), need=len(marks) * 1_000_000, na_months=na_months)
    events = tuple(book.value(event.metric_id, frame, until, confirmed=confirmed) for event in rule.events)
    return Inputs(events=events, na_months=na_months)


def extra_counts(frame: SchemeFrame, book: FactBook, until: date, *, confirmed: bool) -> dict[str, int]:
    """What counts of each bonus and penalty item (thousandths), of one occurrence the highest alone."""
    told: dict[str, dict[str, int]] = {}
    for extra in frame.extras:
        by_occurrence: dict[str, int] = defaultdict(int)
        for fact in book.counted(extra.metric_id, until, confirmed=confirmed):
            by_occurrence[fact.occurrence] += fact.quantity
        told[extra.code] = by_occurrence
    terms = [ExtraTerms(extra.code, extra.points, extra.most, extra.occurrence_group) for extra in frame.extras]
    return extra_quantities(terms, told)
