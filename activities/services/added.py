"""Kinds of claim that a committee adds to its scheme's, and takes out again."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import Http404

from activities.models import AddedKind
from assessment.models import Metric, MetricKind
from branches.models import Organisation
from branches.permissions import Viewer, check, visible
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import Month

FIRST_POSITION = 9_000  # behind the metrics of every scheme


@transaction.atomic
def add_kind(
    *,
    actor: Viewer,
    root: Organisation,
    name: str,
    unit: str,
    reason: str,
    from_month: Month,
    now: datetime,
    evidence: str = "",
) -> AddedKind:
    """One thing more that branches may claim from a month on; its facts stand under a metric of its own, without points."""
    check(actor, "collection.edit", root)
    Organisation.objects.select_for_update().get(pk=root.pk)  # numbers are given one after the other
    name, unit, reason = name.strip()[:60], unit.strip()[:10], reason.strip()[:200]
    if not name or not unit or not reason:
        raise InvalidInput("请填写事项、单位、依据和用途。")
    number = AddedKind.objects.filter(root=root).count() + 1
    code = f"local.{root.pk}.{number}"
    Metric.objects.create(
        code=code, name=name, unit=unit, kind=MetricKind.FLOW, reported_by="claims", position=FIRST_POSITION + number
    )
    try:
        with transaction.atomic():
            kind = AddedKind.objects.create(
                root=root,
                metric=code,
                name=name,
                unit=unit,
                evidence=evidence.strip()[:100],
                reason=reason,
                from_month=from_month.key,
                added_by=audit.user_of(actor),
                added_at=now,
            )
    except IntegrityError as error:
        raise Conflict(f"已有“{name}”这一申报事项。", remedy="请用已有的那一项。") from error
    audit.record(
        actor=actor,
        action="claim_kind.added",
        target=kind,
        root_id=root.pk,
        after={"name": name, "unit": unit, "reason": reason},
        summary=f"增设申报事项“{name}”",
    )
    return kind


@transaction.atomic
def end_kind(*, actor: Viewer, kind_id: int, month: Month) -> AddedKind:
    """The month is the last for which it can be claimed; what was claimed stays."""
    kind = visible(AddedKind.objects.select_for_update(), actor).filter(pk=kind_id).first()
    if kind is None:
        raise Http404
    check(actor, "collection.edit", kind.root)
    before = {"until_month": kind.until_month}
    kind.until_month = max(month.key, kind.from_month)
    kind.save(update_fields=["until_month"])
    audit.record(
        actor=actor,
        action="claim_kind.ended",
        target=kind,
        root_id=kind.root_id,
        before=before,
        after={"until_month": kind.until_month},
        summary=f"申报事项“{kind.name}”用到{Month.from_key(kind.until_month).label}",
    )
    return kind
