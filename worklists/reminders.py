"""Who hears of which item today: what is due or overdue, what waits for its second person; pure in `today`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from branches.models import Organisation
from branches.selectors.accounts import officer_accounts, officers_over, secretary_accounts
from core.periods import today as today_of
from notices.services import notify
from worklists.models import Item, ItemState
from worklists.rules import days_words, reminder_stage, speaks_to_officers, waits_too_long

NAMED = 5


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message about one open item, told once to its owner (or the branch's secretaries)."""

    item: Item
    kind: str
    title: str
    dedupe_key: str


def remind(*, root: Organisation, today: date, now: datetime) -> int:
    """Work out today's reminders of one committee and tell them; a second run tells nobody again."""
    items = list(Item.objects.filter(root=root, state__in=(ItemState.OPEN, ItemState.DONE)).select_related("branch"))
    items.sort(key=lambda item: (item.due_on, item.pk))
    secretaries = secretary_accounts({item.branch_id for item in items}, today)
    told = 0
    for reminder in reminders_for(items, today):
        item = reminder.item
        people = [item.owner_id] if item.owner_id else secretaries[item.branch_id]
        told += notify(
            recipients=people,
            kind=reminder.kind,
            title=reminder.title,
            text=item.demand[:200],
            url=reverse("worklists:item", args=[item.pk]),
            dedupe_key=reminder.dedupe_key,
            root_id=root.pk,
            now=now,
            reason="您是这一事项的责任人；报完成后不再提醒。",
        )
    return told + _tell_officers(root, items, today, now)


def reminders_for(items: Iterable[Item], today: date) -> list[Reminder]:
    """Today's messages about open items, each occasion once."""
    found = []
    for item in items:
        stage = reminder_stage(item.due_on, today_of(item.opened_at), today) if item.state == ItemState.OPEN else ""
        if stage:
            found.append(
                Reminder(
                    item,
                    "overdue" if stage.startswith("late") else "reminder",
                    f"“{item.title}”{days_words(item.state, item.due_on, today)}",
                    f"worklist:{item.pk}:{item.due_on}:{item.returned_count}:{stage}",
                )
            )
    return found


def for_officers(items: Sequence[Item], today: date) -> tuple[list[Item], list[Item]]:
    """What the committee hears of: open items overdue for days, and proofs that wait too long."""
    overdue = [item for item in items if item.state == ItemState.OPEN and speaks_to_officers(item.due_on, today)]
    waiting = [
        item
        for item in items
        if item.state == ItemState.DONE and item.done_on is not None and waits_too_long(item.done_on, today)
    ]
    return overdue, waiting


def _tell_officers(root: Organisation, items: Sequence[Item], today: date, now: datetime) -> int:
    """One message a week for each officer, naming what is within their reach."""
    overdue, waiting = for_officers(items, today)
    if not overdue and not waiting:
        return 0
    accounts = officer_accounts(root.pk, today)
    week, told = today.isocalendar(), 0
    for user_id in sorted({pk for ids in accounts.values() for pk in ids}):
        parts = [
            f"{len(mine)}件{words}：{_names(mine)}"
            for words, rows in (("逾期未办结", overdue), ("待核验", waiting))
            if (mine := [item for item in rows if user_id in officers_over(item.branch, accounts)])
        ]
        if parts:
            told += notify(
                recipients=[user_id],
                kind="overdue",
                title=f"整改事项：{'；'.join(part.partition('：')[0] for part in parts)}",
                text="。".join(parts),
                url=f"{reverse('worklists:list')}?state={'overdue' if overdue else 'done'}",
                dedupe_key=f"worklist-officer:{root.pk}:{week.year}-{week.week}",
                root_id=root.pk,
                now=now,
                reason="您负责督促和核验这些支部的整改事项。",
            )
    return told


def _names(items: Sequence[Item]) -> str:
    names = [f"{item.branch.short_name}“{item.title}”" for item in items[:NAMED]]
    return "、".join(names) + (f"等{len(items)}件" if len(items) > NAMED else "")
