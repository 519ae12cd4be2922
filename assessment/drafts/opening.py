"""The one door to a draft: locked, the officer's own, still a draft; and the note every change leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404

from assessment.models import Scheme, SchemeEdit, SchemeStatus
from branches.permissions import Viewer, check, visible
from core import audit
from core.errors import Locked

ACTION = "scheme.edit"


def open_draft(actor: Viewer, scheme_id: int, action: str = ACTION) -> Scheme:
    """The draft, locked for this transaction; 404 outside the officer's scope, Locked once published."""
    rows = visible(Scheme.objects.select_related("root"), actor)
    found = rows.select_for_update(of=("self",)).filter(pk=scheme_id).first()
    if found is None:
        raise Http404
    check(actor, action, found.root)
    if found.status != SchemeStatus.DRAFT:
        raise Locked("已发布的考核方案不能修改。", remedy="请复制成一个新版本，注明从哪个月起生效。")
    return found


def note_change(
    actor: Viewer, scheme: Scheme, words: str, *, now: datetime, removed: list[dict[str, Any]] | None = None
) -> SchemeEdit:
    """Note one change in words; what was submitted for publishing before it is submitted no longer."""
    if scheme.submitted_at:
        words += "（已提请发布的因此收回）"
        scheme.submitted_by, scheme.submitted_at, scheme.submitted_digest = None, None, ""
        scheme.save(update_fields=["submitted_by", "submitted_at", "submitted_digest"])
    edit = SchemeEdit.objects.create(
        scheme=scheme, words=words[:200], removed=removed or [], made_by_id=actor.user_id, made_at=now
    )
    audit.record(actor=actor, action="scheme.edit", target=scheme, root_id=scheme.root_id, summary=words)
    return edit
