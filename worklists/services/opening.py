"""Opening an item, moving its day, taking it back, and opening it again."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import IntegrityError, transaction

from branches.models import Organisation, User
from branches.permissions import Viewer, check
from core import audit
from core.errors import InvalidInput, Refused
from core.periods import today as today_of
from worklists.models import Item, ItemAction, VerifierRule
from worklists.rules import kind_of
from worklists.selectors import may_manage, verify_fault
from worklists.services._steps import demand_open, keep_step, locked, moved, remember, said, tell_owner


@transaction.atomic
def open_item(
    *,
    actor: Viewer,
    branch: Organisation,
    title: str,
    demand: str,
    due_on: date,
    now: datetime,
    source: str = "",
    owner: User | None = None,
    origin_label: str = "",
    origin_url: str = "",
    verifier_rule: str = VerifierRule.ANOTHER,
    with_callback: bool = False,
) -> Item:
    """One item of the branch, to be closed by `due_on`; the same `source` (finding:12) opens it once.

    Without an owner it is the branch secretary's. Without a source it is a task given by hand.
    """
    check(actor, "worklist.open", branch)
    source = source or f"task:{secrets.token_hex(8)}"
    if found := Item.objects.filter(root_id=branch.root_id, source=source).first():
        return found
    if due_on < today_of(now):
        raise InvalidInput("办理期限不能早于今天。", fields={"due_on": ["办理期限不能早于今天。"]})
    item = Item(
        root_id=branch.root_id,
        branch=branch,
        source=source,
        kind=kind_of(source),
        title=said(title, what="事项", name="title", limit=100),
        demand=said(demand, what="整改要求", name="demand"),
        owner=owner,
        due_on=due_on,
        first_due_on=due_on,
        origin_label=origin_label[:200],
        origin_url=origin_url[:300],
        verifier_rule=verifier_rule,
        with_callback=with_callback,
        opened_by=audit.user_of(actor),
        opened_at=now,
    )
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:  # another worker opened it between the look and the writing
        return Item.objects.get(root_id=branch.root_id, source=source)
    keep_step(item, ItemAction.OPENED, actor, demand, now)
    audit.record(actor=actor, action="worklist.open", target=item, summary=f"提出“{item.title}”，限{due_on}办结")
    tell_owner(item, f"新的{item.kind_word}：{item.title}（{due_on:%m月%d日}前）", now, key="opened")
    return item


@transaction.atomic
def extend_due(
    *, actor: Viewer, item_id: int, due_on: date | None, reason: str, now: datetime, version: int | None = None
) -> Item:
    """Move the due day of an open item, with the reason; the first day stays on file."""
    item = _managed(actor, item_id, version, "extend")
    if due_on is None or due_on < today_of(now) or due_on == item.due_on:
        fault = "请填写新的期限，不能早于今天。"
        raise InvalidInput(fault, fields={"due_on": [fault]})
    text = f"{item.due_on}改为{due_on}：{said(reason, what='调整期限的原因', name='reason', limit=300)}"
    item.due_on = due_on
    moved(item, "extend", actor, text, now)
    tell_owner(item, f"“{item.title}”的期限改为{due_on:%m月%d日}", now, key="extended")
    return item


@transaction.atomic
def cancel_item(*, actor: Viewer, item_id: int, reason: str, now: datetime, version: int | None = None) -> Item:
    """Take an item back that should not have been opened; it stays on file with the reason."""
    item = _managed(actor, item_id, version, "cancel")
    moved(item, "cancel", actor, said(reason, what="撤销的原因", name="reason", limit=300), now)
    tell_owner(item, f"“{item.title}”已撤销，不必再办", now, key="cancelled")
    return item


@transaction.atomic
def reopen(
    *, actor: Viewer, item_id: int, reason: str, due_on: date | None, now: datetime, version: int | None = None
) -> Item:
    """Open a closed or verified item again with a new day: what was said to be mended does not hold."""
    item = locked(actor, item_id, version)
    check(actor, "worklist.verify", item.branch)
    if fault := verify_fault(actor, item):
        raise Refused(fault, remedy="请由另一位同志办理。")
    demand_open(item, "reopen")
    if due_on is None or due_on < today_of(now):
        fault = "请填写新的期限，不能早于今天。"
        raise InvalidInput(fault, fields={"due_on": [fault]})
    remember(item)
    text = said(reason, what="重新打开的原因", name="reason", limit=300)
    item.due_on, item.done_on, item.done_by, item.verified_by, item.closed_at = due_on, None, None, None, None
    moved(item, "reopen", actor, f"{text}（新期限{due_on}）", now)
    tell_owner(item, f"“{item.title}”重新打开：{text}", now, key="reopened")
    return item


def _managed(actor: Viewer, item_id: int, version: int | None, step: str) -> Item:
    item = locked(actor, item_id, version)
    check(actor, "worklist.open", item.branch)
    if not may_manage(actor, item):
        raise Refused("这一事项由机关党委提出，支部不能改动。", remedy="需要延期的，请联系机关党委。")
    demand_open(item, step)
    remember(item)
    return item
