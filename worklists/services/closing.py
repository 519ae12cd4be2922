"""The second person: verifying, sending back, closing after having asked whether it holds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from branches.permissions import Viewer, check
from core import audit
from core.errors import Refused
from worklists.models import Item, ItemState
from worklists.rules import after_verifying
from worklists.selectors import verify_fault
from worklists.services._steps import demand_open, locked, moved, remember, said, tell_owner


@transaction.atomic
def verify(*, actor: Viewer, item_id: int, now: datetime, note: str = "", version: int | None = None) -> Item:
    """The second person has looked at the proof and it holds; without a call-back the item is closed."""
    item = _second_person(actor, item_id, version, "verify")
    target = after_verifying(with_callback=item.with_callback)
    item.verified_by = audit.user_of(actor)
    item.closed_at = now if target == ItemState.CLOSED else None
    moved(item, "verify", actor, note.strip()[:1000], now, target=target)
    words = "核验通过，已销号" if target == ItemState.CLOSED else "核验通过，待回访"
    tell_owner(item, f"“{item.title}”{words}", now, key="verified")
    return item


@transaction.atomic
def send_back(*, actor: Viewer, item_id: int, reason: str, now: datetime, version: int | None = None) -> Item:
    """The proof does not hold: back to the owner with the reason; the due day stays."""
    item = _second_person(actor, item_id, version, "send_back")
    reason = said(reason, what="退回的原因", name="reason", limit=300)
    item.done_by, item.done_on = None, None
    item.returned_count += 1
    moved(item, "send_back", actor, reason, now)
    tell_owner(item, f"“{item.title}”退回重办：{reason}", now, key="returned")
    return item


@transaction.atomic
def close_item(*, actor: Viewer, item_id: int, note: str, now: datetime, version: int | None = None) -> Item:
    """Close a verified item after having asked those concerned; what they said is kept."""
    item = _second_person(actor, item_id, version, "close")
    item.closed_at = now
    moved(item, "close", actor, said(note, what="回访情况", name="note"), now)
    tell_owner(item, f"“{item.title}”已回访销号", now, key="closed")
    return item


def _second_person(actor: Viewer, item_id: int, version: int | None, step: str) -> Item:
    item = locked(actor, item_id, version)
    check(actor, "worklist.verify", item.branch)
    if fault := verify_fault(actor, item):
        raise Refused(fault, remedy="请由另一位同志核验。")
    demand_open(item, step)
    remember(item)
    return item
