"""Schemes: load them from data, publish them, and find the one a month is scored by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import yaml
from django.db import connection, transaction
from django.db.models import F, Q

from assessment.models import (
    Category,
    ExtraItem,
    ExtraKind,
    GradeLine,
    Item,
    Metric,
    MetricKind,
    Rule,
    RuleEvent,
    RuleTier,
    Scheme,
    SchemeStatus,
    VetoItem,
)
from assessment.rules.terms import QUANTITY, millionths
from assessment.scheme_check import faults
from core.errors import InvalidInput
from core.periods import MONTHS_PER, SHANGHAI, Month

DEFAULT_FILE = Path(__file__).parent / "defaults" / "branch_scheme.yaml"
NO_LIMIT = -1


def scheme_for(root_id: int, month: Month) -> Scheme | None:
    """The published scheme valid on the last day of the month: the committee's own, else the default."""
    own_or_default = Q(root_id=root_id) | Q(root__isnull=True)
    valid = Scheme.objects.filter(own_or_default, year=month.year, subject="branch", valid_from__lte=month.key)
    own_first = F("root_id").asc(nulls_last=True)
    return valid.exclude(status=SchemeStatus.DRAFT).order_by(own_first, "-valid_from", "-pk").first()


def scheme_years(root_id: int) -> set[int]:
    """The years that have a published scheme, of the committee's own or the default."""
    rows = Scheme.objects.filter(Q(root_id=root_id) | Q(root__isnull=True), subject="branch")
    return set(rows.exclude(status=SchemeStatus.DRAFT).values_list("year", flat=True))


@transaction.atomic
def load_default(year: int, root=None, *, now: datetime | None = None) -> Scheme:
    """The default scheme of a year, published from January on; loaded once, then given back."""
    data = read_default()
    version = data["scheme"]["version"]
    found = Scheme.objects.filter(root=root, year=year, subject="branch", version=version).first()
    if found:
        load_metrics(data)
        return found
    scheme = load(data, year=year, root=root)
    return publish(scheme, now=now or datetime.combine(date(year, 1, 1), datetime.min.time(), SHANGHAI))


@transaction.atomic
def publish(scheme: Scheme, *, now: datetime) -> Scheme:
    """Make a draft binding; from now on no row of it can be edited."""
    Scheme.objects.filter(pk=scheme.pk, status=SchemeStatus.DRAFT).update(
        status=SchemeStatus.PUBLISHED, published_at=now
    )
    scheme.refresh_from_db()
    _tell_the_planner()
    return scheme


