"""Putting contracts up for signature, and changing one afterwards: a new version that voids both signatures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.urls import reverse

from appraisal.contract_text import contract_body, contract_title
from appraisal.models import Contract, ContractDuty, ContractLine, ContractState
from appraisal.selectors.contracts import KIND, duties_of, frame_of_year, lines_of
from appraisal.services._year import said
from appraisal.services.contracts._contract import locked_contract
from branches.models import Organisation
from branches.permissions import Viewer, check
from branches.rules import Role
from branches.selectors import secretary_names
from core import audit
from core.errors import Conflict
from signing import services as signing

TIME_TO_SIGN = timedelta(days=14)  # at least, for a contract put up later in the year
SIGNERS = ((1, Role.SECRETARY.value, None), (2, Role.OFFICER.value, None))
Row = TypeVar("Row", ContractLine, ContractDuty)
COMPARED = ("code", "name", "target", "target_words", "owner_id", "owner_name", "owner_post", "note", "unit")


@dataclass
class Sent:
    """How many contracts were put up for signature, and which could not be and why."""

    count: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def send_contracts(
    *, actor: Viewer, root: Organisation, year: int, now: datetime, ids: Iterable[int] | None = None
) -> Sent:
    """Put the drafts of a year (or those of `ids`) up for signature by secretary and committee, in this order.

    One whose line has no named owner, or whose change changes nothing, is left and named.
    """
    check(actor, "contract.edit", root)
    rows = Contract.objects.filter(root=root, year=year, state=ContractState.DRAFT)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    rows = rows.select_for_update(of=("self",), no_key=True).select_related("branch", "root", "template", "paper")
    found = list(rows.order_by("branch__sort_key", "branch__code"))
    done, ready, drafts = Sent(), [], []
    frame = frame_of_year(root.pk, year)
    names = secretary_names([row.branch_id for row in found], _day(year, actor.today))
    for row in found:
        lines, duties = lines_of(row), duties_of(row)
        if why := _obstacle(row, lines, duties):
            done.refused.append((row.branch.short_name, why))
            continue
        body = contract_body(row, lines, duties, frame, names[row.branch_id])
        ready.append(row)
        drafts.append(_draft(row, body, actor.today))
    papers = signing.open_papers(actor=actor, root_id=root.pk, drafts=drafts, now=now) if drafts else []
    for row, paper in zip(ready, papers, strict=True):
        row.paper, row.state = paper, ContractState.SENT
        audit.record(actor=actor, action="contract.send", target=row, summary=f"第{row.revision}版送签")
    Contract.objects.bulk_update(ready, ["paper", "state"])
    done.count = len(ready)
    return done


@transaction.atomic
def start_change(*, actor: Viewer, contract_id: int, reason: str, now: datetime) -> Contract:
    """Begin the next version with its reason. The signed one stays in force until the new one is put up; one that
    is still being signed is voided at once, so that nobody signs what is about to change."""
    contract = locked_contract(actor=actor, contract_id=contract_id, action="contract.edit")
    if contract.state != ContractState.SENT or contract.paper is None:
        raise Conflict("这份责任书正在起草，可以直接修改。", remedy="改好后送签即可。")
    reason = said(reason, what="变更原因")
    if contract.paper.is_open:
        signing.void_paper(actor=actor, paper_id=contract.paper_id, reason=reason, now=now)
    old = contract.revision
    contract.revision, contract.reason, contract.state = old + 1, reason, ContractState.DRAFT
    contract.version += 1
    contract.save(update_fields=["revision", "reason", "state", "version"])
    ContractLine.objects.bulk_create(_copies(lines_of(contract, old), contract.revision))
    ContractDuty.objects.bulk_create(_copies(duties_of(contract, old), contract.revision))
    audit.record(
        actor=actor, action="contract.change", target=contract, summary=f"起草第{contract.revision}版：{reason}"
    )
    return contract


@transaction.atomic
def drop_change(*, actor: Viewer, contract_id: int, now: datetime) -> Contract:
    """Give up a change that was begun; the signed version stays as it was."""
    contract = locked_contract(actor=actor, contract_id=contract_id, action="contract.edit")
    if contract.stage != "changing":
        raise Conflict("没有可以放弃的变更。", remedy="原版已作废或还没有送签的，请改好后送签。")
    contract.lines.filter(revision=contract.revision).delete()
    contract.duties.filter(revision=contract.revision).delete()
    audit.record(actor=actor, action="contract.drop_change", target=contract, summary=f"放弃第{contract.revision}版")
    contract.revision, contract.reason, contract.state = contract.revision - 1, "", ContractState.SENT
    contract.version += 1
    contract.save(update_fields=["revision", "reason", "state", "version"])
    return contract


def _copies(rows: list[Row], revision: int) -> list[Row]:
    """The same rows, new, under the next version."""
    for row in rows:
        row.pk, row._state.adding, row.revision = None, True, revision
    return rows


def _obstacle(contract: Contract, lines: list[ContractLine], duties: list[ContractDuty]) -> str:
    """Why a contract cannot be put up; "" if it can."""
    if not lines:
        return "没有目标"
    without = [line.code for line in lines if not line.owner_name]
    if without:
        return f"{'、'.join(without[:5])}{'等' if len(without) > 5 else ''}没有责任人，请先登记书记和委员的任职或指定责任人"
    if contract.stage == "changing" and _same_as_before(contract, lines, duties):
        return "变更版与原版没有不同，请修改后送签，或放弃变更"
    return ""


def _same_as_before(contract: Contract, lines: list[ContractLine], duties: list[ContractDuty]) -> bool:
    earlier = contract.revision - 1
    old_lines, old_duties = lines_of(contract, earlier), duties_of(contract, earlier)
    return [[getattr(row, name) for name in COMPARED] for row in lines] == [
        [getattr(row, name) for name in COMPARED] for row in old_lines
    ] and [(row.member_id, row.kind, row.text) for row in duties] == [
        (row.member_id, row.kind, row.text) for row in old_duties
    ]


def _draft(contract: Contract, body: str, today: date) -> signing.PaperDraft:
    return signing.PaperDraft(
        branch=contract.branch,
        kind=KIND,
        title=contract_title(contract),
        body=body,
        source=contract.source,
        signers=SIGNERS,
        origin_url=reverse("appraisal:contract", args=[contract.pk]),
        due_on=max(contract.template.due_on, today + TIME_TO_SIGN),
        reason=contract.reason or "文本已变更",
    )


def _day(year: int, today: date) -> date:
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))
