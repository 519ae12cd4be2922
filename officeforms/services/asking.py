"""Asking branches for something new: refused where it is held already, with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from activities.models import AddedKind
from activities.selectors.people import secretary_accounts
from activities.services.added import add_kind
from branches.models import Organisation
from branches.permissions import Viewer, check, visible, visible_branches
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import Month, today
from notices.services import notify
from officeforms.models import Answer, Collection, CollectionField, FieldKind
from officeforms.selectors.held import held_as

MOST_FIELDS = 12


class AlreadyHeld(Conflict):
    """What was to be asked is held already; the words say where."""


def demand_unheld(root_id: int, words: str, *, now: datetime, but: int | None = None) -> None:
    """Pass, or refuse with the place where it is held."""
    held = held_as(root_id, words, Month.of(today(now)), but=but)
    if held is not None:
        raise AlreadyHeld(
            f"“{words.strip()}”不用再收集：平台已有“{held.name}”，在“{held.place}”。",
            remedy="请到那里查看、导出，或在官方表格里绑定它。",
            fields={"name": [f"已有：{held.name}（{held.place}）"]},
        )


@transaction.atomic
def add_claim_kind(
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
    """A kind of claim added, unless what it asks is held; AlreadyHeld names the place."""
    check(actor, "collection.edit", root)
    demand_unheld(root.pk, name, now=now)
    return add_kind(
        actor=actor,
        root=root,
        name=name,
        unit=unit,
        evidence=evidence,
        reason=reason,
        from_month=from_month,
        now=now,
    )


@transaction.atomic
def begin_collection(
    *, actor: Viewer, root: Organisation, name: str, reason: str, due_on: date, now: datetime
) -> Collection:
    """A collection without fields yet; nobody is asked before it is sent."""
    check(actor, "collection.edit", root)
    if due_on < today(now):
        raise InvalidInput("截止日期已过。", fields={"due_on": ["请选今天或以后的日期"]})
    try:
        with transaction.atomic():
            collection = Collection.objects.create(
                root=root,
                name=name.strip()[:60],
                reason=reason.strip()[:200],
                due_on=due_on,
                created_by=audit.user_of(actor),
                created_at=now,
            )
    except IntegrityError as error:
        raise Conflict(f"已有名为“{name}”的收集表。", remedy="请换一个名称。") from error
    _note(actor, "collection.begun", collection, f"新建收集表“{collection.name}”")
    return collection


@transaction.atomic
def add_field(*, actor: Viewer, collection_id: int, name: str, kind: str, now: datetime) -> CollectionField:
    """One field more, unless it is held already; only before the collection is sent."""
    collection = _unsent(actor, collection_id)
    if kind not in FieldKind.values or not name.strip():
        raise InvalidInput("请填写字段，并选择填什么。")
    if collection.fields.count() >= MOST_FIELDS:
        raise InvalidInput(f"一张收集表最多{MOST_FIELDS}个字段。", remedy="请只收真正要用的。")
    demand_unheld(collection.root_id, name, now=now)
    field = CollectionField.objects.create(
        collection=collection, name=name.strip()[:40], kind=kind, position=collection.fields.count() + 1
    )
    _note(actor, "collection.field_added", collection, f"收集表“{collection.name}”加字段“{field.name}”")
    return field


@transaction.atomic
def remove_field(*, actor: Viewer, collection_id: int, field_id: int) -> None:
    """Take a field out again before the collection is sent."""
    collection = _unsent(actor, collection_id)
    field = collection.fields.filter(pk=field_id).first()
    if field is None:
        raise Http404
    field.delete()
    _note(actor, "collection.field_removed", collection, f"收集表“{collection.name}”去掉字段“{field.name}”")


@transaction.atomic
def send_collection(*, actor: Viewer, collection_id: int, now: datetime) -> Collection:
    """Ask the branches; their secretaries are told once."""
    collection = _unsent(actor, collection_id)
    if not collection.fields.exists():
        raise InvalidInput("收集表还没有字段。", remedy="请先加字段。")
    collection.sent_at = now
    collection.save(update_fields=["sent_at"])
    branches = visible_branches(actor).filter(root_id=collection.root_id, dissolved_on__isnull=True)
    accounts = secretary_accounts(list(branches.values_list("pk", flat=True)), today(now))
    notify(
        recipients=[pk for people in accounts.values() for pk in people],
        kind="reminder",
        title=f"请填收集表“{collection.name}”，{collection.due_on.month}月{collection.due_on.day}日截止",
        text=collection.reason,
        url=reverse("officeforms:collection", args=[collection.pk]),
        dedupe_key=f"collection:{collection.pk}",
        root_id=collection.root_id,
        now=now,
    )
    _note(actor, "collection.sent", collection, f"下发收集表“{collection.name}”")
    return collection


@transaction.atomic
def end_collection(*, actor: Viewer, collection_id: int, now: datetime) -> Collection:
    """No more answers are taken."""
    collection = _locked(actor, collection_id)
    if not collection.is_open:
        raise Conflict("这张收集表没有在收。")
    collection.ended_at = now
    collection.save(update_fields=["ended_at"])
    _note(actor, "collection.ended", collection, f"结束收集表“{collection.name}”")
    return collection


@transaction.atomic
def answer(*, actor: Viewer, branch: Organisation, collection_id: int, values: Mapping[int, str], now: datetime) -> int:
    """A branch's answers by field id, as typed; all or none. How many were written."""
    check(actor, "collection.answer", branch)
    rows = Collection.objects.select_for_update().filter(root_id=branch.root_id, sent_at__isnull=False)
    collection = rows.filter(pk=collection_id).first()
    if collection is None:
        raise Http404
    if not collection.is_open:
        raise Conflict("这张收集表已经结束。", remedy="要补填，请联系机关党委。")
    fields = {field.pk: field for field in collection.fields.all()}
    faults = {str(pk): [fault] for pk, field in fields.items() if (fault := _fault(field, values.get(pk, "")))}
    if faults:
        raise InvalidInput("有的内容不对，没有保存。", fields=faults)
    for pk, field in fields.items():
        Answer.objects.update_or_create(
            field=field,
            branch=branch,
            defaults={
                "root_id": branch.root_id,
                "value": values.get(pk, "").strip()[:200],
                "answered_by": audit.user_of(actor),
                "answered_at": now,
            },
        )
    audit.record(
        actor=actor,
        action="collection.answered",
        target=collection,
        root_id=branch.root_id,
        branch_id=branch.pk,
        summary=f"{branch.short_name}填收集表“{collection.name}”",
    )
    return len(fields)


def _fault(field: CollectionField, value: str) -> str:
    value = value.strip()
    if not value:
        return f"请填“{field.name}”；没有的填“无”或 0。"
    if field.kind == FieldKind.NUMBER and not value.replace(".", "", 1).isdecimal():
        return f"“{field.name}”只填数字。"
    if field.kind == FieldKind.DATE:
        try:
            date.fromisoformat(value)
        except ValueError:
            return f"“{field.name}”请写成 2026-11-20 这样的日期。"
    return ""


def _locked(actor: Viewer, collection_id: int) -> Collection:
    found = visible(Collection.objects.select_for_update(), actor).filter(pk=collection_id).first()
    if found is None:
        raise Http404
    check(actor, "collection.edit", found.root)
    return found


def _unsent(actor: Viewer, collection_id: int) -> Collection:
    found = _locked(actor, collection_id)
    if found.sent_at is not None:
        raise Conflict(f"“{found.name}”已下发，字段不能再改。", remedy="请另建一张收集表。")
    return found


def _note(actor: Viewer, action: str, collection: Collection, summary: str) -> None:
    audit.record(actor=actor, action=action, target=collection, root_id=collection.root_id, summary=summary)
