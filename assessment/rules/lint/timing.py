"""Whether each rule comes due in the year, and whether its window can be met at all."""

from __future__ import annotations

from collections.abc import Iterator

from assessment.rules.document import RulePart, SchemeDoc, in_words
from assessment.rules.lint.findings import Finding, LintContext, Occasion, error, warning
from assessment.rules.terms import QUANTITY, RuleKind
from assessment.rules.types import YEAR


def check(doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    for rule in doc.rules:
        yield from _start(rule)
        if rule.kind == RuleKind.YES_NO and rule.deadline:
            yield from _deadline(rule, rule.deadline, doc, context)
        elif rule.kind == RuleKind.RATIO_FULL and rule.per_months:
            yield from _target(rule, doc, context)


def _start(rule: RulePart) -> Iterator[Finding]:
    if not 1 <= rule.from_month <= YEAR:
        yield error(
            "due.never",
            rule,
            "from_month",
            f"{rule.code}从{rule.from_month}月起计，一年里没有这个月",
            "这条规则全年都不计分，分值等于白设。",
            "改成1到12月。",
        )


def _deadline(rule: RulePart, deadline: tuple[int, int], doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    month, day = deadline
    occasion = context.occasions.get(rule.metric)
    if rule.from_month <= YEAR and month < rule.from_month:
        yield error(
            "window.before_start",
            rule,
            "deadline",
            f"{rule.code}截止{month}月{day}日，却从{rule.from_month}月才起计",
            "起计时期限早就过了，没赶上的支部看到时已经无法补救。",
            "把起计月份提到截止月份之前，或者推迟截止日。",
        )
    if occasion and month < occasion.first_month:
        name = doc.metric_name(rule.metric)
        yield error(
            "window.unmet",
            rule,
            "deadline",
            f"{rule.code}要求{month}月{day}日前完成“{name}”，而它最早{occasion.first_month}月才有",
            "期限之前没有支部做得到，全都得0分。",
            f"把截止日推到{occasion.first_month}月以后。",
        )
    elif month < doc.head.valid_month:
        yield warning(
            "window.past",
            rule,
            "deadline",
            f"{rule.code}截止{month}月{day}日，方案{doc.head.valid_month}月才生效",
            "生效时期限已过，之前没有做的支部无法补救。",
            "推迟截止日，或者确认之前就有同样的要求。",
        )


def _target(rule: RulePart, doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    occasion = context.occasions.get(rule.metric, Occasion(times=0))
    periods = YEAR // rule.per_months
    if occasion.times and rule.target * periods > occasion.times * QUANTITY:
        yield error(
            "cap.impossible",
            rule,
            "target",
            f"{rule.code}全年要{in_words(rule.target * periods * 1000)}次“{doc.metric_name(rule.metric)}”，"
            f"而它一年只有{occasion.times}次",
            "没有支部完得成，最高分谁也拿不到。",
            "把周期改为每年、目标改为1，或者换一个指标。",
        )
