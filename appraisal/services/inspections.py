"""Inspecting one branch: items and drawn records looked at, findings, finishing; each correction is a work item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.http import Http404
from django.urls import reverse

from appraisal.models import (
    Finding,
    Inspection,
    InspectionRound,
    InspectionState,
    ItemCheck,
    ItemVerdict,
    RecordVerdict,
    RoundState,
    SampledRecord,
    Severity,
)
from appraisal.selectors.rounds import round_frame
from appraisal.services._year import said
from branches.permissions import Viewer, check, visible
from branches.selectors.accounts import secretary_accounts
from core import audit
from core.errors import Conflict, InvalidInput, Refused
from core.periods import today as today_of
from notices.services import notify
from worklists.models import Item
from worklists.services import cancel_item, open_item

NOTE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of one item or one record; an empty verdict takes it back."""

    verdict: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FindingInput:
    """One fault as typed."""

    item_code: str
    severity: str
    text: str
    demand: str
    due_on: date | None
    record_id: int | None = None


@transaction.atomic
def check_items(*, actor: Viewer, inspection_id: int, looks: Mapping[str, Look], now: datetime) -> int:
    """Keep what was seen of these items; how many changed."""
    inspection = _open(actor, inspection_id)
    codes = {item.code for item in round_frame(inspection.round).items}
    _check_looks(looks, codes, ItemVerdict.values)
    present = {row.item_code: row for row in inspection.checks.all()}
    changed = {code: look for code, look in looks.items() if _differs(present.get(code), look)}
    inspection.checks.filter(item_code__in=changed).delete()
    ItemCheck.objects.bulk_create(
        ItemCheck(root_id=inspection.root_id, inspection=inspection, item_code=code, **_looked(actor, look, now))
        for code, look in changed.items()
        if look.verdict
    )
    return _kept(actor, inspection, len(changed), "逐项检查")


@transaction.atomic
def check_records(*, actor: Viewer, inspection_id: int, looks: Mapping[int, Look], now: datetime) -> int:
    """Keep what was seen of these drawn records (by id); how many changed."""
    inspection = _open(actor, inspection_id)
    rows = {row.pk: row for row in inspection.records.all()}
    _check_looks(looks, set(rows), RecordVerdict.values)
    changed = {pk: look for pk, look in looks.items() if _differs(rows[pk], look)}
    for pk, look in changed.items():
        for name, value in _looked(actor, look, now).items():
            setattr(rows[pk], name, value)
    SampledRecord.objects.bulk_update(
        [rows[pk] for pk in changed], ["verdict", "note", "checked_by", "checked_at"], batch_size=100
    )
    return _kept(actor, inspection, len(changed), "核对抽查记录")


@transaction.atomic
def add_finding(*, actor: Viewer, inspection_id: int, given: FindingInput, now: datetime) -> Finding:
    """One fault with one item; its correction is opened when the inspection is finished."""
    inspection = _open(actor, inspection_id)
    names = {item.code: item.name for item in round_frame(inspection.round).items}
    _check_finding(given, names, now)
    record = None
    if given.record_id is not None:
        record = inspection.records.filter(pk=given.record_id).first()
        if record is None:
            raise InvalidInput("请从抽查的记录中选择。", fields={"record": ["请从抽查的记录中选择。"]})
    finding = Finding.objects.create(
        root_id=inspection.root_id,
        inspection=inspection,
        number=inspection.findings.count() + 1,
        item_code=given.item_code,
        item_name=names[given.item_code][:60],
        severity=given.severity,
        text=given.text.strip(),
        demand=given.demand.strip(),
        due_on=given.due_on,
        record=record,
        found_by=audit.user_of(actor),
        found_at=now,
    )
    _start(inspection)
    audit.record(
        actor=actor,
        action="round.finding",
        target=finding,
        branch_id=inspection.branch_id,
        summary=f"{inspection.branch.short_name} {finding.item_code} {finding.text}"[:200],
    )
    return finding


