"""Taking a part out of a draft, and putting it back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core import serializers
from django.db import IntegrityError, transaction
from django.http import Http404

from assessment.drafts.columns import MODELS, WORDS
from assessment.drafts.editing import CHANGED, part_of
from assessment.drafts.opening import note_change, open_draft
from assessment.models import Item, Rule, RuleEvent, RuleTier, SchemeEdit
from assessment.rules.document import part_digest
from assessment.selectors.documents import document_of
from branches.permissions import Viewer
from core.errors import Conflict


@transaction.atomic
def delete_part(*, actor: Viewer, scheme_id: int, kind: str, pk: int, digest: str, now: datetime) -> SchemeEdit:
    """Take a part out with all that is in it. Conflict if it has changed since it was seen."""
    draft = open_draft(actor, scheme_id)
    part = part_of(document_of(draft), kind, pk)
    if kind == "head":
        raise Http404
    if part_digest(part) != digest:
        raise Conflict(CHANGED, remedy="请看过最新内容后再删。")
    gone = list(_with_children(kind, pk))
    kept = json.loads(serializers.serialize("json", gone))
    for row in reversed(gone):
        row.delete()
    return note_change(
        actor,
        draft,
        f"删去{WORDS[kind]}{part.code} {part.name if kind != 'rule' else ''}".strip(),
        now=now,
        removed=kept,
    )


def _with_children(kind: str, pk: int) -> Iterator[Any]:
    """The row, then what hangs on it, parents before children."""
    yield MODELS[kind].objects.get(pk=pk)
    items = Item.objects.filter(category_id=pk) if kind == "category" else Item.objects.none()
    yield from items
    rules = Rule.objects.none()
    if kind == "category":
        rules = Rule.objects.filter(category_id=pk)
    elif kind == "item":
        rules = Rule.objects.filter(item_id=pk)
    yield from rules
    ids = [pk] if kind == "rule" else [rule.pk for rule in rules]
    yield from RuleEvent.objects.filter(rule_id__in=ids)
    yield from RuleTier.objects.filter(rule_id__in=ids)


@transaction.atomic
def undo_removal(*, actor: Viewer, scheme_id: int, edit_id: int, now: datetime) -> str:
    """Put back what an edit took out; in words what. Conflict where its place or its code is taken meanwhile."""
    draft = open_draft(actor, scheme_id)
    edit = SchemeEdit.objects.filter(scheme=draft, pk=edit_id).first()
    if edit is None or not edit.removed:
        raise Http404
    if edit.undone_at:
        raise Conflict("已经撤销过了。", remedy="请刷新页面。")
    try:
        with transaction.atomic():
            for found in serializers.deserialize("json", json.dumps(edit.removed)):
                _refuse_orphan(found.object)
                found.save()
    except IntegrityError as fault:
        raise Conflict("同样的编号已经用在别处，放不回来。", remedy="请先给那一处换一个编号。") from fault
    edit.undone_at = now
    edit.save(update_fields=["undone_at"])
    words = edit.words.removeprefix("删去").split("（")[0]
    note_change(actor, draft, f"撤销删除，放回{words}", now=now)
    return words


def _refuse_orphan(row: Any) -> None:
    """What the row hangs on must still be there."""
    parents = [(Item, getattr(row, "item_id", None)), (MODELS["category"], getattr(row, "category_id", None))]
    if any(pk and not model.objects.filter(pk=pk).exists() for model, pk in parents):
        raise Conflict("它所在的大类或小项也已删去，放不回来。", remedy="请先撤销上一级的删除。")
