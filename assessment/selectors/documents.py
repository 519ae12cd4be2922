"""A scheme's rows as the document that the editor, the linter and the comparison work with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from assessment.models import (
    Category,
    ExtraItem,
    GradeLine,
    Item,
    Metric,
    MetricKind,
    Rule,
    RuleEvent,
    RuleTier,
    Scheme,
    VetoItem,
)
from assessment.rules.document import (
    CategoryPart,
    EventPart,
    ExtraPart,
    GradePart,
    HeadPart,
    ItemPart,
    LevelPart,
    MetricWord,
    RulePart,
    SchemeDoc,
    TierPart,
    VetoPart,
    WeightPart,
)
from assessment.rules.terms import millionths
from assessment.rules.types import NO_LIMIT


def document_of(scheme: Scheme) -> SchemeDoc:
    """A scheme read whole, in a fixed number of queries."""
    metrics = {metric.pk: metric for metric in Metric.objects.all()}
    codes = {pk: metric.code for pk, metric in metrics.items()}
    events = _by(RuleEvent.objects.filter(rule__scheme=scheme).order_by("position", "pk"), "rule_id")
    tiers = _by(RuleTier.objects.filter(rule__scheme=scheme), "rule_id")
    rules: dict[int, list[RulePart]] = defaultdict(list)
    for rule in Rule.objects.filter(scheme=scheme).order_by("position", "pk"):
        rules[rule.item_id].append(rule_part(rule, codes, events[rule.pk], tiers[rule.pk]))
    items: dict[int, list[ItemPart]] = defaultdict(list)
    for item in Item.objects.filter(scheme=scheme).order_by("position", "pk"):
        items[item.category_id].append(_item(item, tuple(rules[item.pk])))
    categories = Category.objects.filter(scheme=scheme).order_by("position", "pk")
    return SchemeDoc(
        head=head_part(scheme),
        categories=tuple(
            CategoryPart(row.code, row.name, row.points, tuple(items[row.pk]), pk=row.pk) for row in categories
        ),
        extras=tuple(_extra(row, codes) for row in ExtraItem.objects.filter(scheme=scheme).order_by("position", "pk")),
        vetoes=tuple(map(_veto, VetoItem.objects.filter(scheme=scheme).order_by("position", "pk"))),
        grades=tuple(map(_grade, GradeLine.objects.filter(scheme=scheme).order_by("position", "pk"))),
        metrics={metric.code: _metric(metric) for metric in metrics.values()},
    )


def head_part(scheme: Scheme) -> HeadPart:
    """What stands over the whole scheme, from its row."""
    terms: dict[str, Any] = scheme.composition or {}
    composed = "half_year_weight" in terms
    return HeadPart(
        name=scheme.name,
        subject=scheme.subject,
        year=scheme.year,
        version=scheme.version,
        valid_month=scheme.valid_from % 100,
        score_floor=scheme.score_floor,
        display_cap=scheme.display_cap,
        bonus_cap=scheme.bonus_cap,
        penalty_cap=scheme.penalty_cap,
        rank_min_months=scheme.rank_min_months,
        half_weight=millionths(terms["half_year_weight"]) if composed else NO_LIMIT,
        year_weight=millionths(terms["year_weight"]) if composed else NO_LIMIT,
        weights=tuple(_weight(row) for row in terms.get("year_parts", ())) if composed else (),
        tie_break=tuple(scheme.tie_break),
        rank_groups=tuple(scheme.rank_groups),
        pk=scheme.pk,
    )


def rule_part(row: Rule, codes: dict[int, str], events: Iterable[RuleEvent], tiers: Iterable[RuleTier]) -> RulePart:
    """One rule with its events and tiers."""
    return RulePart(
        code=row.code,
        kind=row.kind,
        points=row.points,
        metric=codes.get(row.metric_id or 0, ""),
        need_metric=codes.get(row.need_metric_id or 0, ""),
        per_months=row.per_months,
        target=row.target,
        cap_per_period=row.cap_per_period,
        deadline=(row.deadline_on.month, row.deadline_on.day) if row.deadline_on else None,
        from_month=row.from_month,
        na_if=row.na_if,
        review_subject=row.review_subject,
        review_role=row.review_role,
        levels=tuple(LevelPart(one["code"], one["name"], millionths(one["factor"])) for one in row.levels),
        events=tuple(EventPart(codes[one.metric_id], one.points, one.once, one.most) for one in events),
        tiers=tuple(TierPart(one.threshold, one.score) for one in sorted(tiers, key=lambda one: -one.threshold)),
        pk=row.pk,
    )


def _item(row: Item, rules: tuple[RulePart, ...]) -> ItemPart:
    return ItemPart(
        code=row.code,
        name=row.name,
        points=row.points,
        counts=row.counts,
        evidence=tuple(row.evidence),
        note=row.note,
        tags=tuple(row.tags),
        na_if=row.na_if,
        rules=rules,
        pk=row.pk,
    )


def _extra(row: ExtraItem, codes: dict[int, str]) -> ExtraPart:
    return ExtraPart(
        kind=row.kind,
        code=row.code,
        name=row.name,
        metric=codes[row.metric_id],
        points=row.points,
        most=row.most,
        occurrence_group=row.occurrence_group,
        unit=row.unit,
        evidence=row.evidence,
        pk=row.pk,
    )


def _veto(row: VetoItem) -> VetoPart:
    return VetoPart(row.code, row.name, row.grade_cap, row.decided_by, row.proposed_by, pk=row.pk)


def _grade(row: GradeLine) -> GradePart:
    return GradePart(row.code, row.name, row.threshold, row.quota, pk=row.pk)


def _weight(row: dict[str, Any]) -> WeightPart:
    least = row.get("min_response_rate")
    return WeightPart(
        row["code"], row["name"], millionths(row["weight"]), NO_LIMIT if least is None else millionths(least)
    )


def _metric(row: Metric) -> MetricWord:
    return MetricWord(row.code, row.name, row.unit, row.kind == MetricKind.LEVEL, row.is_extra)


def _by(rows: Iterable[Any], name: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def decimal_of(value: int) -> Decimal:
    """Stored millionths as the decimal number a form shows."""
    return (Decimal(value) / 1_000_000).normalize() if value else Decimal(0)
