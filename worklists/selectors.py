"""Items in the viewer's scope: lists, one item with its trail, what the viewer may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from branches.permissions import Viewer, can, visible
from worklists.models import Item, ItemState, VerifierRule
from worklists.rules import STEPS, UNFINISHED, is_open, second_person_fault

LATE = Q(state=ItemState.DONE) | Q(state=ItemState.VERIFIED)


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What the list is narrowed to; `state` also takes `unfinished` and `overdue`."""

    branch_id: int | None = None
    kind: str = ""
    state: str = ""
    year: int | None = None
    mine: bool = False
    q: str = ""


def items_of(viewer: Viewer, source_prefix: str = "", *, branch_id: int | None = None) -> QuerySet[Item]:
    """Items the viewer may see whose source begins so (`finding:`), oldest due day first."""
    rows = visible(Item.objects.all(), viewer).filter(source__startswith=source_prefix)
    if branch_id is not None:
        rows = rows.filter(branch_id=branch_id)
    return rows.select_related("branch", "owner").order_by("due_on", "pk")


def items_list(viewer: Viewer, wanted: ItemFilter, *, today: date) -> QuerySet[Item]:
    """The list, narrowed; with branch, owner and number of proofs."""
    rows = visible(Item.objects.all(), viewer)
    if wanted.branch_id:
        rows = rows.filter(branch_id=wanted.branch_id)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.year:
        rows = rows.filter(due_on__year=wanted.year)
    if wanted.mine:
        rows = rows.filter(owner_id=viewer.user_id)
    if wanted.q:
        rows = rows.filter(
            Q(title__icontains=wanted.q) | Q(demand__icontains=wanted.q) | Q(origin_label__icontains=wanted.q)
        )
    rows = _in_state(rows, wanted.state, today)
    return rows.select_related("branch", "owner").annotate(file_count=Count("files", distinct=True))


def overdue_where(today: date) -> Q:
    """Open past the due day, or reported late and not yet closed."""
    return Q(state=ItemState.OPEN, due_on__lt=today) | (LATE & Q(done_on__gt=F("due_on")))


def item_counts(viewer: Viewer, *, today: date) -> dict[str, int]:
    """How many are open, overdue, waiting for the second person, closed; one query."""
    rows = visible(Item.objects.all(), viewer)
    return rows.order_by().aggregate(
        unfinished=Count("pk", filter=Q(state__in=UNFINISHED)),
        overdue=Count("pk", filter=overdue_where(today)),
        waiting=Count("pk", filter=Q(state=ItemState.DONE)),
        closed=Count("pk", filter=Q(state=ItemState.CLOSED)),
    )


def item_detail(viewer: Viewer, item_id: int) -> Item | None:
    """One item with its people; None outside the scope."""
    rows = visible(Item.objects.select_related("branch", "owner", "opened_by", "done_by", "verified_by"), viewer)
    return rows.filter(pk=item_id).first()


def open_steps(viewer: Viewer, item: Item) -> dict[str, bool]:
    """Which steps this viewer may take with the item now."""
    allowed = {
        "report": may_report(viewer, item),
        "send_back": not verify_fault(viewer, item),
        "verify": not verify_fault(viewer, item),
        "close": not verify_fault(viewer, item),
        "reopen": not verify_fault(viewer, item),
        "extend": may_manage(viewer, item),
        "cancel": may_manage(viewer, item),
    }
    return {name: allowed[name] and is_open(name, item.state) for name in STEPS}


def may_report(viewer: Viewer, item: Item) -> bool:
    """The owner, and the people of the branch's committee."""
    is_owner = item.owner_id is not None and item.owner_id == viewer.user_id
    return is_owner or can(viewer, "worklist.report", item.branch)


def verify_fault(viewer: Viewer, item: Item) -> str:
    """Why the viewer may not be the second person; "" if they may."""
    if not can(viewer, "worklist.verify", item.branch):
        return "您没有核验的权限。"
    if item.verifier_rule == VerifierRule.ANOTHER and item.branch_id in viewer.own_branch_ids:
        return "这一事项由机关党委核验。"
    return second_person_fault(
        item.verifier_rule, viewer.user_id, opened_by=item.opened_by_id, owner=item.owner_id, done_by=item.done_by_id
    )


def may_manage(viewer: Viewer, item: Item) -> bool:
    """Who may move the day or take the item back: who opened it, and the committee's officers."""
    if not can(viewer, "worklist.open", item.branch):
        return False
    own = item.opened_by_id is not None and item.opened_by_id == viewer.user_id
    return own or (can(viewer, "worklist.verify", item.branch) and item.branch_id not in viewer.own_branch_ids)


def _in_state(rows: QuerySet[Item], state: str, today: date) -> QuerySet[Item]:
    if state == "unfinished":
        return rows.filter(state__in=UNFINISHED)
    if state == "overdue":
        return rows.filter(overdue_where(today))
    return rows.filter(state=state) if state in ItemState.values else rows