def _tell_the_planner() -> None:
    """PostgreSQL counts small tables too late by itself, and then joins them with thousands of facts row by row."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE assessment_metric, assessment_rule, assessment_ruleevent, assessment_ruletier")


@transaction.atomic
def load(data: dict[str, Any], *, year: int, root=None, version: str = "", valid_from: int = 0) -> Scheme:
    """A draft scheme from data in the terms of scoring.md. InvalidInput if its sums or its terms do not hold."""
    check(data)
    metrics = load_metrics(data)
    scheme = _scheme(data, year, root, version, valid_from)
    loader = _Loader(scheme, metrics, year)
    for category in data["categories"]:
        loader.add_category(category)
    loader.write()
    _load_extras(scheme, data, metrics)
    _load_outcome(scheme, data)
    return scheme


def load_metrics(data: dict[str, Any] | None = None) -> dict[str, Metric]:
    """All metrics by code; those of the data that are missing are added, none is changed."""
    data = data or read_default()
    wanted = [*data["metrics"], *_extra_metrics(data)]
    known = set(Metric.objects.values_list("code", flat=True))
    Metric.objects.bulk_create(
        [
            Metric(
                code=row["code"],
                name=row["name"],
                unit=row["unit"],
                kind=row["kind"],
                reported_by=row["reported_by"],
                opens_veto=row.get("opens_veto", ""),
                is_extra=row.get("is_extra", False),
                position=position,
            )
            for position, row in enumerate(wanted)
            if row["code"] not in known
        ],
        ignore_conflicts=True,
    )
    return {metric.code: metric for metric in Metric.objects.all()}


def read_default() -> dict[str, Any]:
    return yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))


def _extra_metrics(data: dict[str, Any]) -> list[dict[str, Any]]:
    """One flow metric for each bonus and penalty item, so that they are claimed like anything else."""
    kinds = ((ExtraKind.BONUS, "bonus_items"), (ExtraKind.PENALTY, "penalty_items"))
    return [
        {
            "code": f"{kind}.{row['code']}",
            "name": row["name"],
            "unit": row.get("per", "项"),
            "kind": MetricKind.FLOW,
            "reported_by": "claims",
            "is_extra": True,
        }
        for kind, key in kinds
        for row in data.get(key, [])
    ]


def _scheme(data: dict[str, Any], year: int, root, version: str, valid_from: int) -> Scheme:
    head = data["scheme"]
    return Scheme.objects.create(
        root=root,
        code=head["code"],
        name=head["name"],
        year=year,
        version=version or head["version"],
        subject=head["subject"],
        valid_from=valid_from or Month(year, 1).key,
        score_floor=millionths(head["score_floor"]),
        display_cap=millionths(head["display_cap"]),
        bonus_cap=millionths(data["bonus_cap"]),
        penalty_cap=millionths(data["penalty_cap"]),
        rank_min_months=head["rank_min_months"],
        composition=data["composition"],
        tie_break=data["tie_break"],
        rank_groups=data["rank_groups"],
        wording={key: data[key] for key in ("grade_alias", "workflow", "result_use", "veto_procedure") if key in data},
    )


@dataclass
class _Loader:
    """Gathers the rows of a scheme level by level, so that each level is written at once."""

    scheme: Scheme
    metrics: dict[str, Metric]
    year: int

    def __post_init__(self) -> None:
        self.categories: list[Category] = []
        self.items: list[Item] = []
        self.rules: list[Rule] = []
        self.events: list[RuleEvent] = []
        self.tiers: list[RuleTier] = []

    def add_category(self, data: dict[str, Any]) -> None:
        category = Category(
            scheme=self.scheme,
            code=data["code"],
            identifier=data["identifier"],
            name=data["name"],
            points=millionths(data["points"]),
            position=len(self.categories),
        )
        self.categories.append(category)
        for item in data["items"]:
            self.add_item(category, item)

    def add_item(self, category: Category, data: dict[str, Any]) -> None:
        item = Item(
            scheme=self.scheme,
            category=category,
            code=data["code"],
            identifier=data["identifier"],
            name=data["name"],
            points=millionths(data["points"]),
            counts=data.get("counts", ""),
            evidence=data.get("evidence", []),
            note=data.get("note", ""),
            na_if=data.get("na_if", ""),
            position=len(self.items),
        )
        self.items.append(item)
        for rule in data.get("rules") or [data]:
            self.add_rule(item, rule)

    def add_rule(self, item: Item, data: dict[str, Any]) -> None:
        rule = Rule(
            scheme=self.scheme,
            category=item.category,
            item=item,
            code=data["code"],
            kind=data["type"],
            points=millionths(data["points"]),
            metric=self.metrics.get(data.get("metric") or data.get("numerator") or ""),
            need_metric=self.metrics.get(data.get("target_metric") or data.get("denominator") or ""),
            per_months=MONTHS_PER[data["per"]] if "per" in data else 0,
            target=int(Decimal(str(data.get("target", 0))) * QUANTITY),
            cap_per_period=data.get("cap_per_period", False),
            from_month=data.get("from_month", 1),
            na_if=data.get("na_if") or item.na_if,
            review_subject=data.get("subject", ""),
            review_role=data.get("role", ""),
            levels=data.get("levels", []),
            position=len(self.rules),
            **deadline_columns(data.get("deadline"), self.year),
        )
        self.rules.append(rule)
        self.tiers += [_tier(rule, tier) for tier in data.get("tiers", [])]
        self.events += [self._event(rule, n, event) for n, event in enumerate(data.get("events", []))]

    def _event(self, rule: Rule, position: int, data: dict[str, Any]) -> RuleEvent:
        return RuleEvent(
            rule=rule,
            metric=self.metrics[data["metric"]],
            points=millionths(data["points"]),
            once=data.get("once", False),
            most=millionths(data["cap"]) if "cap" in data else NO_LIMIT,
            position=position,
        )

    def write(self) -> None:
        for model, rows in (
            (Category, self.categories),
            (Item, self.items),
            (Rule, self.rules),
            (RuleEvent, self.events),
            (RuleTier, self.tiers),
        ):
            cast("Any", model).objects.bulk_create(rows)


def _tier(rule: Rule, data: dict[str, Any]) -> RuleTier:
    return RuleTier(rule=rule, threshold=millionths(data["min"]), score=millionths(data["score"]))


def deadline_columns(text: str | None, year: int) -> dict[str, Any]:
    """The day, the last month wholly within it, and the month it cuts in two (0: none)."""
    if not text:
        return {}
    month, day = (int(part) for part in text.split("-"))
    falls_in = Month(year, month)
    on = min(date(year, month, 1) + timedelta(days=day - 1), falls_in.last_day)
    if on == falls_in.last_day:
        return {"deadline_on": on, "deadline_month": falls_in.key, "deadline_inside": 0}
    return {"deadline_on": on, "deadline_month": falls_in.key - 1, "deadline_inside": falls_in.key}


def _load_extras(scheme: Scheme, data: dict[str, Any], metrics: dict[str, Metric]) -> None:
    kinds = ((ExtraKind.BONUS, "bonus_items"), (ExtraKind.PENALTY, "penalty_items"))
    rows = [(kind, row) for kind, key in kinds for row in data.get(key, [])]
    ExtraItem.objects.bulk_create(
        ExtraItem(
            scheme=scheme,
            kind=kind,
            code=row["code"],
            name=row["name"],
            metric=metrics[f"{kind}.{row['code']}"],
            points=millionths(row["points"]),
            most=millionths(row["cap"]) if "cap" in row else NO_LIMIT,
            occurrence_group=row.get("group", ""),
            unit=row.get("per", ""),
            evidence=row.get("evidence", ""),
            position=position,
        )
        for position, (kind, row) in enumerate(rows)
    )


def _load_outcome(scheme: Scheme, data: dict[str, Any]) -> None:
    """Vetoes and grades: they change no number, so the engine only keeps them."""
    VetoItem.objects.bulk_create(
        VetoItem(
            scheme=scheme,
            code=row["code"],
            name=row["name"],
            grade_cap=row["cap"],
            decided_by=row["decided_by"],
            proposed_by=row.get("proposed_by", ""),
            position=position,
        )
        for position, row in enumerate(data.get("veto_items", []))
    )
    GradeLine.objects.bulk_create(
        GradeLine(
            scheme=scheme,
            code=row["code"],
            name=row["name"],
            threshold=millionths(row["min"]),
            quota=millionths(row["quota"]) if "quota" in row else NO_LIMIT,
            position=position,
        )
        for position, row in enumerate(data.get("grades", []))
    )


def check(data: dict[str, Any]) -> None:
    """InvalidInput with every fault of a scheme's data: sums, unknown metrics, terms a rule type lacks."""
    if found := faults(data):
        raise InvalidInput("考核方案有误：" + "；".join(found) + "。", remedy="请按提示修改方案数据后重新载入。")
