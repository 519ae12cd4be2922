"""During the year: how far a branch's own targets are; towards its end: what is planned for the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from appraisal.models import Contract, NextTarget, TargetReport
from appraisal.rules.contract import quantity_of
from appraisal.selectors.contracts import lines_of
from appraisal.services.contracts._contract import locked_contract
from appraisal.services.contracts.making import OWN
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict, InvalidInput


@dataclass(frozen=True)
class NextEntry:
    """One planned target as typed; an empty target is none, an empty code a new own target."""

    code: str
    target: str
    name: str = ""
    unit: str = ""
    note: str = ""


@transaction.atomic
def report_target(
    *, actor: Viewer, contract_id: int, code: str, quantity: str, happened_on: date | None, note: str, now: datetime
) -> TargetReport:
    """Say how much of an own target was done up to a day; earlier reports stay to be read."""
    contract = locked_contract(actor=actor, contract_id=contract_id, action="contract.report")
    line = next((one for one in lines_of(contract) if one.code == code and one.is_own), None)
    if line is None:
        raise InvalidInput("这个目标由记录自动计量，不用填报。", remedy="请登记相应的会议、活动或材料。")
    done = quantity_of(quantity)
    if done is None:
        raise InvalidInput("累计完成请填数字。", fields={"quantity": ["请填数字，如12或12.5。"]})
    if happened_on is None or happened_on > actor.today or happened_on.year != contract.year:
        words = f"截至日期应在{contract.year}年内，不晚于今天。"
        raise InvalidInput(words, fields={"happened_on": [words]})
    row = TargetReport.objects.create(
        contract=contract,
        code=code,
        quantity=done,
        happened_on=happened_on,
        note=" ".join(note.split())[:200],
        entered_by_id=actor.user_id,
        entered_at=now,
    )
    audit.record(
        actor=actor,
        action="contract.report",
        target=contract,
        summary=f"{code} {line.name}：截至{happened_on}累计{quantity}{line.unit}",
    )
    return row


@transaction.atomic
def save_next_plan(*, actor: Viewer, contract_id: int, entries: Sequence[NextEntry], now: datetime) -> int:
    """The targets planned for the next year, in place of those planned before; they are carried when that year's
    contract is made. How many."""
    contract = locked_contract(actor=actor, contract_id=contract_id, action="contract.report")
    year = contract.year + 1
    if Contract.objects.filter(root_id=contract.root_id, branch_id=contract.branch_id, year=year).exists():
        raise Conflict(f"{year}年的责任书已经生成。", remedy="请机关党委在新的责任书里修改目标。")
    lines = {line.code: line for line in lines_of(contract)}
    faults: dict[str, list[str]] = {}
    rows: list[NextTarget] = []
    for entry in entries:
        if not entry.target.strip() and not entry.name.strip():
            continue
        target = quantity_of(entry.target.removesuffix(entry.unit.strip()) if entry.unit else entry.target)
        line = lines.get(entry.code)
        name = line.name if line else " ".join(entry.name.split())[:100]
        if not entry.target.strip() and line is not None:
            continue
        if target is None or not name:
            faults.setdefault(entry.code or name, []).append("请填写任务和数字目标。")
            continue
        rows.append(
            NextTarget(
                root_id=contract.root_id,
                branch_id=contract.branch_id,
                year=year,
                code=entry.code if line else f"{OWN}新{len(rows) + 1}",
                name=name,
                unit=line.unit if line else entry.unit.strip()[:10],
                target=target,
                note=" ".join(entry.note.split())[:200],
                entered_by_id=actor.user_id,
                entered_at=now,
            )
        )
    if faults:
        raise InvalidInput("有几处没有填对，没有保存。", fields=faults)
    before = _said(contract, year)
    NextTarget.objects.filter(root_id=contract.root_id, branch_id=contract.branch_id, year=year).delete()
    NextTarget.objects.bulk_create(rows)
    audit.record(actor=actor, action="contract.plan", target=contract, before=before, after=_said(contract, year))
    return len(rows)


def _said(contract: Contract, year: int) -> dict[str, str]:
    rows = NextTarget.objects.filter(root_id=contract.root_id, branch_id=contract.branch_id, year=year)
    return {row.code: f"{row.name} {row.target} {row.unit} {row.note}" for row in rows}
