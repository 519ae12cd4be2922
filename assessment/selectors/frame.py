"""A published scheme as plain values, read once per process: a published version is never edited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property, lru_cache

from assessment.models import (
    Category,
    ExtraItem,
    GradeLine,
    Item,
    Metric,
    Rule,
    RuleEvent,
    RuleTier,
    Scheme,
    SchemeStatus,
    VetoItem,
)
from assessment.rules.terms import POINT


@dataclass(frozen=True)
class RuleFrame:
    """One rule with its events and tiers; points in millionths."""

    pk: int
    item: str
    category: str
    row: Rule
    events: tuple[RuleEvent, ...] = ()
    tiers: tuple[RuleTier, ...] = ()

    @property
    def code(self) -> str:
        return self.row.code

    @property
    def kind(self) -> str:
        return self.row.kind

    @property
    def points(self) -> int:
        return self.row.points

    @cached_property
    def metric_ids(self) -> tuple[int, ...]:
        """Metrics whose facts this rule counts: what was done, what was to be done, events."""
        ids = [self.row.metric_id, self.row.need_metric_id, *(event.metric_id for event in self.events)]
        return tuple(dict.fromkeys(pk for pk in ids if pk))


@dataclass(frozen=True)
class ItemFrame:
    """One 小项 with its rules."""

    code: str
    name: str
    points: int
    category: str
    counts: str
    evidence: tuple[str, ...]
    note: str
    rules: tuple[RuleFrame, ...]

    @cached_property
    def rule_ids(self) -> tuple[int, ...]:
        return tuple(rule.pk for rule in self.rules)


@dataclass(frozen=True)
class CategoryFrame:
    """One 大类 with its items; `short` is what fits over a narrow column."""

    code: str
    name: str
    points: int
    items: tuple[ItemFrame, ...]

    @cached_property
    def rule_ids(self) -> tuple[int, ...]:
        return tuple(pk for item in self.items for pk in item.rule_ids)

    @property
    def short(self) -> str:
        name = self.name
        for prefix in ("领导", "党内", "党风", "改革"):
            name = name.removeprefix(prefix)
        return name[:2]


@dataclass(frozen=True)
class SchemeFrame:
    """One version of a scheme, whole."""

    pk: int
    row: Scheme
    categories: tuple[CategoryFrame, ...]
    extras: tuple[ExtraItem, ...]
    vetoes: tuple[VetoItem, ...]
    grades: tuple[GradeLine, ...]
    metrics: dict[int, Metric]

    @property
    def version(self) -> str:
        return self.row.version

    @property
    def floor(self) -> int:
        return self.row.score_floor

    @property
    def cap(self) -> int:
        return self.row.display_cap

    @property
    def bonus_cap(self) -> int:
        return self.row.bonus_cap

    @property
    def penalty_cap(self) -> int:
        return self.row.penalty_cap

    @cached_property
    def items(self) -> tuple[ItemFrame, ...]:
        return tuple(item for category in self.categories for item in category.items)

    @cached_property
    def rules(self) -> tuple[RuleFrame, ...]:
        return tuple(rule for item in self.items for rule in item.rules)

    @cached_property
    def metric_words(self) -> dict[str, tuple[str, str]]:
        """Metric code → (name, unit)."""
        return {metric.code: (metric.name, metric.unit) for metric in self.metrics.values()}

    @property
    def label(self) -> str:
        return f"考核方案 {self.row.year} 第{self.version}版"


def points(value: int) -> Fraction:
    """Stored millionths as points."""
    return Fraction(value, POINT)


def scheme_rows(root_id: int | None, month_key: int):
    """Schemes valid for a month, the best first: the committee's own before the default, the latest version first."""
    rows = Scheme.objects.filter(
        subject="branch",
        year=month_key // 100,
        valid_from__lte=month_key,
        status__in=(SchemeStatus.PUBLISHED, SchemeStatus.CLOSED),
    )
    return rows.filter(root_id=root_id) | rows.filter(root__isnull=True)


def best_scheme(rows: Iterable[Scheme]) -> Scheme | None:
    """Of the valid ones: the committee's own, then the latest valid from, then the latest made."""
    return max(rows, key=lambda row: (row.root_id is not None, row.valid_from, row.pk), default=None)


def frame_of(row: Scheme) -> SchemeFrame:
    """The frame of a scheme; a published one is kept in memory."""
    if row.status == SchemeStatus.DRAFT:
        return _load(row)
    return published_frame(row.pk, row.published_at)


@lru_cache(maxsize=32)
def published_frame(pk: int, published_at: datetime | None) -> SchemeFrame:
    """The frame of a published scheme; the moment it was published is part of the key."""
    return _load(Scheme.objects.get(pk=pk))


def _load(row: Scheme) -> SchemeFrame:
    events = _by(RuleEvent.objects.filter(rule__scheme=row), "rule_id")
    tiers = _by(RuleTier.objects.filter(rule__scheme=row), "rule_id")
    categories = list(Category.objects.filter(scheme=row))
    codes = {category.pk: category.code for category in categories}
    rules = _by(Rule.objects.filter(scheme=row), "item_id")
    items = _by(Item.objects.filter(scheme=row), "category_id")
    return SchemeFrame(
        pk=row.pk,
        row=row,
        categories=tuple(
            CategoryFrame(
                one.code,
                one.name,
                one.points,
                tuple(_item(item, codes[one.pk], rules[item.pk], events, tiers) for item in items[one.pk]),
            )
            for one in categories
        ),
        extras=tuple(ExtraItem.objects.filter(scheme=row)),
        vetoes=tuple(VetoItem.objects.filter(scheme=row)),
        grades=tuple(GradeLine.objects.filter(scheme=row)),
        metrics={metric.pk: metric for metric in Metric.objects.all()},
    )


def _by(rows: Iterable, name: str) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _item(row: Item, category: str, rules: list[Rule], events: dict, tiers: dict) -> ItemFrame:
    frames = tuple(
        RuleFrame(rule.pk, row.code, category, rule, tuple(events.get(rule.pk, ())), tuple(tiers.get(rule.pk, ())))
        for rule in rules
    )
    return ItemFrame(row.code, row.name, row.points, category, row.counts, tuple(row.evidence), row.note, frames)
