"""A scheme as a document of plain values: what the editor shows, the linter reads and the comparison compares.

Points, factors and rates are integer millionths, quantities integer thousandths, as in the tables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any

from assessment.rules.types import NO_LIMIT

CHILDREN = frozenset({"rules", "items"})


@dataclass(frozen=True, slots=True)
class MetricWord:
    """What a scheme needs to know of a metric."""

    code: str
    name: str
    unit: str
    is_level: bool = False
    is_extra: bool = False

    @property
    def short(self) -> str:
        return self.name.removeprefix("其中").split("（")[0]


@dataclass(frozen=True, slots=True)
class EventPart:
    """One event of a deduct or add_cap rule."""

    metric: str
    points: int
    once: bool = False
    most: int = NO_LIMIT


@dataclass(frozen=True, slots=True)
class TierPart:
    """From this rate on, this score."""

    threshold: int
    score: int


@dataclass(frozen=True, slots=True)
class LevelPart:
    """One level a reviewer chooses from."""

    code: str
    name: str
    factor: int


@dataclass(frozen=True, slots=True)
class RulePart:
    """One rule; `deadline` is (month, day) or None."""

    code: str
    kind: str
    points: int
    metric: str = ""
    need_metric: str = ""
    per_months: int = 0
    target: int = 0
    cap_per_period: bool = False
    deadline: tuple[int, int] | None = None
    from_month: int = 1
    na_if: str = ""
    review_subject: str = ""
    review_role: str = ""
    levels: tuple[LevelPart, ...] = ()
    events: tuple[EventPart, ...] = ()
    tiers: tuple[TierPart, ...] = ()
    pk: int = 0


@dataclass(frozen=True, slots=True)
class ItemPart:
    """One 小项 with its rules."""

    code: str
    name: str
    points: int
    counts: str = ""
    evidence: tuple[str, ...] = ()
    note: str = ""
    tags: tuple[str, ...] = ()
    na_if: str = ""
    rules: tuple[RulePart, ...] = ()
    pk: int = 0


@dataclass(frozen=True, slots=True)
class CategoryPart:
    """One 大类 with its items."""

    code: str
    name: str
    points: int
    items: tuple[ItemPart, ...] = ()
    pk: int = 0


@dataclass(frozen=True, slots=True)
class ExtraPart:
    """One bonus or penalty item."""

    kind: str
    code: str
    name: str
    metric: str
    points: int
    most: int = NO_LIMIT
    occurrence_group: str = ""
    unit: str = ""
    evidence: str = ""
    pk: int = 0


@dataclass(frozen=True, slots=True)
class VetoPart:
    """One 一票否决 item."""

    code: str
    name: str
    grade_cap: str
    decided_by: str
    proposed_by: str = ""
    pk: int = 0


@dataclass(frozen=True, slots=True)
class GradePart:
    """One grade, the best first."""

    code: str
    name: str
    threshold: int
    quota: int = NO_LIMIT
    pk: int = 0


@dataclass(frozen=True, slots=True)
class WeightPart:
    """One part of the year-end total with its weight and, for a poll, its least response rate (-1: none)."""

    code: str
    name: str
    weight: int
    min_response: int = NO_LIMIT


@dataclass(frozen=True, slots=True)
class HeadPart:
    """What stands over the whole scheme."""

    name: str
    subject: str
    year: int
    version: str
    valid_month: int = 1
    score_floor: int = 0
    display_cap: int = 0
    bonus_cap: int = 0
    penalty_cap: int = 0
    rank_min_months: int = 0
    half_weight: int = NO_LIMIT  # -1: this scheme has no year-end composition
    year_weight: int = NO_LIMIT
    weights: tuple[WeightPart, ...] = ()
    tie_break: tuple[str, ...] = ()
    rank_groups: tuple[str, ...] = ()
    pk: int = 0

    @property
    def is_composed(self) -> bool:
        return self.half_weight != NO_LIMIT


@dataclass(frozen=True, slots=True)
class SchemeDoc:
    """A scheme, whole."""

    head: HeadPart
    categories: tuple[CategoryPart, ...] = ()
    extras: tuple[ExtraPart, ...] = ()
    vetoes: tuple[VetoPart, ...] = ()
    grades: tuple[GradePart, ...] = ()
    metrics: Mapping[str, MetricWord] = field(default_factory=dict)

    @property
    def items(self) -> Iterator[ItemPart]:
        for category in self.categories:
            yield from category.items

    @property
    def rules(self) -> Iterator[RulePart]:
        for item in self.items:
            yield from item.rules

    def metric_name(self, code: str) -> str:
        metric = self.metrics.get(code)
        return metric.short if metric else code


Part = HeadPart | CategoryPart | ItemPart | RulePart | ExtraPart | VetoPart | GradePart


def metrics_of(rule: RulePart) -> Iterator[str]:
    """Every metric a rule names."""
    yield from (code for code in (rule.metric, rule.need_metric) if code)
    yield from (event.metric for event in rule.events)


def own_values(part: Any) -> dict[str, Any]:
    """The values of a part itself, without its children and its row number."""
    return {one.name: getattr(part, one.name) for one in fields(part) if one.name not in CHILDREN | {"pk"}}


def part_digest(part: Any) -> str:
    """What tells whether a part is still the one that was opened."""
    return hashlib.sha256(repr(own_values(part)).encode()).hexdigest()[:16]


def document_digest(doc: SchemeDoc) -> str:
    """Over everything that counts; not over row numbers, so that a copy has its model's digest."""
    lines = [repr(own_values(doc.head))]
    for category in doc.categories:
        lines.append(repr(own_values(category)))
        for item in category.items:
            lines.append(repr(own_values(item)))
            lines += [repr(own_values(rule)) for rule in item.rules]
    lines += [repr(own_values(row)) for row in (*doc.extras, *doc.vetoes, *doc.grades)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def in_words(millionths: int) -> str:
    """Stored points as written by hand: 6, 1.5."""
    whole = Fraction(millionths, 1_000_000)
    if whole.denominator == 1:
        return str(whole.numerator)
    sign, digits = ("−" if millionths < 0 else ""), abs(millionths)
    return f"{sign}{digits // 1_000_000}.{digits % 1_000_000:06d}".rstrip("0")


def percent_words(millionths: int) -> str:
    """A rate as 95%."""
    return f"{in_words(millionths * 100)}%"


def with_part(doc: SchemeDoc, kind: str, pk: int, part: Any) -> SchemeDoc:
    """The document as it would be with one part replaced; for checks while somebody types."""
    if kind == "head":
        return replace(doc, head=part)
    if kind in ("extra", "veto", "grade"):
        name = {"extra": "extras", "veto": "vetoes", "grade": "grades"}[kind]
        return replace(doc, **{name: tuple(part if one.pk == pk else one for one in getattr(doc, name))})
    return replace(doc, categories=tuple(_category_with(one, kind, pk, part) for one in doc.categories))


def _category_with(category: CategoryPart, kind: str, pk: int, part: Any) -> CategoryPart:
    if kind == "category":
        return replace(part, items=category.items, pk=pk) if category.pk == pk else category
    return replace(category, items=tuple(_item_with(one, kind, pk, part) for one in category.items))


def _item_with(item: ItemPart, kind: str, pk: int, part: Any) -> ItemPart:
    if kind == "item":
        return replace(part, rules=item.rules, pk=pk) if item.pk == pk else item
    return replace(item, rules=tuple(replace(part, pk=pk) if one.pk == pk else one for one in item.rules))
