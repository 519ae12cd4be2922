"""Changing a draft part by part: save, add, move; every change is noted, and two editors overwrite nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404

from assessment.drafts.columns import MODELS, WORDS, columns_of, write_lines
from assessment.drafts.opening import note_change, open_draft
from assessment.models import ExtraItem, Item, Metric, MetricKind, Rule, Scheme
from assessment.rules.document import (
    CategoryPart,
    ExtraPart,
    GradePart,
    ItemPart,
    RulePart,
    SchemeDoc,
    VetoPart,
    part_digest,
)
from assessment.rules.terms import POINT, QUANTITY, RuleKind
from assessment.selectors.documents import document_of
from branches.permissions import Viewer
from core.errors import Conflict, InvalidInput

UP, DOWN = "up", "down"
CHANGED = "您打开以后，别人已经改过这一处，您的内容没有保存。"


def part_of(doc: SchemeDoc, kind: str, pk: int) -> Any:
    """The part of a document by kind and row; 404 if there is none."""
    if kind == "head":
        return doc.head
    found = next((part for part in parts_of(doc, kind) if part.pk == pk), None)
    if found is None:
        raise Http404
    return found


def parts_of(doc: SchemeDoc, kind: str) -> tuple[Any, ...]:
    """All parts of one kind in their order."""
    lists: dict[str, Any] = {
        "category": doc.categories,
        "item": doc.items,
        "rule": doc.rules,
        "extra": doc.extras,
        "veto": doc.vetoes,
        "grade": doc.grades,
    }
    if kind not in lists:
        raise Http404
    return tuple(lists[kind])


@transaction.atomic
def save_part(*, actor: Viewer, scheme_id: int, kind: str, pk: int, part: Any, digest: str, now: datetime) -> Scheme:
    """Write one part as the form has it. Conflict if it is no longer the one that was opened (`digest`)."""
    draft = open_draft(actor, scheme_id)
    old = part_of(document_of(draft), kind, pk)
    if part_digest(old) == part_digest(part):
        return draft  # nothing new, or the same sent again because the answer was lost
    if part_digest(old) != digest:
        raise Conflict(CHANGED, remedy="请对照后再改。")
    _write(draft, kind, pk, part, old)
    label = f"{getattr(part, 'code', '')} {getattr(part, 'name', '') or ''}".strip()
    note_change(actor, draft, f"修改{WORDS[kind]}{label}", now=now)
    return draft


def _refuse_twins(part: Any) -> None:
    """Two rows of a rule about the same rate or the same metric cannot both be kept."""
    if isinstance(part, RulePart):
        for rows, words in (
            ([tier.threshold for tier in part.tiers], "两个得分档的比率相同。"),
            ([event.metric for event in part.events], "同一个指标写了两行。"),
        ):
            if len(set(rows)) < len(rows):
                raise InvalidInput(words, remedy="请合成一行，或者改其中一行。")


def _write(draft: Scheme, kind: str, pk: int, part: Any, old: Any) -> None:
    _refuse_twins(part)
    columns = columns_of(part, draft)
    try:
        with transaction.atomic():
            if kind == "head":
                Scheme.objects.filter(pk=draft.pk).update(**columns)
                draft.refresh_from_db()
                return
            MODELS[kind].objects.filter(pk=pk).update(**columns)
    except IntegrityError as fault:
        words = f"编号{part.code}已经用在别处。"
        raise InvalidInput(words, remedy="请换一个编号。", fields={"code": [words]}) from fault
    if kind == "rule":
        write_lines(Rule.objects.get(pk=pk), part)
    if kind == "item" and part.na_if != old.na_if:  # the rules that took their condition from the item take the new one
        Rule.objects.filter(item_id=pk, na_if=old.na_if).update(na_if=part.na_if)
    if kind == "extra":
        row = MODELS[kind].objects.select_related("metric").get(pk=pk)
        _name_metric(row.metric, part)


def _name_metric(metric: Metric, part: ExtraPart) -> None:
    """A metric made for one item of this draft alone is called what the item is called."""
    if metric.name != part.name and ExtraItem.objects.filter(metric=metric).count() == 1:
        Metric.objects.filter(pk=metric.pk).update(name=part.name[:100], unit=(part.unit or "项")[:10])


@transaction.atomic
def add_part(*, actor: Viewer, scheme_id: int, kind: str, parent_pk: int = 0, sort: str = "", now: datetime) -> int:
    """A new part with nothing in it yet, at the end; its row. `sort` is bonus or penalty for an extra item."""
    draft = open_draft(actor, scheme_id)
    doc = document_of(draft)
    part, links = _blank(draft, doc, kind, parent_pk, sort)
    rows = MODELS[kind].objects.filter(scheme=draft)
    last = rows.order_by("-position").values_list("position", flat=True).first()
    row = MODELS[kind].objects.create(
        scheme=draft, position=0 if last is None else last + 1, **links, **columns_of(part, draft)
    )
    if kind == "rule":
        write_lines(row, part)
    note_change(actor, draft, f"添加{WORDS[kind]}{part.code}", now=now)
    return row.pk


def _blank(draft: Scheme, doc: SchemeDoc, kind: str, parent_pk: int, sort: str) -> tuple[Any, dict[str, Any]]:
    taken = {part.code for part in parts_of(doc, kind)}
    if kind == "category":
        code = _free(taken, [chr(n) for n in range(ord("A"), ord("Z") + 1)])
        return CategoryPart(code, "新大类", 0), {"identifier": f"category_{code.lower()}"}
    if kind == "item":
        parent = part_of(doc, "category", parent_pk)
        code = _free(taken, [f"{parent.code}{n}" for n in range(1, 100)])
        return ItemPart(code, "新小项", 0), {"category_id": parent.pk, "identifier": f"item_{code.lower()}"}
    if kind == "rule":
        parent = part_of(doc, "item", parent_pk)
        row = Item.objects.get(pk=parent.pk)
        code = _free(taken, [f"{parent.code}.{n}" for n in range(1, 100)])
        blank = RulePart(code, RuleKind.RATIO_FULL, POINT, per_months=1, target=QUANTITY, na_if=parent.na_if)
        return blank, {"item_id": row.pk, "category_id": row.category_id}
    if kind == "extra":
        sort = sort if sort in ("bonus", "penalty") else "bonus"
        letter = "P" if sort == "bonus" else "N"
        code = _free(taken, [f"{letter}{n:02d}" for n in range(1, 100)])
        metric = _extra_metric(sort, code)
        return ExtraPart(sort, code, "新事项", metric.code, POINT, unit="项"), {"metric_id": metric.pk}
    if kind == "veto":
        lowest = doc.grades[-1].code if doc.grades else ""
        return VetoPart(_free(taken, [f"V{n:02d}" for n in range(1, 100)]), "新否决项", lowest, "party_committee"), {}
    return GradePart(_free(taken, [f"grade{n}" for n in range(1, 20)]), "新等次", 0), {}


def _free(taken: set[str], wanted: list[str]) -> str:
    found = next((code for code in wanted if code not in taken), None)
    if found is None:
        raise Conflict("编号用完了。", remedy="请先删去不用的。")
    return found


def _extra_metric(sort: str, code: str) -> Metric:
    """The metric by which an extra item is claimed: its own, or a new one where the code stood for another matter."""
    known = set(Metric.objects.filter(code__startswith=f"{sort}.").values_list("code", flat=True))
    wanted = [f"{sort}.{code}", *(f"{sort}.{code}.{n}" for n in range(2, 100))]
    return Metric.objects.create(
        code=_free(known, wanted),
        name="新事项",
        unit="项",
        kind=MetricKind.FLOW,
        reported_by="claims",
        is_extra=True,
        position=Metric.objects.count(),
    )


@transaction.atomic
def move_part(*, actor: Viewer, scheme_id: int, kind: str, pk: int, way: str, now: datetime) -> None:
    """Change places with the neighbour above or below; at the edge nothing happens."""
    draft = open_draft(actor, scheme_id)
    doc = document_of(draft)
    part = part_of(doc, kind, pk)
    siblings = [one.pk for one in _siblings(doc, kind, part)]
    here = siblings.index(pk)
    there = here - 1 if way == UP else here + 1
    if not 0 <= there < len(siblings):
        return
    model = MODELS[kind]
    rows = {row.pk: row for row in model.objects.filter(pk__in=siblings)}
    places = sorted(row.position for row in rows.values())
    if len(set(places)) < len(places):
        places = list(range(places[0], places[0] + len(places)))
    siblings[here], siblings[there] = siblings[there], siblings[here]
    for place, one in zip(places, siblings, strict=True):
        if rows[one].position != place:
            model.objects.filter(pk=one).update(position=place)
    note_change(actor, draft, f"{'上' if way == UP else '下'}移{WORDS[kind]}{part.code}", now=now)


def _siblings(doc: SchemeDoc, kind: str, part: Any) -> tuple[Any, ...]:
    if kind == "item":
        return next(one.items for one in doc.categories if part in one.items)
    if kind == "rule":
        return next(one.rules for one in doc.items if part in one.rules)
    if kind == "extra":
        return tuple(one for one in doc.extras if one.kind == part.kind)
    return parts_of(doc, kind)


@transaction.atomic
def take_sum(*, actor: Viewer, scheme_id: int, kind: str, pk: int, now: datetime) -> None:
    """Make the points of a category or an item the sum of what is in it."""
    draft = open_draft(actor, scheme_id)
    part = part_of(document_of(draft), kind, pk)
    children = getattr(part, "items", None) if kind == "category" else getattr(part, "rules", None)
    if not children:
        raise Conflict("里面还没有内容，没有合计可取。", remedy="请先添加。")
    total = sum(one.points for one in children)
    if total != part.points:
        MODELS[kind].objects.filter(pk=pk).update(points=total)
        note_change(actor, draft, f"{WORDS[kind]}{part.code}的分值改为合计", now=now)
