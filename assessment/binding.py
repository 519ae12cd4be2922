"""A scheme's rows as the plain values the pure rules work with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from assessment.models import ExtraItem, Metric, MetricKind, Rule, RuleEvent, RuleTier, Scheme
from assessment.rules import Event, ExtraTerms, RuleKind, RuleTerms, Tier
from assessment.rules.gather import BoundExtra, BoundRule


@dataclass(frozen=True)
class BoundScheme:
    """A scheme ready to be computed with; `category_of` leads from a rule's id to its category's."""

    scheme: Scheme
    rules: tuple[BoundRule, ...]
    extras: tuple[BoundExtra, ...]
    category_of: dict[int, int]
    category_points: dict[int, int]
    levels: frozenset[int]


def bind(scheme: Scheme) -> BoundScheme:
    """Read a scheme whole, in a fixed number of queries."""
    rules = list(Rule.objects.filter(scheme=scheme).order_by("position"))
    events, tiers = _by_rule(RuleEvent, scheme), _by_rule(RuleTier, scheme)
    return BoundScheme(
        scheme=scheme,
        rules=tuple(bound_rule(rule, events[rule.pk], tiers[rule.pk]) for rule in rules),
        extras=tuple(map(_extra, ExtraItem.objects.filter(scheme=scheme).order_by("position"))),
        category_of={rule.pk: rule.category_id for rule in rules},
        category_points=dict(scheme.categories.values_list("pk", "points")),
        levels=frozenset(Metric.objects.filter(kind=MetricKind.LEVEL).values_list("pk", flat=True)),
    )


def _by_rule(model: type[RuleEvent] | type[RuleTier], scheme: Scheme) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in model.objects.filter(rule__scheme=scheme):
        found[row.rule_id].append(row)
    return found


def rule_terms(rule: Rule, events: list[RuleEvent], tiers: list[RuleTier]) -> RuleTerms:
    """The plain terms of one rule row."""
    return RuleTerms(
        kind=RuleKind(rule.kind),
        points=rule.points,
        per_months=rule.per_months,
        target=rule.target,
        cap_per_period=rule.cap_per_period,
        deadline_on=rule.deadline_on,
        from_month=rule.from_month,
        events=tuple(Event(event.points, event.once, event.most) for event in events),
        tiers=tuple(Tier(tier.threshold, tier.score) for tier in tiers),
    )


def bound_rule(rule: Rule, events: list[RuleEvent], tiers: list[RuleTier]) -> BoundRule:
    """One rule row with the metrics it counts."""
    return BoundRule(
        pk=rule.pk,
        code=rule.code,
        terms=rule_terms(rule, events, tiers),
        metric_id=rule.metric_id,
        need_metric_id=rule.need_metric_id,
        event_metric_ids=tuple(event.metric_id for event in events),
        na_if=rule.na_if,
    )


def _extra(row: ExtraItem) -> BoundExtra:
    terms = ExtraTerms(row.code, row.points, row.most, row.occurrence_group and f"{row.kind}:{row.occurrence_group}")
    return BoundExtra(row.pk, row.kind, terms, row.metric_id)
