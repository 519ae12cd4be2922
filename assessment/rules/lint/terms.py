"""Whether each rule's own terms hold: what its type needs, tiers, events, levels, and whether its top can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from assessment.rules.document import EventPart, RulePart, SchemeDoc, in_words, percent_words
from assessment.rules.lint.findings import Finding, LintContext, error, warning
from assessment.rules.terms import POINT, RuleKind
from assessment.rules.types import NO_LIMIT

MOST_TIERS = 6  # as many as sql/tier_rate.sql unrolls
PERIODS = (1, 3, 6, 12)
LOST = "最高分谁也拿不到，这部分分值等于白设。"


def check(doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    for rule in doc.rules:
        if rule.points <= 0:
            yield error(
                "rule.points",
                rule,
                "points",
                f"{rule.code}的分值是{in_words(rule.points)}",
                "规则至少要值一点分。",
                "填大于0的分值。",
            )
        if rule.kind not in _TERMS:
            yield error(
                "rule.kind", rule, "kind", f"{rule.code}没有计分方式", "系统不知道怎么算。", "从六种计分方式里选一种。"
            )
            continue
        if rule.na_if and rule.na_if not in context.conditions:
            yield error(
                "na.unknown",
                rule,
                "na_if",
                f"{rule.code}的不适用条件“{rule.na_if}”不存在",
                "系统判断不了，谁都会算作适用。",
                "改选一个现有的条件，或者不设。",
            )
        yield from _TERMS[RuleKind(rule.kind)](rule, doc, context)


def _missing(rule: RulePart, field: str, what: str) -> Finding:
    return error("rule.incomplete", rule, field, f"{rule.code}没有写明{what}", "缺了它就无法计分。", f"填上{what}。")


def _ratio(rule: RulePart, doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    if not rule.metric:
        yield _missing(rule, "metric", "计数的指标")
    if rule.per_months and rule.need_metric:
        yield error(
            "rule.both",
            rule,
            "need_metric",
            f"{rule.code}既按周期又按目标指标计",
            "两种算法会得出不同的分。",
            "只留周期与目标，或者只留目标指标。",
        )
    elif rule.per_months and rule.per_months not in PERIODS:
        yield error(
            "rule.period",
            rule,
            "per_months",
            f"{rule.code}的周期是{rule.per_months}个月",
            "全年分不成整数个周期，最后一个周期永远不结束。",
            "选每月、每季度、每半年或每年。",
        )
    elif rule.per_months and rule.target <= 0:
        yield error(
            "rule.target",
            rule,
            "target",
            f"{rule.code}的每期目标不大于0",
            "没有目标就没有应完成的数，这条规则永远不计分。",
            "填大于0的目标。",
        )
    elif not rule.per_months and not rule.need_metric:
        yield _missing(rule, "need_metric", "周期与目标（或者目标指标）")


def _tier(rule: RulePart, doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    if not rule.metric:
        yield _missing(rule, "metric", "分子")
    if not rule.need_metric:
        yield _missing(rule, "need_metric", "分母")
    if not rule.tiers:
        yield _missing(rule, "tiers", "得分档")
        return
    if len(rule.tiers) > MOST_TIERS:
        yield error(
            "tier.many",
            rule,
            "tiers",
            f"{rule.code}有{len(rule.tiers)}个得分档",
            f"系统最多按{MOST_TIERS}档计，后面的档不起作用。",
            f"并成{MOST_TIERS}档以内。",
        )
    yield from _ladder(rule)


def _ladder(rule: RulePart) -> Iterator[Finding]:
    tiers = sorted(rule.tiers, key=lambda tier: -tier.threshold)
    falling = all(high.score > low.score for high, low in pairwise(tiers))
    once = len({tier.threshold for tier in tiers}) == len(tiers)
    if not (falling and once):
        yield error(
            "tier.order",
            rule,
            "tiers",
            f"{rule.code}的得分档没有随比率逐档降低",
            "做得多的反而不多得分，或者有的档永远用不上。",
            "按比率从高到低排，得分逐档递减。",
        )
    best = max(tier.score for tier in tiers)
    if best != rule.points:
        verb = "拿不满" if best < rule.points else "会超过分值"
        yield error(
            "tier.top",
            rule,
            "tiers",
            f"{rule.code}值{in_words(rule.points)}分，最高档只写{in_words(best)}分，{verb}"
            if best < rule.points
            else f"{rule.code}值{in_words(rule.points)}分，最高档写了{in_words(best)}分，{verb}",
            LOST if best < rule.points else "得分会超过规则分值，合计超过100分。",
            "让最高档的得分等于规则分值。",
        )
    if tiers[0].threshold > POINT:
        yield error(
            "tier.reach",
            rule,
            "tiers",
            f"{rule.code}最高档要求比率不低于{percent_words(tiers[0].threshold)}",
            f"完成数不会多于应完成数，{LOST}",
            "把最高档的比率降到100%或以下。",
        )
    if tiers[-1].threshold != 0:
        yield warning(
            "tier.cover",
            rule,
            "tiers",
            f"{rule.code}的得分档到{percent_words(tiers[-1].threshold)}为止，低于它的没有写",
            "没有写明的按0分计，支部看说明时不知道自己落在哪一档。",
            "添一档“不低于0%”，写明得几分。",
        )


def _events(rule: RulePart, doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    if not rule.events:
        yield _missing(rule, "events", "加分事项" if rule.kind == RuleKind.ADD_CAP else "扣分事项")
        return
    for event in rule.events:
        yield from _event(rule, event, doc)
    if len({event.metric for event in rule.events}) < len(rule.events):
        yield error(
            "event.twice",
            rule,
            "events",
            f"{rule.code}里同一个指标写了两行",
            "同一件事会被算两次。",
            "合成一行。",
        )
    if rule.kind == RuleKind.ADD_CAP:
        yield from _room(rule)


def _event(rule: RulePart, event: EventPart, doc: SchemeDoc) -> Iterator[Finding]:
    name = doc.metric_name(event.metric)
    if event.points <= 0 or event.points % 1000:
        yield error(
            "event.points",
            rule,
            "events",
            f"{rule.code}“{name}”每次{in_words(event.points)}分",
            "每次的分应大于0、至多3位小数，否则算不准。",
            "改成大于0、至多3位小数的数。",
        )
    elif event.points > rule.points:
        verb = "加" if rule.kind == RuleKind.ADD_CAP else "扣"
        yield error(
            "event.exceeds",
            rule,
            "events",
            f"{rule.code}只有{in_words(rule.points)}分，“{name}”一次就{verb}{in_words(event.points)}分",
            f"超过分值的部分{verb}不到，写的和实际{verb}的不一样。",
            "把每次的分降到规则分值以内，或者提高规则分值。",
        )
    if event.most != NO_LIMIT and event.most < event.points:
        yield error(
            "event.cap",
            rule,
            "events",
            f"{rule.code}“{name}”每次{in_words(event.points)}分，封顶只有{in_words(event.most)}分",
            "一次都算不满，每次的分成了空话。",
            "把封顶提到每次的分以上，或者降低每次的分。",
        )


def _room(rule: RulePart) -> Iterator[Finding]:
    """The most an add_cap rule can gather where every event ends somewhere."""
    tops = [event.points if event.once else event.most for event in rule.events]
    if NO_LIMIT not in tops and sum(tops) < rule.points:
        yield error(
            "add.reach",
            rule,
            "events",
            f"{rule.code}值{in_words(rule.points)}分，各事项封顶合计只有{in_words(sum(tops))}分",
            LOST,
            "提高事项的封顶，或者降低规则分值。",
        )


def _yes_no(rule: RulePart, doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    if not rule.metric:
        yield _missing(rule, "metric", "计数的指标")
    if rule.deadline is None:
        yield _missing(rule, "deadline", "截止日")


def _reviewer(rule: RulePart, doc: SchemeDoc, context: LintContext) -> Iterator[Finding]:
    if rule.review_role not in context.roles:
        given = f"评价主体“{rule.review_role}”系统里没有" if rule.review_role else "没有评价主体"
        yield error(
            "review.role",
            rule,
            "review_role",
            f"{rule.code}{given}",
            "没有人能来打分，到年底这条规则只好不计。",
            "选一个评价主体。",
        )
    if not rule.review_subject:
        yield _missing(rule, "review_subject", "评价的内容")
    factors = [level.factor for level in rule.levels]
    if factors and (factors != sorted(set(factors), reverse=True) or max(factors) != POINT or min(factors) < 0):
        yield error(
            "review.levels",
            rule,
            "levels",
            f"{rule.code}的评价档次没有从100%起逐档降低",
            "最高档不是100%就拿不满或超过分值，顺序乱了会评错。",
            "最高一档填100%，往下逐档降低，最低不小于0。",
        )


_TERMS = {
    RuleKind.RATIO_FULL: _ratio,
    RuleKind.TIER_RATE: _tier,
    RuleKind.DEDUCT: _events,
    RuleKind.ADD_CAP: _events,
    RuleKind.YES_NO: _yes_no,
    RuleKind.REVIEWER: _reviewer,
}
