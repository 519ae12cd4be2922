"""How the rules of one scheme are computed: which statement, over which rules and metrics."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from functools import lru_cache

from assessment.models import ExtraItem, Metric, MetricKind, Rule, RuleEvent, Scheme, SchemeStatus
from assessment.rules import RuleKind


@dataclass(frozen=True)
class Part:
    """The rules of one type: their statement, their ids, and the metrics they count, by kind and (`reads`) by rule."""

    statement: str
    rules: tuple[int, ...]
    flows: tuple[int, ...]
    levels: tuple[int, ...]
    inside_months: tuple[int, ...]
    reads: tuple[tuple[int, frozenset[int]], ...] = ()

    def touched_by(self, metrics: Set[int]) -> Part | None:
        """The same part with only the rules that read one of these metrics; None without any."""
        rules = tuple(rule_id for rule_id, read in self.reads if read & metrics)
        return replace(self, rules=rules) if rules else None


@dataclass(frozen=True)
class Plan:
    """The parts of a scheme, and all ids a month scored by it may hold."""

    parts: tuple[Part, ...]
    extra_metrics: tuple[int, ...]
    all_rules: tuple[int, ...]
    all_extras: tuple[int, ...]

    def touched_by(self, metrics: Set[int]) -> list[Part]:
        """What must be computed again when only facts of these metrics have changed."""
        return [touched for part in self.parts if (touched := part.touched_by(metrics))]


def plan_of(scheme: Scheme) -> Plan:
    """The plan of a scheme; a published one cannot change and is kept in memory."""
    return _make(scheme.pk) if scheme.status == SchemeStatus.DRAFT else _kept(scheme.pk, scheme.token)


@lru_cache(maxsize=64)
def _kept(scheme_id: int, token: str) -> Plan:
    return _make(scheme_id)


def _make(scheme_id: int) -> Plan:
    rules = list(Rule.objects.filter(scheme_id=scheme_id).select_related("metric", "need_metric"))
    events = list(RuleEvent.objects.filter(rule__scheme_id=scheme_id).select_related("metric"))
    extras = list(ExtraItem.objects.filter(scheme_id=scheme_id).values_list("pk", "metric_id"))
    names = sorted({_statement(rule) for rule in rules})
    return Plan(
        parts=tuple(_part(name, [rule for rule in rules if _statement(rule) == name], events) for name in names),
        extra_metrics=tuple(sorted({metric_id for _, metric_id in extras})),
        all_rules=tuple(sorted(rule.pk for rule in rules)),
        all_extras=tuple(sorted(pk for pk, _ in extras)),
    )


def _statement(rule: Rule) -> str:
    if rule.kind == RuleKind.RATIO_FULL:
        return "ratio_periods" if rule.per_months else "ratio_target"
    return rule.kind


def _part(statement: str, rules: list[Rule], events: Iterable[RuleEvent]) -> Part:
    read: dict[int, list[Metric]] = {rule.pk: _own_metrics(rule) for rule in rules}
    for event in events:
        if event.rule_id in read:
            read[event.rule_id].append(event.metric)
    metrics = [metric for own in read.values() for metric in own]
    return Part(
        statement=statement,
        rules=tuple(sorted(read)),
        flows=tuple(sorted({metric.pk for metric in metrics if metric.kind == MetricKind.FLOW})),
        levels=tuple(sorted({metric.pk for metric in metrics if metric.kind == MetricKind.LEVEL})),
        inside_months=tuple(sorted({rule.deadline_inside for rule in rules if rule.deadline_inside})),
        reads=tuple((pk, frozenset(metric.pk for metric in own)) for pk, own in sorted(read.items())),
    )


def _own_metrics(rule: Rule) -> list[Metric]:
    return [metric for metric in (rule.metric, rule.need_metric) if metric]
