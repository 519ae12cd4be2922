"""Telling people that it is their turn to sign: one message a person and occasion, none once they have signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from notices.services import notify
from signing.models import Paper
from signing.selectors import people_in_turn, unsigned


def tell_in_turn(papers: Sequence[Paper], *, on: date, now: datetime, occasion: str = "turn") -> int:
    """Tell whoever signs these papers next; of several papers a person hears in one message. The number newly told."""
    by_paper = {paper.pk: paper for paper in papers}
    theirs: dict[int, list[int]] = defaultdict(list)
    for paper_id, people in people_in_turn(by_paper.values(), on).items():
        for user_id in people:
            theirs[user_id].append(paper_id)
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for user_id, ids in theirs.items():
        groups[tuple(ids)].append(user_id)
    return sum(
        _tell(users, [by_paper[pk] for pk in ids], on=on, now=now, occasion=occasion) for ids, users in groups.items()
    )


@transaction.atomic
def remind_unsigned(
    *, actor: Viewer, root: Organisation, now: datetime, kind: str = "", ids: Iterable[int] | None = None
) -> int:
    """Remind everybody who has not signed; nobody twice on one day. The number told."""
    check(actor, "paper.open", root)
    rows = [row.paper for row in unsigned(actor, kind=kind, ids=ids) if row.paper.root_id == root.pk]
    told = tell_in_turn(rows, on=actor.today, now=now, occasion=f"remind:{actor.today}")
    audit.record(actor=actor, action="paper.remind", target=root, root_id=root.pk, summary=f"提醒{told}人签署")
    return told


def _tell(users: list[int], papers: list[Paper], *, on: date, now: datetime, occasion: str) -> int:
    first = papers[0]
    if len(papers) == 1 and len(users) == 1:
        title, url = f"请签署：{first.title}", reverse("signing:paper", args=[first.pk])
        key = f"paper:{first.pk}:{first.turn}:{occasion}"
    else:  # several papers, or several people of whom one will do: one message a day
        title = f"有{len(papers)}份文件待您签署" if len(papers) > 1 else f"请签署：{first.title}等"
        url, key = reverse("signing:papers"), f"papers:{first.kind}:{on}:{occasion}"
    due = min((paper.due_on for paper in papers if paper.due_on), default=None)
    return notify(
        recipients=users,
        kind="to_sign",
        title=title,
        text=f"请于{due.month}月{due.day}日前签署，签好后不再提醒。" if due else "签好后不再提醒。",
        url=url,
        dedupe_key=key,
        root_id=first.root_id,
        now=now,
    )
