"""Facts that come from a record: their label, link, state and revision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.urls import reverse

from activities.models import Activity, ActivityState, Participation
from activities.rules.facts import record_label
from assessment.ledger import FactSpec


def spec_of(
    activity: Activity,
    branch_id: int,
    metric: str,
    source_type: str,
    *,
    quantity: int = 1,
    on: date | None = None,
    share: Participation | None = None,
    confirmed: bool | None = None,
    label: str = "",
    suffix: str = "",
    by_id: int | None = None,
    revision: int | None = None,
) -> FactSpec:
    """A fact of a record, with the record's own state, label and link unless told otherwise."""
    if confirmed is None:
        confirmed = is_confirmed(activity, share)
    return FactSpec(
        root_id=activity.root_id,
        branch_id=branch_id,
        metric=metric,
        happened_on=on or activity.held_on,
        quantity=Decimal(quantity),
        source_type=source_type,
        source_id=activity.pk,
        revision=activity.fact_revision if revision is None else revision,
        suffix=suffix,
        label=(label or label_of(activity))[:200],
        url=reverse("activities:detail", args=[activity.pk]),
        entered_by_id=activity.entered_by_id,
        entered_at=(share and share.first_confirmed_at) or activity.first_submitted_at,
        confirmed=confirmed,
        confirmed_by_id=(by_id or activity.reviewed_by_id) if confirmed else None,
    )


def is_confirmed(activity: Activity, share: Participation | None) -> bool:
    """Whether a share's facts are confirmed: the record approved, and an invited branch's attendance reviewed."""
    is_own = share is None or share.is_organiser or share.is_reviewed
    return activity.state == ActivityState.APPROVED and is_own


def label_of(activity: Activity) -> str:
    """How statements name a record: 11月12日 主题党日 学习……"""
    return record_label(activity.held_on, activity.kind.name, activity.title)


def next_revisions(activity_ids: Iterable[int]) -> dict[int, int]:
    """For each record a revision that no fact of it has had yet."""
    ids = sorted(set(activity_ids))
    Activity.objects.filter(pk__in=ids).update(fact_revision=F("fact_revision") + 1)
    return dict(Activity.objects.filter(pk__in=ids).values_list("pk", "fact_revision"))
