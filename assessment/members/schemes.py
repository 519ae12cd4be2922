"""The scheme of members: load it from data with its classes and credits, and find the one a month is scored by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import F, Q

from assessment import schemes
from assessment.models import CreditKind, MemberClass, Metric, Scheme, SchemeStatus
from assessment.rules.terms import thousandths
from core.periods import SHANGHAI, Month

SUBJECT = "member"
DEFAULT_FILE = Path(__file__).parent.parent / "defaults" / "member_scheme.yaml"
CREDITS, CREDITS_NEED = "member.credits", "member.credits_minimum_to_date"
HOURS, HOURS_NEED = "member.collective_hours", "member.collective_hours_minimum_to_date"
VOLUNTEER_NEED = "member.volunteer_hours_to_date"
STUDIED = (CREDITS, CREDITS_NEED, HOURS, HOURS_NEED, VOLUNTEER_NEED)
ENTERED = "entry"  # Metric.reported_by of what no feature of the portal reports yet


@dataclass(frozen=True)
class StudyPlan:
    """What the member scheme has beside its rules: classes and credit kinds by code, ids of the metrics."""

    classes: dict[str, MemberClass]
    kinds: tuple[CreditKind, ...]
    metric_ids: dict[str, int]
    entered: tuple[int, ...]
    alerts: tuple[dict[str, Any], ...]

    @property
    def credit_metrics(self) -> tuple[int, ...]:
        return tuple(kind.metric_id for kind in self.kinds)


def scheme_for(root_id: int, month: Month) -> Scheme | None:
    """The published scheme of members valid on the last day of the month: the committee's own, else the default."""
    own_or_default = Q(root_id=root_id) | Q(root__isnull=True)
    valid = Scheme.objects.filter(own_or_default, year=month.year, subject=SUBJECT, valid_from__lte=month.key)
    own_first = F("root_id").asc(nulls_last=True)
    return valid.exclude(status=SchemeStatus.DRAFT).order_by(own_first, "-valid_from", "-pk").first()


def study_plan(scheme: Scheme) -> StudyPlan:
    """The classes and credits of a scheme; of a published one kept in memory."""
    return _read(scheme.pk) if scheme.status == SchemeStatus.DRAFT else _kept(scheme.pk, scheme.token)


@lru_cache(maxsize=64)
def _kept(scheme_id: int, token: str) -> StudyPlan:
    return _read(scheme_id)


def _read(scheme_id: int) -> StudyPlan:
    metrics = list(Metric.objects.all())
    wording = Scheme.objects.values_list("wording", flat=True).get(pk=scheme_id)
    return StudyPlan(
        classes={row.code: row for row in MemberClass.objects.filter(scheme_id=scheme_id)},
        kinds=tuple(CreditKind.objects.filter(scheme_id=scheme_id).select_related("metric")),
        metric_ids={metric.code: metric.pk for metric in metrics},
        entered=tuple(metric.pk for metric in metrics if metric.reported_by == ENTERED),
        alerts=tuple(wording.get("credit_alerts", ())),
    )


def read_default() -> dict[str, Any]:
    return yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))


@transaction.atomic
def load_default(year: int, root=None, *, now: datetime | None = None) -> Scheme:
    """The default scheme of members of a year, published from January on; loaded once, then given back."""
    data = read_default()
    version = data["scheme"]["version"]
    found = Scheme.objects.filter(root=root, year=year, subject=SUBJECT, version=version).first()
    if found:
        return found
    scheme = load(data, year=year, root=root)
    return schemes.publish(scheme, now=now or datetime.combine(date(year, 1, 1), datetime.min.time(), SHANGHAI))


@transaction.atomic
def load(data: dict[str, Any], *, year: int, root=None, version: str = "", valid_from: int = 0) -> Scheme:
    """A draft scheme of members from data. InvalidInput if its sums or its terms do not hold."""
    scheme = schemes.load(data, year=year, root=root, version=version, valid_from=valid_from)
    scheme.wording |= {key: data[key] for key in ("credit_alerts", "publicity", "proration") if key in data}
    scheme.save(update_fields=["wording"])
    metrics = dict(Metric.objects.values_list("code", "pk"))
    MemberClass.objects.bulk_create(_class(scheme, n, row) for n, row in enumerate(data["member_classes"]))
    CreditKind.objects.bulk_create(_kind(scheme, n, row, metrics) for n, row in enumerate(data["credit_kinds"]))
    return scheme


def _class(scheme: Scheme, position: int, row: dict[str, Any]) -> MemberClass:
    return MemberClass(
        scheme=scheme,
        code=row["code"],
        identifier=row["identifier"],
        name=row["name"],
        is_scored=row["score"],
        min_credits=thousandths(row["min_credits"]),
        min_hours=thousandths(row["min_collective_hours"]),
        volunteer_hours=thousandths(row.get("volunteer_hours", 0)),
        note=row.get("note", ""),
        position=position,
    )


def _kind(scheme: Scheme, position: int, row: dict[str, Any], metrics: dict[str, int]) -> CreditKind:
    return CreditKind(
        scheme=scheme,
        code=row["code"],
        metric_id=metrics[row["metric"]],
        rate=thousandths(str(row["credits"])),
        is_collective=row["collective"],
        is_required=row["required"],
        cap_year=thousandths(row["cap_year"]) if "cap_year" in row else schemes.NO_LIMIT,
        note=row.get("note", ""),
        position=position,
    )
