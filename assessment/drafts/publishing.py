"""From draft to binding: one officer submits it with the decision behind it, another publishes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from assessment import ledger, rollup, schemes
from assessment.drafts.opening import open_draft
from assessment.members.ledger import mark_members
from assessment.models import DirtyMark, Scheme
from assessment.reporters import lint_context
from assessment.rules.document import document_digest
from assessment.rules.lint import Finding, errors_of, lint, warnings_of
from assessment.selectors.documents import document_of
from branches.models import Member, Organisation
from branches.models.organisation import Tier
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from core.periods import Month

BATCH = 2000


@dataclass(frozen=True)
class Decision:
    """What an officer states when submitting: from which month, by which decision, and why each warning may stand."""

    valid_month: int
    decision_no: str
    decision_on: date | None
    note: str = ""
    reasons: Mapping[str, str] | None = None


@transaction.atomic
def submit_draft(*, actor: Viewer, scheme_id: int, decision: Decision, now: datetime) -> Scheme:
    """Ask for a draft to be published. InvalidInput while there are errors, or warnings without a reason."""
    draft = open_draft(actor, scheme_id)
    draft.valid_from = _valid_from(draft, decision.valid_month)
    if not decision.decision_no.strip():
        raise InvalidInput("请填写审定方案的文号。", fields={"decision_no": ["请填写审定方案的文号。"]})
    if decision.decision_on is None or decision.decision_on > actor.today:
        raise InvalidInput("请填写审定日期，不晚于今天。", fields={"decision_on": ["请填写审定日期，不晚于今天。"]})
    doc = document_of(draft)
    draft.accepted = _accepted(lint(doc, lint_context(draft.subject)), decision.reasons or {})
    draft.decision_no, draft.decision_on = decision.decision_no.strip()[:60], decision.decision_on
    draft.change_note = decision.note.strip()[:200]
    draft.submitted_by_id, draft.submitted_at = actor.user_id, now
    draft.submitted_digest = document_digest(doc)
    draft.save()
    audit.record(
        actor=actor,
        action="scheme.submit",
        target=draft,
        root_id=draft.root_id,
        after={"valid_from": draft.valid_from, "decision_no": draft.decision_no, "content": draft.submitted_digest},
    )
    return draft


@transaction.atomic
def withdraw_submission(*, actor: Viewer, scheme_id: int, now: datetime) -> Scheme:
    """Take a submitted draft back, so that it can be edited on."""
    draft = open_draft(actor, scheme_id)
    if not draft.submitted_at:
        raise Conflict("这份草稿没有提请发布。", remedy="可以直接修改。")
    draft.submitted_by, draft.submitted_at, draft.submitted_digest = None, None, ""
    draft.save(update_fields=["submitted_by", "submitted_at", "submitted_digest"])
    audit.record(actor=actor, action="scheme.withdraw", target=draft, root_id=draft.root_id)
    return draft


@transaction.atomic
def publish_draft(*, actor: Viewer, scheme_id: int, now: datetime) -> Scheme:
    """Publish what another officer submitted; it must still be the same, without errors, from an open month on."""
    draft = open_draft(actor, scheme_id, "scheme.publish")
    if not draft.submitted_at:
        raise Conflict("这份草稿还没有提请发布。", remedy="请先检查并提请，再由另一位同志发布。")
    if draft.submitted_by_id == actor.user_id:
        raise Refused("提请发布的人不能自己发布。", remedy="请机关党委的另一位同志核对后发布。")
    doc = document_of(draft)
    if document_digest(doc) != draft.submitted_digest:
        raise Conflict("提请以后方案又改过。", remedy="请收回后重新检查、提请。")
    _valid_from(draft, draft.valid_from % 100)
    known = {one["key"]: one["reason"] for one in draft.accepted}
    _accepted(lint(doc, lint_context(draft.subject)), known)
    ledger.lock_root(draft.root_id or 0, ledger.RECORDS)
    Scheme.objects.filter(pk=draft.pk).update(published_by=actor.user_id)
    published = schemes.publish(draft, now=now)
    _count_again(published)
    audit.record(
        actor=actor,
        action="scheme.publish",
        target=published,
        root_id=published.root_id,
        after={"valid_from": published.valid_from, "decision_no": published.decision_no},
    )
    return published


def closed_from(root_id: int, year: int, month: int) -> list[Month]:
    """The frozen months of a year from this one on."""
    keys = sorted(key for key in rollup.closed_months(root_id) if key // 100 == year and key % 100 >= month)
    return [Month.from_key(key) for key in keys]


def _valid_from(draft: Scheme, month: int) -> int:
    if not 1 <= month <= 12:
        raise InvalidInput("请选择生效月份。", fields={"valid_month": ["请选择1到12月。"]})
    closed = closed_from(draft.root_id or 0, draft.year, month)
    if closed:
        words = f"{closed[-1].label}已经封存，方案不能从{month}月起生效。"
        raise InvalidInput(
            words,
            remedy=f"请选择{closed[-1].number + 1}月或以后。" if closed[-1].number < 12 else "这一年已全部封存。",
            fields={"valid_month": [words]},
        )
    return Month(draft.year, month).key


def _accepted(findings: tuple[Finding, ...], reasons: Mapping[str, str]) -> list[dict[str, Any]]:
    """The warnings with the reasons given for them; InvalidInput for errors and for warnings without a reason."""
    if wrong := errors_of(findings):
        words = "；".join(finding.what for finding in wrong[:5])
        raise InvalidInput(f"检查出{len(wrong)}处错误，不能发布：{words}。", remedy="请按检查结果逐条改正。")
    left = [finding for finding in warnings_of(findings) if not reasons.get(finding.key, "").strip()]
    if left:
        raise InvalidInput(
            f"还有{len(left)}条提醒没有说明理由。",
            remedy="请改正，或者逐条写明为什么可以这样。",
            fields={finding.key: ["请写明为什么可以这样。"] for finding in left},
        )
    return [
        {"key": finding.key, "what": finding.what, "reason": reasons[finding.key].strip()[:200]}
        for finding in warnings_of(findings)
    ]


def _count_again(scheme: Scheme) -> None:
    """Every branch (or member) has its open months from the first valid one on computed again."""
    if scheme.subject == "member":
        people = Member.objects.filter(root_id=scheme.root_id).values_list("pk", flat=True)
        mark_members(scheme.root_id or 0, people, scheme.valid_from)
        return
    branches = Organisation.objects.filter(root_id=scheme.root_id, tier=Tier.BRANCH)
    marks = [
        DirtyMark(root_id=scheme.root_id, branch_id=pk, month=scheme.valid_from)
        for pk in branches.values_list("pk", flat=True)
    ]
    DirtyMark.objects.bulk_create(marks, batch_size=BATCH)
