"""The scheme as forms and sheets need it: its 18 items with their metrics, and what of them is claimed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Q

from activities.models import AddedKind
from activities.rules.claimable import REPORTED, ClaimKind, short_name
from assessment.models import Category, ExtraItem, ExtraKind, Item, Metric, MetricKind, Rule, RuleEvent, Scheme
from assessment.rules.terms import RuleKind
from assessment.schemes import scheme_for
from core.periods import Month


@dataclass(slots=True)
class ItemTerms:
    """One item of the scheme: what counts in it, by which metrics, and what of that is claimed."""

    code: str
    name: str
    category: str
    points: int
    counts: str
    evidence: list[str]
    na_if: str
    metrics: list[str] = field(default_factory=list)
    claims: list[ClaimKind] = field(default_factory=list)
    reviewed: list[str] = field(default_factory=list)  # what the committee marks by hand
    deadlines: list[tuple[str, date]] = field(default_factory=list)  # metric, by when it is wanted once


@dataclass(slots=True)
class Catalogue:
    """All items of the scheme a month is scored by, bonus and penalty items, and what the committee added."""

    items: list[ItemTerms] = field(default_factory=list)
    extras: list[ClaimKind] = field(default_factory=list)
    added: list[ClaimKind] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, ClaimKind]:
        """Everything that can be claimed, by metric."""
        found = {kind.metric: kind for item in self.items for kind in item.claims}
        return found | {kind.metric: kind for kind in (*self.extras, *self.added)}

    @property
    def words(self) -> dict[str, tuple[str, str]]:
        """Name and unit of every metric there was when the scheme was read."""
        return {code: (name, self.units[code]) for code, name in self.names.items()}

    def name_of(self, metric: str) -> str:
        return short_name(self.names.get(metric, metric))


def catalogue_for(root_id: int, month: Month) -> Catalogue:
    """The catalogue of the scheme valid in the month; empty where no scheme is published. Not to be changed.

    A published scheme is never edited, so its part is read once per process; what was added is read anew.
    """
    scheme = scheme_for(root_id, month)
    if scheme is None:
        return Catalogue()
    key = (scheme.pk, scheme.version, scheme.published_at)
    if key not in _READ:
        if len(_READ) >= KEPT:
            _READ.clear()
        _READ[key] = _read(scheme)
    return _with_added(_READ[key], root_id, month)


def _with_added(catalogue: Catalogue, root_id: int, month: Month) -> Catalogue:
    rows = AddedKind.objects.filter(root_id=root_id, from_month__lte=month.key)
    rows = rows.filter(Q(until_month=None) | Q(until_month__gte=month.key))
    added = [
        ClaimKind(metric=row.metric, name=row.name, unit=row.unit, evidence=row.evidence, item=ADDED) for row in rows
    ]
    if not added:
        return catalogue
    return replace(
        catalogue,
        added=added,
        names=catalogue.names | {kind.metric: kind.name for kind in added},
        units=catalogue.units | {kind.metric: kind.unit for kind in added},
    )


KEPT = 64
ADDED = "增设的事项"
_READ: dict[tuple[int, str, datetime | None], Catalogue] = {}


def _read(scheme: Scheme) -> Catalogue:
    metrics = {metric.pk: metric for metric in Metric.objects.all()}
    catalogue = Catalogue(
        names={metric.code: metric.name for metric in metrics.values()},
        units={metric.code: metric.unit for metric in metrics.values()},
    )
    _add_items(catalogue, scheme, metrics)
    catalogue.extras = [_extra_kind(extra, metrics[extra.metric_id]) for extra in _extras(scheme)]
    return catalogue


def _add_items(catalogue: Catalogue, scheme: Scheme, metrics: dict[int, Metric]) -> None:
    categories = {category.pk: category.name for category in Category.objects.filter(scheme=scheme)}
    terms: dict[int, ItemTerms] = {}
    for item in Item.objects.filter(scheme=scheme).order_by("position"):
        terms[item.pk] = ItemTerms(
            item.code, item.name, categories[item.category_id], item.points, item.counts, item.evidence, item.na_if
        )
    events: dict[int, list[int]] = {}
    for rule_id, metric_id in (
        RuleEvent.objects.filter(rule__scheme=scheme).order_by("position").values_list("rule_id", "metric_id")
    ):
        events.setdefault(rule_id, []).append(metric_id)
    for rule in Rule.objects.filter(scheme=scheme).order_by("position"):
        _add_rule(terms[rule.item_id], rule, events.get(rule.pk, []), metrics)
    catalogue.items = list(terms.values())


def _add_rule(item: ItemTerms, rule: Rule, event_ids: list[int], metrics: dict[int, Metric]) -> None:
    if rule.kind == RuleKind.REVIEWER:
        item.reviewed.append(rule.review_subject)
    main = metrics.get(rule.metric_id or 0)
    if main and rule.deadline_on:
        item.deadlines.append((main.code, rule.deadline_on))
    base = metrics.get(rule.need_metric_id or 0)
    for metric in (main, base, *(metrics[pk] for pk in event_ids)):
        if metric and metric.code not in item.metrics:
            item.metrics.append(metric.code)
    if main and main.code not in REPORTED:
        item.claims.append(_kind(main, item, base=base if base and base.code not in REPORTED else None))
    lowers = rule.kind == RuleKind.DEDUCT
    for pk in event_ids:
        if metrics[pk].code not in REPORTED:
            item.claims.append(_kind(metrics[pk], item, lowers=lowers))


def _kind(metric: Metric, item: ItemTerms, *, base: Metric | None = None, lowers: bool = False) -> ClaimKind:
    return ClaimKind(
        metric=metric.code,
        name=metric.name,
        unit=metric.unit,
        base_metric=base.code if base else "",
        base_name=base.name if base else "",
        is_level=metric.kind == MetricKind.LEVEL,
        lowers=lowers,
        evidence="、".join(item.evidence),
        item=f"{item.code} {item.name}",
    )


def _extras(scheme: Scheme) -> list[ExtraItem]:
    return list(ExtraItem.objects.filter(scheme=scheme).order_by("position"))


def _extra_kind(extra: ExtraItem, metric: Metric) -> ClaimKind:
    lowers = extra.kind == ExtraKind.PENALTY
    return ClaimKind(
        metric=metric.code,
        name=extra.name,
        unit=metric.unit,
        is_extra=True,
        lowers=lowers,
        evidence=extra.evidence,
        item="附加扣分" if lowers else "附加分",
    )
