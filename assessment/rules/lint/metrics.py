"""Whether what is counted is told by somebody, is of the right kind, and is counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from assessment.rules.document import RulePart, SchemeDoc, metrics_of
from assessment.rules.lint.findings import Finding, LintContext, error, warning
from assessment.rules.terms import RuleKind


def check(doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    for rule in doc.rules:
        yield from _told(rule, doc, context)
        yield from _kinds(rule, doc)
    yield from _twice(doc)
    for extra in doc.extras:
        if extra.metric not in doc.metrics or extra.metric not in context.reporters:
            yield error(
                "metric.unreported",
                extra,
                "metric",
                f"{extra.code}“{extra.name}”没有人报送",
                "没有来源，谁也加不了、扣不了。",
                "删去这一项后重新添加。",
            )


def _told(rule: RulePart, doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    for code in dict.fromkeys(metrics_of(rule)):
        if code not in doc.metrics:
            yield error(
                "metric.unknown",
                rule,
                "metric",
                f"{rule.code}用到的指标“{code}”不存在",
                "没有这个指标，就没有数可计。",
                "改选一个现有的指标。",
            )
        elif code not in context.reporters:
            yield error(
                "metric.unreported",
                rule,
                field_of(rule, code),
                f"{rule.code}用到的“{doc.metric_name(code)}”没有人报送",
                "系统里没有哪个环节记这个数，也不能申报，全年都是0。",
                "换一个有来源的指标。",
            )


def field_of(rule: RulePart, code: str) -> str:
    """In which field of its form a rule names a metric."""
    if code == rule.metric:
        return "metric"
    return "need_metric" if code == rule.need_metric else "events"


def _kinds(rule: RulePart, doc: SchemeDoc) -> Iterator[Finding]:
    done, need = doc.metrics.get(rule.metric), doc.metrics.get(rule.need_metric)
    counts_over_time = rule.kind == RuleKind.YES_NO or (rule.kind == RuleKind.RATIO_FULL and rule.per_months)
    if counts_over_time and done and done.is_level:
        yield error(
            "metric.kind",
            rule,
            "metric",
            f"{rule.code}按期计次，“{done.short}”却是月末时点数",
            "时点数不能逐期相加，算出来没有意义。",
            "换一个累计指标，或者改用比率分档。",
        )
    elif done and need and done.is_level and not need.is_level:
        yield error(
            "metric.kind",
            rule,
            "need_metric",
            f"{rule.code}用时点数“{done.short}”比累计数“{need.short}”",
            "分母越积越大，分子却只看最近一次，比率没有意义。",
            "分子分母选同一种指标。",
        )
    for event in rule.events:
        metric = doc.metrics.get(event.metric)
        if metric and metric.is_level:
            yield error(
                "metric.kind",
                rule,
                "events",
                f"{rule.code}的事项“{metric.short}”是月末时点数",
                "事项按发生的次数计，时点数没有“次”。",
                "换一个累计指标。",
            )


def _twice(doc: SchemeDoc) -> Iterator[Finding]:
    """The same happening rewarded (or punished) by two rules."""
    counted: dict[str, list[RulePart]] = defaultdict(list)
    for rule in doc.rules:
        for code in dict.fromkeys([rule.metric, *(event.metric for event in rule.events)]):
            if code:
                counted[code].append(rule)
    for code, rules in counted.items():
        if len(rules) > 1:
            others = "、".join(rule.code for rule in rules)
            yield warning(
                "metric.twice",
                rules[-1],
                field_of(rules[-1], code),
                f"“{doc.metric_name(code)}”在{others}里各计一次",
                "同一件事得两回分或扣两回分，等于悄悄加大了它的分量。",
                "只留一处，或者说明为什么要计两次。",
            )
