"""A new draft from a published version: last year's copied for this year, or this year's for a later month."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404

from assessment import rollup
from assessment.drafts.opening import open_draft
from assessment.models import (
    Category,
    CreditKind,
    ExtraItem,
    GradeLine,
    Item,
    MemberClass,
    Rule,
    RuleEvent,
    RuleTier,
    Scheme,
    SchemeStatus,
    VetoItem,
)
from assessment.schemes import deadline_columns
from assessment.selectors.schemes import readable_schemes
from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import InvalidInput
from core.periods import Month

KEPT = (
    "code",
    "subject",
    "score_floor",
    "display_cap",
    "bonus_cap",
    "penalty_cap",
    "rank_min_months",
    "composition",
    "tie_break",
    "rank_groups",
    "wording",
)
LISTS: tuple[Any, ...] = (ExtraItem, VetoItem, GradeLine)


@transaction.atomic
def copy_scheme(
    *, actor: Viewer, source_id: int, root: Organisation, year: int, name: str = "", note: str = "", now: datetime
) -> Scheme:
    """A draft of the committee's own with every row of the source; deadlines keep their day and month."""
    check(actor, "scheme.edit", root)
    source = readable_schemes(actor).filter(pk=source_id).first()
    if source is None:
        raise Http404
    if not source.year <= year <= Month.of(now).year + 1:
        raise InvalidInput(f"不能复制成{year}年的方案。", remedy=f"请选择{source.year}年到{Month.of(now).year + 1}年。")
    made = Scheme.objects.create(
        **{one: getattr(source, one) for one in KEPT},
        root=root,
        name=(name.strip() or source.name.replace("（默认）", ""))[:100],
        year=year,
        version=next_version(root.pk, year, source.subject),
        valid_from=first_open_month(root.pk, year).key,
        based_on=source,
        change_note=note.strip()[:200],
        created_by_id=actor.user_id,
        created_at=now,
    )
    _copy_rows(source, made)
    audit.record(actor=actor, action="scheme.copy", target=made, root_id=root.pk, summary=f"复制自{source}")
    return made


def next_version(root_id: int, year: int, subject: str) -> str:
    """1.0 for the first of a year, then 1.1, 1.2 …"""
    taken = set(Scheme.objects.filter(root_id=root_id, year=year, subject=subject).values_list("version", flat=True))
    return next(f"1.{n}" for n in range(len(taken) + 1) if f"1.{n}" not in taken)


def first_open_month(root_id: int, year: int) -> Month:
    """The month after the last closed one of the year; its last month where all are closed."""
    closed = [key % 100 for key in rollup.closed_months(root_id) if key // 100 == year]
    return Month(year, min(12, max(closed, default=0) + 1))


def _copy_rows(source: Scheme, made: Scheme) -> None:
    categories = _copied(Category, source, scheme=made)
    items = _copied(Item, source, scheme=made, links={"category_id": categories})
    rules = _copied(Rule, source, scheme=made, links={"category_id": categories, "item_id": items}, year=made.year)
    _copied(RuleEvent, source, links={"rule_id": rules})
    _copied(RuleTier, source, links={"rule_id": rules})
    for model in (*LISTS, MemberClass, CreditKind):
        _copied(model, source, scheme=made)


def _copied(
    model: Any, source: Scheme, *, links: dict[str, dict[int, int]] | None = None, year: int = 0, **fixed: Any
) -> dict[int, int]:
    """Copy one table's rows; old id → new id."""
    old = list(model.objects.filter(**{model.scheme_path: source}).order_by("pk"))
    rows = [_row(model, row, links or {}, year, fixed) for row in old]
    made = model.objects.bulk_create(rows)
    return {one.pk: other.pk for one, other in zip(old, made, strict=True)}


def _row(model: Any, row: Any, links: dict[str, dict[int, int]], year: int, fixed: dict[str, Any]) -> Any:
    values = {one.attname: getattr(row, one.attname) for one in model._meta.concrete_fields if not one.primary_key}
    values |= {name: ids[values[name]] for name, ids in links.items()}
    if year and values.get("deadline_on"):
        values |= deadline_columns(f"{values['deadline_on'].month}-{values['deadline_on'].day}", year)
    values |= {f"{name}_id": one.pk for name, one in fixed.items()}
    return model(**values)


@transaction.atomic
def discard_draft(*, actor: Viewer, scheme_id: int, now: datetime) -> None:
    """Remove a draft with all its rows; a published version stays for ever."""
    draft = open_draft(actor, scheme_id)
    audit.record(actor=actor, action="scheme.discard", target=draft, root_id=draft.root_id)
    for model in (RuleEvent, RuleTier, Rule, Item, Category, *LISTS, MemberClass, CreditKind):
        model.objects.filter(**{model.scheme_path: draft}).delete()
    Scheme.objects.filter(pk=draft.pk, status=SchemeStatus.DRAFT).delete()
