"""From the parts of a document to the columns of their rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assessment.models import Category, ExtraItem, GradeLine, Item, Metric, Rule, RuleEvent, RuleTier, Scheme, VetoItem
from assessment.rules.document import (
    CategoryPart,
    ExtraPart,
    GradePart,
    HeadPart,
    ItemPart,
    RulePart,
    VetoPart,
)
from assessment.rules.types import NO_LIMIT
from assessment.schemes import deadline_columns

MODELS: dict[str, Any] = {
    "category": Category,
    "item": Item,
    "rule": Rule,
    "extra": ExtraItem,
    "veto": VetoItem,
    "grade": GradeLine,
}
WORDS = {
    "head": "总则",
    "category": "大类",
    "item": "小项",
    "rule": "规则",
    "extra": "附加分项",
    "veto": "否决项",
    "grade": "等次",
}
NO_DEADLINE = {"deadline_on": None, "deadline_month": 0, "deadline_inside": 0}


def columns_of(part: Any, scheme: Scheme) -> dict[str, Any]:
    """The columns of the row of one part; rows of its own (events, tiers) are written by `write_lines`."""
    return _COLUMNS[type(part)](part, scheme)


def write_lines(rule: Rule, part: RulePart) -> None:
    """The events and tiers of a rule, as the part has them."""
    metrics = metric_ids(event.metric for event in part.events)
    RuleEvent.objects.filter(rule=rule).delete()
    RuleTier.objects.filter(rule=rule).delete()
    RuleEvent.objects.bulk_create(
        RuleEvent(
            rule=rule,
            metric_id=metrics[event.metric],
            points=event.points,
            once=event.once,
            most=event.most,
            position=position,
        )
        for position, event in enumerate(part.events)
    )
    RuleTier.objects.bulk_create(RuleTier(rule=rule, threshold=tier.threshold, score=tier.score) for tier in part.tiers)


def metric_ids(codes: Any) -> dict[str, int]:
    """Metric code → id."""
    return dict(Metric.objects.filter(code__in=list(codes)).values_list("code", "pk"))


def _head(part: HeadPart, scheme: Scheme) -> dict[str, Any]:
    return {
        "name": part.name,
        "valid_from": scheme.year * 100 + part.valid_month,
        "score_floor": part.score_floor,
        "display_cap": part.display_cap,
        "bonus_cap": part.bonus_cap,
        "penalty_cap": part.penalty_cap,
        "rank_min_months": part.rank_min_months,
        "composition": _composition(part, scheme.composition or {}),
        "tie_break": list(part.tie_break),
        "rank_groups": list(part.rank_groups),
    }


def _composition(part: HeadPart, old: dict[str, Any]) -> dict[str, Any]:
    """The year-end terms with the weights of the part; what the form does not show stays as it is."""
    if not part.is_composed:
        return old
    kept = {row["code"]: row for row in old.get("year_parts", ())}
    rows = []
    for weight in part.weights:
        row = {**kept.get(weight.code, {"code": weight.code}), "name": weight.name, "weight": _share(weight.weight)}
        row.pop("min_response_rate", None)
        if weight.min_response != NO_LIMIT:
            row["min_response_rate"] = _share(weight.min_response)
        rows.append(row)
    return {
        **old,
        "half_year_weight": _share(part.half_weight),
        "year_weight": _share(part.year_weight),
        "year_parts": rows,
    }


def _share(millionths: int) -> float:
    """A rate as the data file writes it: 0.7. Read back by its shortest decimal form."""
    return millionths / 1_000_000


def _category(part: CategoryPart, scheme: Scheme) -> dict[str, Any]:
    return {"code": part.code, "name": part.name, "points": part.points}


def _item(part: ItemPart, scheme: Scheme) -> dict[str, Any]:
    return {
        "code": part.code,
        "name": part.name,
        "points": part.points,
        "counts": part.counts,
        "evidence": list(part.evidence),
        "note": part.note,
        "tags": list(part.tags),
        "na_if": part.na_if,
    }


def _rule(part: RulePart, scheme: Scheme) -> dict[str, Any]:
    metrics = metric_ids([part.metric, part.need_metric])
    deadline = deadline_columns(f"{part.deadline[0]}-{part.deadline[1]}", scheme.year) if part.deadline else NO_DEADLINE
    return {
        "code": part.code,
        "kind": part.kind,
        "points": part.points,
        "metric_id": metrics.get(part.metric),
        "need_metric_id": metrics.get(part.need_metric),
        "per_months": part.per_months,
        "target": part.target,
        "cap_per_period": part.cap_per_period,
        "from_month": part.from_month,
        "na_if": part.na_if,
        "review_subject": part.review_subject,
        "review_role": part.review_role,
        "levels": [{"code": level.code, "name": level.name, "factor": _share(level.factor)} for level in part.levels],
        **deadline,
    }


def _extra(part: ExtraPart, scheme: Scheme) -> dict[str, Any]:
    return {
        "kind": part.kind,
        "code": part.code,
        "name": part.name,
        "points": part.points,
        "most": part.most,
        "occurrence_group": part.occurrence_group,
        "unit": part.unit,
        "evidence": part.evidence,
    }


def _veto(part: VetoPart, scheme: Scheme) -> dict[str, Any]:
    return {
        "code": part.code,
        "name": part.name,
        "grade_cap": part.grade_cap,
        "decided_by": part.decided_by,
        "proposed_by": part.proposed_by,
    }


def _grade(part: GradePart, scheme: Scheme) -> dict[str, Any]:
    return {"code": part.code, "name": part.name, "threshold": part.threshold, "quota": part.quota}


_COLUMNS: dict[type, Callable[[Any, Scheme], dict[str, Any]]] = {
    HeadPart: _head,
    CategoryPart: _category,
    ItemPart: _item,
    RulePart: _rule,
    ExtraPart: _extra,
    VetoPart: _veto,
    GradePart: _grade,
}
