"""Reporting an item done, with its proof."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from branches.permissions import Viewer
from core import audit, uploads
from core.errors import Refused
from core.periods import today as today_of
from worklists.models import Item, ItemFile
from worklists.selectors import may_report
from worklists.services._steps import demand_open, locked, moved, remember, said, tell_verifiers


@transaction.atomic
def report_done(
    *,
    actor: Viewer,
    item_id: int,
    note: str,
    now: datetime,
    attachments: Iterable[Any] = (),
    version: int | None = None,
) -> Item:
    """What was done, with the files that prove it; from now on the item waits for its second person."""
    item = locked(actor, item_id, version)
    if not actor.is_system and not may_report(actor, item):
        raise Refused("这一事项由责任人或支部办理。", remedy="请由责任人登录后报完成。")
    demand_open(item, "report")
    note = said(note, what="办理情况", name="note")
    remember(item)
    item.done_by, item.done_on, item.verified_by = audit.user_of(actor), today_of(now), None
    step = moved(item, "report", actor, note, now)
    for upload in attachments:
        attachment = uploads.accept(upload, actor=actor, root_id=item.root_id)
        ItemFile.objects.create(root_id=item.root_id, item=item, step=step, attachment=attachment)
    tell_verifiers(item, f"{item.branch.short_name}“{item.title}”已报完成，待核验", now, key="done")
    return item
