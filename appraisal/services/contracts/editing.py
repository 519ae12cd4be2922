"""Editing a contract before it is signed: the branch's own targets, who answers, the 责任清单."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from appraisal.models import Contract, ContractDuty, ContractLine, DutyKind
from appraisal.rules.contract import LARGEST, PERCENT, quantity_of
from appraisal.selectors.contracts import Officer, duties_of, lines_of, officers_by_branch, target_text
from appraisal.services.contracts._contract import locked_contract, still_a_draft
from appraisal.services.contracts.making import OWN
from branches.models import Member
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict, InvalidInput

LONGEST = {"name": 100, "unit": 10, "words": 60, "note": 200, "text": 300}
MOST_OWN, MOST_DUTIES = 20, 40


@dataclass(frozen=True)
class LineEntry:
    """One line as it was typed; a new own target has no code, one whose name was cleared goes."""

    code: str
    target: str = ""
    owner_id: int | None = None
    note: str = ""
    name: str = ""
    unit: str = ""


@dataclass(frozen=True)
class DutyEntry:
    """One line of the 责任清单 as it was typed; an empty text goes."""

    member_id: int | None
    kind: str
    text: str


@transaction.atomic
def save_contract(
    *,
    actor: Viewer,
    contract_id: int,
    version: int,
    lines: Sequence[LineEntry],
    duties: Sequence[DutyEntry],
    now: datetime,
) -> Contract:
    """Save what was typed into a draft. Refuses, line by line, a target that is none, a change without its reason,
    and an owner who holds no office in the branch; the lines of the scheme stay whatever is left out."""
    contract = locked_contract(actor=actor, contract_id=contract_id, action="contract.edit")
    still_a_draft(contract)
    if version != contract.version:
        raise Conflict("这份责任书刚被别人改过，没有保存。", remedy="请先看现在的内容，再把您的改动补上。")
    people = officers_by_branch([contract.branch_id], actor.today)[contract.branch_id]
    present = {line.code: line for line in lines_of(contract)}
    before = _said(present.values(), duties_of(contract))
    faults: dict[str, list[str]] = {}
    kept = [_take(present[entry.code], entry, people, faults) for entry in lines if entry.code in present]
    gone = [line for line in kept if line.is_own and not line.name]
    fresh = _fresh(
        contract, [entry for entry in lines if not entry.code and entry.name.strip()], present, people, faults
    )
    wanted = _duties(contract, duties, people, faults)
    if faults:
        raise InvalidInput("有几处没有填对，没有保存。", remedy="请按提示改好后再保存。", fields=faults)
    names = ["target", "target_words", "owner", "owner_name", "owner_post", "note", "name", "unit"]
    ContractLine.objects.bulk_update([line for line in kept if line not in gone], names)
    ContractLine.objects.filter(pk__in=[line.pk for line in gone]).delete()
    ContractLine.objects.bulk_create(fresh)
    contract.duties.filter(revision=contract.revision).delete()
    ContractDuty.objects.bulk_create(wanted)
    contract.version += 1
    contract.save(update_fields=["version"])
    after = _said(lines_of(contract), wanted)
    audit.record(actor=actor, action="contract.edit", target=contract, before=before, after=after)
    return contract


def _take(line: ContractLine, entry: LineEntry, people: list[Officer], faults: dict[str, list[str]]) -> ContractLine:
    """Put the entry into the line; what is wrong with it goes into `faults` under its code."""
    if line.is_own:
        line.name, line.unit = _short(entry.name, "name"), _short(entry.unit, "unit")
        if not line.name:
            return line
    line.note = _short(entry.note, "note")
    _take_target(line, entry.target.strip(), faults)
    _take_owner(line, entry.owner_id, people, faults)
    if line.is_changed and not line.note:
        faults.setdefault(line.code, []).append("目标与方案不同，请写明说明。")
    return line


def _take_target(line: ContractLine, text: str, faults: dict[str, list[str]]) -> None:
    if line.target is None and not line.is_own:
        line.target_words = text[: LONGEST["words"]] or line.target_words
        return
    quantity = quantity_of(text.removesuffix(line.unit)) if text else None
    if quantity is None and line.is_own:
        line.target, line.target_words = None, text[: LONGEST["words"]]
        if not text:
            faults.setdefault(line.code or line.name, []).append("请填写目标。")
    elif quantity is None or quantity > LARGEST or (line.unit == PERCENT and quantity > 100_000):
        faults.setdefault(line.code, []).append("目标请填数字" + ("，不超过100%。" if line.unit == PERCENT else "。"))
    else:
        line.target, line.target_words = quantity, ""


def _take_owner(line: ContractLine, owner_id: int | None, people: list[Officer], faults: dict[str, list[str]]) -> None:
    if owner_id is None:
        line.owner_id, line.owner_name, line.owner_post = None, "", ""
        return
    if owner_id == line.owner_id:
        return
    found = next((one for one in people if one.member_id == owner_id), None)
    if found is None:
        faults.setdefault(line.code or line.name, []).append("责任人应是本支部现任职务的党员。")
    else:
        line.owner_id, line.owner_name, line.owner_post = found.member_id, found.name, found.post


def _fresh(
    contract: Contract,
    entries: list[LineEntry],
    present: dict[str, ContractLine],
    people: list[Officer],
    faults: dict[str, list[str]],
) -> list[ContractLine]:
    """New own targets, numbered after the last."""
    numbers = [int(code.removeprefix(OWN)) for code in present if code.startswith(OWN)]
    if len(numbers) + len(entries) > MOST_OWN:
        faults.setdefault("own", []).append(f"自定目标不超过{MOST_OWN}条。")
        return []
    last = max((line.position for line in present.values()), default=0)
    made = []
    for n, entry in enumerate(entries, start=1):
        line = ContractLine(
            contract=contract,
            revision=contract.revision,
            position=last + n,
            code=f"{OWN}{max(numbers, default=0) + n}",
            is_own=True,
        )
        made.append(_take(line, entry, people, faults))
    return made


def _duties(
    contract: Contract, entries: Sequence[DutyEntry], people: list[Officer], faults: dict[str, list[str]]
) -> list[ContractDuty]:
    """The 责任清单 anew; who was in it stays possible, also when the office was left meanwhile."""
    known = {one.member_id: (one.name, one.post) for one in duties_of(contract)}
    known |= {one.member_id: (one.name, one.post) for one in people}
    made: list[ContractDuty] = []
    for entry in entries:
        text = _short(entry.text, "text")
        if not text:
            continue
        if entry.member_id not in known or entry.kind not in DutyKind.values or len(made) >= MOST_DUTIES:
            faults.setdefault("duties", []).append(f"“{text[:12]}”请选好责任人和类别。")
            continue
        name, post = known[entry.member_id]
        made.append(
            ContractDuty(
                contract=contract,
                revision=contract.revision,
                position=len(made) + 1,
                member=Member(pk=entry.member_id),
                name=name,
                post=post,
                kind=entry.kind,
                text=text,
            )
        )
    return made


def _short(text: str, what: str) -> str:
    return " ".join(text.split())[: LONGEST[what]]


def _said(lines, duties) -> dict[str, str]:
    """What the audit keeps: target, owner and reason of each line, each duty."""
    found = {line.code: f"{line.name} {target_text(line)} {line.owner_name} {line.note}" for line in lines}
    return found | {f"duty{n}": f"{one.name} {one.kind} {one.text}" for n, one in enumerate(duties, start=1)}
