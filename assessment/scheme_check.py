"""What must hold for a scheme's data before it is loaded: sums, metrics, the terms of each rule type."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from assessment.rules.terms import RuleKind, millionths
from core.periods import MONTHS_PER

HUNDRED = millionths(100)
MOST_TIERS = 6  # as many as sql/tier_rate.sql unrolls
CONDITIONS = ("no_committee", "no_groups", "unreported")  # the last of members only: nobody enters what it counts


def faults(data: dict[str, Any]) -> list[str]:
    """Every fault in words; empty if the scheme can be loaded."""
    kinds = {row["code"]: row["kind"] for row in data["metrics"]}
    return [
        *_sum_faults(data),
        *(fault for rule in rules_of(data) for fault in _rule_faults(rule, kinds)),
        *_extra_faults(data),
        *_repeated(data),
    ]


def items_of(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for category in data["categories"]:
        yield from category["items"]


def rules_of(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every rule; an item without rules is its own rule (scoring.md, Words)."""
    for item in items_of(data):
        yield from item.get("rules") or [item]


def _sum_faults(data: dict[str, Any]) -> Iterator[str]:
    for item in items_of(data):
        if item.get("rules") and _points(item["rules"]) != millionths(item["points"]):
            yield f"{item['code']} 的分值不等于各规则之和"
    for category in data["categories"]:
        if _points(category["items"]) != millionths(category["points"]):
            yield f"{category['code']} 的分值不等于各小项之和"
    if _points(data["categories"]) != HUNDRED:
        yield "各大类分值合计不是100"


def _points(rows: list[dict[str, Any]]) -> int:
    return sum(millionths(row["points"]) for row in rows)


def _repeated(data: dict[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for rule in rules_of(data):
        if rule["code"] in seen:
            yield f"规则编号 {rule['code']} 重复"
        seen.add(rule["code"])


def _rule_faults(rule: dict[str, Any], kinds: dict[str, str]) -> Iterator[str]:
    code, kind = rule["code"], rule.get("type")
    if kind not in list(RuleKind):
        yield f"{code} 的类型 {kind} 不存在"
        return
    for metric in _metrics_of(rule):
        if metric not in kinds:
            yield f"{code} 用到的指标 {metric} 不存在"
    if rule.get("na_if") and rule["na_if"] not in CONDITIONS:
        yield f"{code} 的不适用条件 {rule['na_if']} 不存在"
    if (kind == RuleKind.YES_NO or "per" in rule) and kinds.get(rule.get("metric", "")) == "level":
        yield f"{code} 按期计数，不能用时点指标"
    yield from _TERMS[RuleKind(kind)](rule)


def _metrics_of(rule: dict[str, Any]) -> Iterator[str]:
    for key in ("metric", "target_metric", "numerator", "denominator"):
        if key in rule:
            yield rule[key]
    for event in rule.get("events", []):
        yield event["metric"]


def _ratio_terms(rule: dict[str, Any]) -> Iterator[str]:
    by_period = rule.get("per") in MONTHS_PER and Decimal(str(rule.get("target", 0))) > 0
    if "metric" not in rule or by_period == ("target_metric" in rule):
        yield f"{rule['code']} 应写明指标，并且只用“周期与目标”或“目标指标”之一"


def _tier_terms(rule: dict[str, Any]) -> Iterator[str]:
    tiers = rule.get("tiers", [])
    if "numerator" not in rule or "denominator" not in rule or not tiers:
        yield f"{rule['code']} 缺少分子、分母或得分档"
        return
    if len(tiers) > MOST_TIERS:
        yield f"{rule['code']} 的得分档多于{MOST_TIERS}档"
    by_rate = sorted(tiers, key=lambda tier: millionths(tier["min"]))
    scores = [millionths(tier["score"]) for tier in by_rate]
    if scores != sorted(scores) or scores[-1] != millionths(rule["points"]):
        yield f"{rule['code']} 的得分档应随比率递增，最高档等于分值"


def _event_terms(rule: dict[str, Any]) -> Iterator[str]:
    events = rule.get("events", [])
    if not events:
        yield f"{rule['code']} 没有加扣分事项"
    for event in events:
        if millionths(event["points"]) % 1000 or millionths(event["points"]) <= 0:
            yield f"{rule['code']} 的每次分值应大于0，至多3位小数"


def _yes_no_terms(rule: dict[str, Any]) -> Iterator[str]:
    if "metric" not in rule or "deadline" not in rule:
        yield f"{rule['code']} 缺少指标或截止日"


def _reviewer_terms(rule: dict[str, Any]) -> Iterator[str]:
    if "role" not in rule:
        yield f"{rule['code']} 缺少评价主体"


_TERMS = {
    RuleKind.RATIO_FULL: _ratio_terms,
    RuleKind.TIER_RATE: _tier_terms,
    RuleKind.DEDUCT: _event_terms,
    RuleKind.ADD_CAP: _event_terms,
    RuleKind.YES_NO: _yes_no_terms,
    RuleKind.REVIEWER: _reviewer_terms,
}


def _extra_faults(data: dict[str, Any]) -> Iterator[str]:
    for row in [*data.get("bonus_items", []), *data.get("penalty_items", [])]:
        if row.get("group") and "cap" in row:
            # a higher honour would move an occurrence into a full item and so lower the score
            yield f"{row['code']} 属于取最高的组，不能另设封顶"
        if millionths(row["points"]) % 1000 or millionths(row["points"]) <= 0:
            yield f"{row['code']} 的每次分值应大于0，至多3位小数"