@transaction.atomic
def withdraw_finding(*, actor: Viewer, finding_id: int, reason: str, now: datetime) -> Finding:
    """Take a fault back that was none; it stays on file, its correction is cancelled."""
    finding = visible(Finding.objects.all(), actor).filter(pk=finding_id).first()
    if finding is None:
        raise Http404
    inspection = _open(actor, finding.inspection_id)
    finding.refresh_from_db()
    if finding.withdrawn_at is not None:
        raise Conflict("这个问题已经撤销。", remedy="刷新页面可看到。")
    finding.withdrawn_at, finding.withdraw_reason = now, said(reason, what="撤销的原因")
    finding.save(update_fields=["withdrawn_at", "withdraw_reason"])
    item = Item.objects.filter(root_id=finding.root_id, source=finding.source, state__in=("open", "done")).first()
    if item is not None:
        cancel_item(actor=actor, item_id=item.pk, reason=finding.withdraw_reason, now=now)
    audit.record(
        actor=actor,
        action="round.withdraw",
        target=finding,
        branch_id=inspection.branch_id,
        summary=f"撤销问题{finding.number}：{reason}"[:200],
    )
    return finding


@transaction.atomic
def finish_inspection(*, actor: Viewer, inspection_id: int, conclusion: str, now: datetime) -> Inspection:
    """Every item and record looked at, the conclusion written: the branch sees it, each fault becomes a work item."""
    inspection = _open(actor, inspection_id)
    conclusion = said(conclusion, what="检查结论", limit=2000)
    _demand_complete(inspection)
    findings = list(inspection.findings.filter(withdrawn_at__isnull=True))
    late = [str(row.number) for row in findings if row.due_on < today_of(now)]
    if late:
        raise Conflict(f"第{'、'.join(late)}个问题的整改期限已过。", remedy="请撤销后按新的期限重新登记。")
    inspection.state, inspection.conclusion = InspectionState.DONE, conclusion
    inspection.done_by, inspection.done_at = audit.user_of(actor), now
    inspection.save(update_fields=["state", "conclusion", "done_by", "done_at"])
    for row in findings:
        _open_correction(actor, inspection, row, now)
    summary = f"{inspection.round.title}：{inspection.branch.short_name}检查完成，{len(findings)}个问题"
    audit.record(actor=actor, action="round.inspected", target=inspection, summary=summary)
    _tell_branch(inspection, len(findings), now)
    return inspection


@transaction.atomic
def resume_inspection(*, actor: Viewer, inspection_id: int) -> Inspection:
    """Take up a finished inspection again while the round is open; opened corrections stay."""
    inspection = _open(actor, inspection_id, finished=True)
    inspection.state = InspectionState.STARTED
    inspection.save(update_fields=["state"])
    audit.record(actor=actor, action="round.resume", target=inspection, summary="重新检查")
    return inspection


def _open(actor: Viewer, inspection_id: int, *, finished: bool = False) -> Inspection:
    """The inspection, locked, of an open round, for its inspectors; 404 outside the scope."""
    rows = visible(Inspection.objects.select_related("round__root", "branch"), actor)
    inspection = rows.filter(pk=inspection_id).first()
    if inspection is None or inspection.round.state == RoundState.CANCELLED:
        raise Http404
    _check_inspector(actor, inspection)
    # The round first, then the inspection: the same order as the freezing of the round.
    state = InspectionRound.objects.select_for_update().values_list("state", flat=True).get(pk=inspection.round_id)
    if state != RoundState.OPEN:
        raise Conflict("这一轮已经结束，不能再改。", remedy="整改在“整改事项”中继续办理。")
    inspection.state = Inspection.objects.select_for_update().values_list("state", flat=True).get(pk=inspection.pk)
    if (inspection.state == InspectionState.DONE) is not finished:
        words = "还没有检查完。" if finished else "这个支部已检查完。"
        raise Conflict(words, remedy="要改动的，先点“重新检查”。")
    return inspection


def _check_inspector(actor: Viewer, inspection: Inspection) -> None:
    check(actor, "round.inspect", inspection.branch)
    if not actor.is_system and not inspection.round.inspectors.filter(user_id=actor.user_id).exists():
        raise Refused("您不是这一轮的检查人。", remedy="请由本轮的检查人办理。")
    if not actor.is_system and inspection.branch_id in actor.own_branch_ids:
        raise Refused("不能检查自己所在的支部。", remedy="请由本轮的其他检查人办理。")


