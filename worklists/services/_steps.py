"""What every step of an item shares: the lock, the state, the trail, the word to those concerned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import Http404
from django.urls import reverse

from branches.permissions import Viewer, visible
from branches.selectors.accounts import officer_accounts, officers_over, secretary_accounts
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import today as today_of
from notices.services import notify
from worklists.models import Item, ItemStep
from worklists.rules import STEPS, is_open, refusal

AUDITED = ("state", "due_on", "owner", "done_on", "verified_by")


def locked(actor: Viewer, item_id: int, version: int | None) -> Item:
    """The item, locked until the end of the transaction; 404 outside the scope, Conflict if it moved on."""
    rows = visible(Item.objects.select_related("branch"), actor).select_for_update(of=("self",))
    item = rows.filter(pk=item_id).first()
    if item is None:
        raise Http404
    if version is not None and item.version != version:
        raise Conflict("这一事项刚刚有人办理过。", remedy="请刷新后查看新的情况，再办理。")
    return item


def demand_open(item: Item, step: str) -> None:
    """Conflict where the step is not open in the present state."""
    if not is_open(step, item.state):
        raise Conflict(refusal(step, item.state), remedy="请刷新后再看。")


def moved(item: Item, step: str, actor: Viewer, text: str, now: datetime, *, target: str = "") -> ItemStep:
    """Put the item where the step leads, keep the step, write the audit entry."""
    before = {name: getattr(item, f"_was_{name}", None) for name in AUDITED}
    item.state = target or STEPS[step].target
    item.version += 1
    item.save()
    trail = keep_step(item, step, actor, text, now)
    audit.record(
        actor=actor,
        action=f"worklist.{step}",
        target=item,
        before=before,
        after=audit.snapshot(item, AUDITED),
        summary=f"{STEPS[step].name}“{item.title}”{'：' if text else ''}{text}"[:200],
    )
    return trail


def remember(item: Item) -> None:
    """Keep the values as they were, for the audit entry of the coming step."""
    for name, value in audit.snapshot(item, AUDITED).items():
        setattr(item, f"_was_{name}", value)


def keep_step(item: Item, action: str, actor: Viewer, text: str, now: datetime) -> ItemStep:
    """One line of the trail."""
    return ItemStep.objects.create(
        root_id=item.root_id, item=item, action=action, text=text[:1000], actor=audit.user_of(actor), happened_at=now
    )


def said(text: str, *, what: str, name: str = "text", limit: int = 1000) -> str:
    """A text that was really given, trimmed; InvalidInput under its field otherwise."""
    text = text.strip()
    if not text or len(text) > limit:
        fault = f"请填写{what}（不超过{limit}字）。"
        raise InvalidInput(fault, fields={name: [fault]})
    return text


def tell_owner(item: Item, title: str, now: datetime, *, key: str) -> None:
    """Tell who has to do it: the owner, else the branch's secretaries."""
    people = [item.owner_id] if item.owner_id else secretary_accounts([item.branch_id], today_of(now))[item.branch_id]
    _tell(item, people, title, now, key=key)


def tell_verifiers(item: Item, title: str, now: datetime, *, key: str) -> None:
    """Tell the officers over the branch who may be the second person."""
    officers = officers_over(item.branch, officer_accounts(item.root_id, today_of(now)))
    apart = {item.done_by_id, item.owner_id}
    if item.verifier_rule == "another":
        apart.add(item.opened_by_id)
    _tell(item, [pk for pk in officers if pk not in apart], title, now, key=key)


def _tell(item: Item, people: Iterable[int], title: str, now: datetime, *, key: str) -> None:
    notify(
        recipients=people,
        kind="worklist",
        title=title[:200],
        text=item.demand[:200],
        url=reverse("worklists:item", args=[item.pk]),
        dedupe_key=f"worklist:{item.pk}:{key}:{item.version}",
        root_id=item.root_id,
        now=now,
    )
