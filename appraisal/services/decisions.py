"""The register of decisions: entered with both days in the right order, withdrawn with a reason."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.shortcuts import get_object_or_404

from appraisal.models import Decision
from appraisal.services._year import said
from branches.models import Organisation
from branches.permissions import Viewer, check, visible
from core import audit
from core.errors import Conflict, InvalidInput


@transaction.atomic
def log_decision(
    *,
    actor: Viewer,
    branch: Organisation,
    matter: str,
    discussed_on: date,
    decided_on: date,
    decided_by: str,
    opinion: str = "",
    document_no: str = "",
    now: datetime,
) -> Decision:
    """Enter one matter. Refused where it was decided before the party organisation discussed it."""
    check(actor, "decision.log", branch)
    matter, decided_by = said(matter, what="事项", limit=200), said(decided_by, what="决策会议", limit=60)
    if discussed_on > decided_on:
        words = "党组织研究讨论应在决策之前，不能登记。"
        remedy = "日期填错的请改正；确未先行讨论的，应补上程序后重新决策。"
        raise InvalidInput(words, remedy=remedy, fields={"decided_on": [words]})
    if decided_on > actor.today:
        raise InvalidInput("决策日期不能晚于今天。", fields={"decided_on": ["不能晚于今天。"]})
    Organisation.objects.select_for_update(no_key=True).get(pk=branch.pk)
    same = Decision.objects.filter(branch=branch, matter=matter, decided_on=decided_on, withdrawn_at=None)
    if same.exists():
        raise Conflict("同一天的这个事项已经登记。", remedy="如登记有误，请先作废原来的一条。")
    row = Decision.objects.create(
        root_id=branch.root_id,
        branch=branch,
        matter=matter,
        discussed_on=discussed_on,
        opinion=opinion.strip()[:300],
        decided_on=decided_on,
        decided_by=decided_by,
        document_no=document_no.strip()[:60],
        entered_by_id=actor.user_id,
        entered_at=now,
    )
    audit.record(actor=actor, action="decision.log", target=row, summary=f"{discussed_on}讨论，{decided_on}决策")
    return row


@transaction.atomic
def withdraw_decision(*, actor: Viewer, decision_id: int, reason: str, now: datetime) -> Decision:
    """Mark an entry as made by mistake; it stays in the register, struck through, with the reason."""
    seen = get_object_or_404(visible(Decision.objects.select_related("branch"), actor), pk=decision_id)
    check(actor, "decision.log", seen.branch)
    row = Decision.objects.select_for_update(no_key=True).get(pk=seen.pk)
    if row.withdrawn_at is not None:
        raise Conflict("这一条已经作废。", remedy="刷新页面可看到原因。")
    row.withdrawal_reason = said(reason, what="作废原因", limit=200)
    row.withdrawn_at, row.withdrawn_by_id = now, actor.user_id
    row.save(update_fields=["withdrawal_reason", "withdrawn_at", "withdrawn_by"])
    audit.record(actor=actor, action="decision.withdraw", target=row, summary=reason[:200])
    return row