def _check_looks(looks: Mapping, known: set, verdicts: list[str]) -> None:
    for key, look in looks.items():
        if key not in known or look.verdict not in ("", *verdicts):
            raise InvalidInput("检查项目或结果不在范围内。", remedy="请刷新页面后再填。")
        if len(look.note.strip()) > NOTE_LIMIT:
            raise InvalidInput(f"检查情况不超过{NOTE_LIMIT}字。")


def _check_finding(given: FindingInput, names: Mapping[str, str], now: datetime) -> None:
    faults: dict[str, list[str]] = {}
    if given.item_code not in names:
        faults["item_code"] = ["请选择小项。"]
    if given.severity not in Severity.values:
        faults["severity"] = ["请选择程度。"]
    for name, text, what in (("text", given.text, "问题"), ("demand", given.demand, "整改要求")):
        if not text.strip() or len(text.strip()) > 500:
            faults[name] = [f"请填写{what}（不超过500字）。"]
    if given.due_on is None or given.due_on < today_of(now):
        faults["due_on"] = ["请填写整改期限，不能早于今天。"]
    if faults:
        raise InvalidInput(next(iter(faults.values()))[0], fields=faults)


def _differs(row: ItemCheck | SampledRecord | None, look: Look) -> bool:
    """Whether the look says something else than what is kept."""
    if row is None:
        return bool(look.verdict)
    return (row.verdict, row.note) != (look.verdict, look.note.strip())


def _looked(actor: Viewer, look: Look, now: datetime) -> dict:
    return {
        "verdict": look.verdict,
        "note": look.note.strip(),
        "checked_by": audit.user_of(actor),
        "checked_at": now,
    }


def _kept(actor: Viewer, inspection: Inspection, changed: int, words: str) -> int:
    if changed:
        _start(inspection)
        summary = f"{inspection.branch.short_name}{words}{changed}处"
        audit.record(actor=actor, action="round.look", target=inspection, summary=summary)
    return changed


def _start(inspection: Inspection) -> None:
    if inspection.state == InspectionState.WAITING:
        inspection.state = InspectionState.STARTED
        inspection.save(update_fields=["state"])


def _demand_complete(inspection: Inspection) -> None:
    """Every item and every drawn record has a verdict, and what is at fault has a finding."""
    checks = dict(inspection.checks.values_list("item_code", "verdict"))
    missing = [item.code for item in round_frame(inspection.round).items if item.code not in checks]
    records = inspection.records.filter(verdict="").count()
    named = set(inspection.findings.filter(withdrawn_at__isnull=True).values_list("item_code", flat=True))
    unnamed = sorted(code for code, verdict in checks.items() if verdict == ItemVerdict.FAULT and code not in named)
    faults = [
        f"还有{len(missing)}项没有填结果（{'、'.join(missing[:6])}）" if missing else "",
        f"还有{records}条抽查记录没有核对" if records else "",
        f"{'、'.join(unnamed[:6])}有问题，但没有登记问题" if unnamed else "",
    ]
    if any(faults):
        raise Conflict("；".join(filter(None, faults)) + "。", remedy="填完后再完成检查。")


def _open_correction(actor: Viewer, inspection: Inspection, row: Finding, now: datetime) -> None:
    """The finding's work item; the leader who inspects opens it in the name of the committee."""
    open_item(
        actor=actor,
        branch=inspection.branch,
        source=row.source,
        title=f"{row.item_code} {row.text}"[:100],
        demand=row.demand,
        due_on=row.due_on,
        origin_label=f"{inspection.round.title} · {row.get_severity_display()}",
        origin_url=reverse("appraisal:inspection", args=[inspection.pk]),
        now=now,
    )


def _tell_branch(inspection: Inspection, count: int, now: datetime) -> None:
    people = secretary_accounts([inspection.branch_id], today_of(now))[inspection.branch_id]
    notify(
        recipients=people,
        kind="worklist",
        title=f"{inspection.round.title}已检查完：{f'发现{count}个问题，请按期整改' if count else '没有发现问题'}",
        url=reverse("appraisal:inspection", args=[inspection.pk]),
        dedupe_key=f"inspection:{inspection.pk}:{inspection.done_at}",
        root_id=inspection.root_id,
        now=now,
        reason="您所在的支部接受了这一轮检查。",
    )
