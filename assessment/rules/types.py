"""The six rule types: what is earned (e), what is available (a) and what there is in the year (a′).

Integer arithmetic throughout, the same as in assessment/sql/: quantities in thousandths, points in millionths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from assessment.rules.terms import POINT, QUANTITY, RuleKind, divided
from assessment.rules.window import NOT_THIS_YEAR, Window

YEAR = 12
NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a deduct or add_cap rule; `most` caps its own sum (-1: no cap)."""

    points: int
    once: bool = False
    most: int = NO_LIMIT


@dataclass(frozen=True, slots=True)
class Tier:
    """From this rate (millionths) on, this score."""

    threshold: int
    score: int


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """A rule in plain values; which metrics it counts is the business of who fills its Inputs."""

    kind: RuleKind
    points: int
    per_months: int = 0
    target: int = 0
    cap_per_period: bool = False
    deadline_on: date | None = None
    from_month: int = 1
    events: tuple[Event, ...] = ()
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a rule starts from, for one branch and window, confirmed or provisional.

    by_month: quantity by month number (rules with periods)
    done, need: quantities in the window: numerator and denominator; for yes_no done by the deadline; for
        reviewer the sum of the factors and their number (millionths)
    events: quantity of each event, in the order of the rule's events
    na_months: the months on whose last day the rule's na_if holds (the running month: today)
    """

    by_month: Mapping[int, int] = field(default_factory=dict)
    done: int = 0
    need: int = 0
    events: tuple[int, ...] = ()
    na_months: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleResult:
    """e, a and a′ in millionths, and the two numbers the arithmetic starts from (see models.RuleScore)."""

    earned: int
    available: int
    ceiling: int
    done: int
    need: int

    @property
    def is_due(self) -> bool:
        return self.available > 0

    @property
    def is_applicable(self) -> bool:
        return self.ceiling > 0


def rule_score(rule: RuleTerms, inputs: Inputs, window: Window) -> RuleResult:
    """The score of one rule (scoring.md, The six rule types), with from_month applied last."""
    result = _TYPES[rule.kind](rule, inputs, window)
    if window.number < rule.from_month and result.earned < rule.points:
        return replace(result, earned=0, available=0)
    return result


def ratio_full(rule: RuleTerms, inputs: Inputs, window: Window) -> RuleResult:
    """points × min(1, done / need), over periods or against a target metric."""
    if not rule.per_months:
        return _rate(rule, inputs, window, divided_points(rule.points, inputs.done, inputs.need), inputs.need > 0)
    periods = counted_periods(rule, inputs, window)
    done, need = _done_in(periods, rule, inputs), rule.target * len(periods)
    if not periods:
        gone = window.number in inputs.na_months or window.number == YEAR
        return RuleResult(0, 0, 0 if gone else rule.points, done, 0)
    return RuleResult(divided_points(rule.points, done, need), rule.points, rule.points, done, need)


def tier_rate(rule: RuleTerms, inputs: Inputs, window: Window) -> RuleResult:
    """The score of the first tier, highest first, with numerator ≥ min × denominator, without dividing."""
    reached = (
        tier.score
        for tier in sorted(rule.tiers, key=lambda tier: -tier.threshold)
        if inputs.done * POINT >= tier.threshold * inputs.need
    )
    return _rate(rule, inputs, window, next(reached, 0), inputs.need > 0)


def deduct(rule: RuleTerms, inputs: Inputs, window: Window) -> RuleResult:
    """max(0, points − Σ of the events); always due."""
    lost = events_sum(rule, inputs)
    if window.number in inputs.na_months:
        return RuleResult(0, 0, 0, lost, rule.points)
    return RuleResult(max(0, rule.points - lost), rule.points, rule.points, lost, rule.points)


def add_cap(rule: RuleTerms, inputs: Inputs, window: Window) -> RuleResult:
    """min(room, Σ of the events), room = points × ended months from S / 12."""
    gathered, room = events_sum(rule, inputs), divided(rule.points * window.room_months, YEAR)
    if window.number in inputs.na_months:
        return RuleResult(0, 0, 0, gathered, room)
    year = divided(rule.points * max(0, NOT_THIS_YEAR - window.first_month), YEAR)
    return RuleResult(min(room, gathered), room, year, gathered, room)


def yes_no(rule: RuleTerms, inputs: Inputs, window: Window) -> RuleResult:
    """points once the thing is done by its deadline; due from then, or from the deadline on."""
    assert rule.deadline_on is not None
    is_met = inputs.done >= QUANTITY
    if window.number in inputs.na_months or (not is_met and rule.deadline_on < window.first_days_end()):
        return RuleResult(0, 0, 0, inputs.done, QUANTITY)
    earned = rule.points if is_met else 0
    available = rule.points if is_met or rule.deadline_on <= window.end else 0
    return RuleResult(earned, available, rule.points, inputs.done, QUANTITY)


def reviewer(rule: RuleTerms, inputs: Inputs, window: Window) -> RuleResult:
    """points × mean of the factors; due with the first mark."""
    return _rate(rule, inputs, window, divided_points(rule.points, inputs.done, inputs.need), inputs.need > 0)


def counted_periods(rule: RuleTerms, inputs: Inputs, window: Window) -> list[int]:
    """The periods (0, 1, …) that count: ended, or running with the target reached; none that begins before S
    or on whose last day the rule does not apply."""
    length = rule.per_months
    running = (window.number - 1) // length
    return [
        n
        for n in range(running + 1)
        if n * length + 1 >= window.first_month
        and min((n + 1) * length, window.number) not in inputs.na_months
        and ((n + 1) * length <= window.ended_months or in_period(n, rule, inputs) >= rule.target)
    ]


def in_period(n: int, rule: RuleTerms, inputs: Inputs) -> int:
    """The quantity in period n."""
    first = n * rule.per_months + 1
    return sum(inputs.by_month.get(month, 0) for month in range(first, first + rule.per_months))


def events_sum(rule: RuleTerms, inputs: Inputs) -> int:
    """Σ over events of min(cap, n × points), in millionths; exact, for event points have at most 3 decimals."""
    return sum(event_points(event, quantity) for event, quantity in zip(rule.events, inputs.events, strict=True))


def event_points(event: Event, quantity: int) -> int:
    """min(cap, n × points) of one event."""
    counted = min(QUANTITY, quantity) if event.once else quantity
    worth = counted * (event.points // 1000)
    return worth if event.most == NO_LIMIT else min(event.most, worth)


def divided_points(points: int, done: int, need: int) -> int:
    """points × min(1, done / need), half up; 0 where there is nothing to do."""
    return divided(points * min(done, need), need) if need > 0 else 0


def _done_in(periods: list[int], rule: RuleTerms, inputs: Inputs) -> int:
    if not rule.cap_per_period:
        return sum(inputs.by_month.values())
    return sum(min(rule.target, in_period(n, rule, inputs)) for n in periods)


def _rate(rule: RuleTerms, inputs: Inputs, window: Window, earned: int, is_due: bool) -> RuleResult:
    """A rule without periods: not applicable by condition, or at the year's end with nothing to measure."""
    if window.number in inputs.na_months:
        return RuleResult(0, 0, 0, inputs.done, inputs.need)
    if not is_due:
        return RuleResult(0, 0, 0 if window.number == YEAR else rule.points, inputs.done, inputs.need)
    return RuleResult(earned, rule.points, rule.points, inputs.done, inputs.need)


_TYPES = {
    RuleKind.RATIO_FULL: ratio_full,
    RuleKind.TIER_RATE: tier_rate,
    RuleKind.DEDUCT: deduct,
    RuleKind.ADD_CAP: add_cap,
    RuleKind.YES_NO: yes_no,
    RuleKind.REVIEWER: reviewer,
}
