"""Which facts a rule counted, which it showed and did not count, and what was left out and why."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from assessment.models import Fact
from assessment.rules import Inputs, RuleKind, RuleResult, Window
from assessment.selectors.frame import RuleFrame, SchemeFrame
from assessment.statement.book import NA_FLAGS, FactBook
from assessment.statement.model import FactLine
from assessment.statement.words import NA_WORDS, pts


def fact_lines(rule: RuleFrame, frame: SchemeFrame, book: FactBook, window: Window) -> tuple[FactLine, ...]:
    """Every fact of the rule's metrics in the window, oldest first; extras and late ones marked as not counted."""
    found: list[FactLine] = []
    for metric_id in dict.fromkeys(part for pk in rule.metric_ids for part in book.parts_of(pk)):
        metric = frame.metrics[metric_id]
        facts = book.counted(metric_id, window.end, confirmed=False)
        why = _why_not(rule, metric_id, metric.kind, facts, book)
        name = metric.name.split("（")[0].removeprefix("其中")
        found += [
            FactLine(fact, name, metric.unit, book.is_confirmed(fact), fact.pk not in why, why.get(fact.pk, ""))
            for fact in facts
        ]
    return tuple(sorted(found, key=lambda line: (line.fact.happened_on, line.fact.pk)))


def _why_not(rule: RuleFrame, metric_id: int, kind: str, facts: list[Fact], book: FactBook) -> dict[int, str]:
    """Fact id → why it is shown and not counted."""
    if kind == "level":
        return {fact.pk: "已有更新的数" for fact in facts[:-1]}
    if rule.kind == RuleKind.YES_NO:
        return {fact.pk: "在截止日之后" for fact in facts if fact.happened_on > rule.row.deadline_on}
    if rule.kind == RuleKind.RATIO_FULL and rule.row.cap_per_period and metric_id == rule.row.metric_id:
        return _extras(rule, facts, book)
    return {}


def _extras(rule: RuleFrame, facts: list[Fact], book: FactBook) -> dict[int, str]:
    """Facts beyond their period's target: confirmed ones fill it first, then the earlier ones."""
    filled: dict[int, int] = defaultdict(int)
    why: dict[int, str] = {}
    for fact in sorted(facts, key=lambda one: (not book.is_confirmed(one), one.happened_on, one.pk)):
        period = (fact.happened_on.month - 1) // rule.row.per_months
        if filled[period] >= rule.row.target:
            why[fact.pk] = "本期已满，超出不计"
        filled[period] += fact.quantity
    return why


def left_out(
    rule: RuleFrame,
    frame: SchemeFrame,
    inputs: Inputs,
    result: RuleResult,
    provisional: RuleResult,
    window: Window,
    facts: tuple[FactLine, ...],
) -> tuple[str, ...]:
    """What does not count in this figure, and why, in words."""
    words = []
    if inputs.na_months and rule.row.na_if in NA_FLAGS:
        months = "、".join(f"{month}月" for month in sorted(inputs.na_months))
        words.append(f"{months}{NA_WORDS[rule.row.na_if]}，不计")
    if inputs.na_months and rule.row.na_if == "unreported":
        words.append("本支部今年还没有登记这一项，没有人因此得分或失分")
    pending = sum(not line.is_confirmed and line.counts for line in facts)
    if pending:
        change = provisional.earned - result.earned
        sign = "+" if change >= 0 else "−"
        words.append(f"{pending}条待审，审核后为{pts(provisional.earned)}（{sign}{pts(abs(change))}）")
    if (
        rule.kind == RuleKind.YES_NO
        and result.is_due
        and not result.earned
        and _is_over(rule.row.deadline_on, window.end)
    ):
        words.append("期限已过，不能补")
    if rule.row.per_months and window.first_month > 1 and result.is_applicable:
        words.append(f"{window.first_month}月起计量，以前的周期不计")
    return tuple(words)


def _is_over(deadline: date, on: date) -> bool:
    return deadline <= on
