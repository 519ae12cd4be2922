"""Proving papers: recompute every digest, compare the chain with the rows, and name the first difference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from signing.models import ChainHead, ChainLink, Paper, PaperState, Signature, Signer
from signing.rules import BEGINNING, Link, chain_fault, link_digest, moment
from signing.selectors import digest_now

Deed = ChainLink.Deed


@dataclass(frozen=True)
class Proof:
    """What was looked at, the end of the chain, and the first difference in words ("" where there is none)."""

    papers: int
    links: int
    head: str
    fault: str = ""
    paper: Paper | None = None

    @property
    def is_sound(self) -> bool:
        return not self.fault


def verify(paper: Paper) -> Proof:
    """One paper: its text, its links, and the signatures that they speak of."""
    found = _papers().get(pk=paper.pk)
    links = list(ChainLink.objects.filter(paper=found).order_by("number"))
    return Proof(1, len(links), links[-1].digest if links else "", _paper_fault(found, links), found)


def verify_committee(root_id: int) -> Proof:
    """The whole chain of a committee, link by link, and then each of its papers."""
    rows = list(ChainLink.objects.filter(root_id=root_id).order_by("number"))
    head = ChainHead.objects.filter(root_id=root_id).values_list("number", "digest").first() or (0, BEGINNING)
    found = list(_papers().filter(root_id=root_id).order_by("pk"))
    fault = chain_fault([_link(row) for row in rows], head)
    if fault:
        number = int("".join(filter(str.isdigit, fault)))
        paper = next((row.paper_id for row in rows if row.number == number), None)
        return Proof(len(found), len(rows), head[1], fault, next((one for one in found if one.pk == paper), None))
    by_paper: dict[int, list[ChainLink]] = {}
    for row in rows:
        by_paper.setdefault(row.paper_id, []).append(row)
    for paper in found:
        if words := _paper_fault(paper, by_paper.get(paper.pk, [])):
            return Proof(len(found), len(rows), head[1], words, paper)
    return Proof(len(found), len(rows), head[1])


def _papers():
    signers = Prefetch("signers", Signer.objects.order_by("place"))
    return Paper.objects.select_related("branch").prefetch_related(
        signers, Prefetch("signatures", Signature.objects.select_related("signer"))
    )


def _link(row: ChainLink) -> Link:
    return Link(row.number, row.previous, row.text, row.digest)


def _paper_fault(paper: Paper, links: list[ChainLink]) -> str:
    return next(_faults(paper, links), "")


def _faults(paper: Paper, links: list[ChainLink]) -> Iterator[str]:
    if digest_now(paper) != paper.digest:
        yield "文本或签署人与送签时的摘要不符"
    for row in links:
        if link_digest(row.previous, row.text) != row.digest:
            yield f"第{row.number}环的内容被改动"
    told = [(row, json.loads(row.text)) for row in links]
    yield from _link_faults(paper, told)
    yield from _signature_faults(paper, told)
    yield from _state_faults(paper, told)


def _link_faults(paper: Paper, told: list[tuple[ChainLink, dict[str, Any]]]) -> Iterator[str]:
    if not told or told[0][1]["deed"] != Deed.OPENED:
        yield "缺少送签的记录"
    same = {"paper": paper.pk, "source": paper.source, "revision": paper.revision, "text": paper.digest}
    for row, said in told:
        if {name: said.get(name) for name in same} != same or said["deed"] != row.deed or said["at"] != moment(row.at):
            yield f"第{row.number}环所记的文件或文本与现存的不符"


def _signature_faults(paper: Paper, told: list[tuple[ChainLink, dict[str, Any]]]) -> Iterator[str]:
    signed = {row.pk: said for row, said in told if said["deed"] == Deed.SIGNED}
    for one in sorted(paper.signatures.all(), key=lambda row: row.signer.place):
        said = signed.pop(one.link_id, None)
        rows = {"place": one.signer.place, "role": one.signer.role, "user": one.user_id, "name": one.name}
        if said is None or any(said.get(name) != value for name, value in rows.items()):
            yield f"{one.signer.label}的签名与链上所记不符"
        elif said["at"] != moment(one.at):
            yield f"{one.signer.label}的签署时间与链上所记不符"
    if signed:
        said = min(signed.values(), key=lambda row: row["place"])
        yield f"第{said['place']}位签署人{said['name']}的签名不见了"


def _state_faults(paper: Paper, told: list[tuple[ChainLink, dict[str, Any]]]) -> Iterator[str]:
    deeds = [said["deed"] for _, said in told]
    signed = deeds.count(Deed.SIGNED)
    if (Deed.VOIDED in deeds) != (paper.state == PaperState.VOID):
        yield "作废状态与链上所记不符"
    if paper.state == PaperState.VOID and told[-1][1].get("reason") != paper.void_reason:
        yield "作废原因与链上所记不符"
    if paper.turn != signed + 1:
        yield "签署进度与链上所记不符"
    if paper.state == PaperState.COMPLETE and signed != len(paper.signers.all()):
        yield "标为已签完，链上的签名不全"
    if paper.state == PaperState.OPEN and signed == len(paper.signers.all()):
        yield "链上已签完，状态不符"
