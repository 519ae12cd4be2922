"""Keeping work methods and what proves their items: written as an outline, proved item by item, taken back openly."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from activities.models import Method, MethodKind, MethodNode, MethodProof
from activities.rules.outline import OutlineItem, parse_outline
from activities.selectors.methods import method_or_404, node_or_404, proof_or_404
from branches.models import Member, Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import today as today_of


@transaction.atomic
def save_method(
    *,
    actor: Viewer,
    organisation: Organisation,
    year: int,
    name: str,
    kind: str,
    outline: str,
    now: datetime,
    note: str = "",
    method_id: int | None = None,
    version: int = 0,
) -> Method:
    """A new method, or another wording of one: what is still in the outline keeps its proofs.

    An item that has proofs is not dropped; a method that has proofs keeps its kind; Conflict on an older version.
    """
    check(actor, "method.edit", organisation)
    items, faults = parse_outline(outline)
    if faults:
        raise InvalidInput("提纲有问题。", fields={"outline": faults[:5]})
    method = _method(actor, organisation, year, method_id, version)
    _demand_kind(method, kind)
    method.name, method.kind, method.note = name.strip()[:60], kind, note.strip()[:300]
    method.version, method.changed_at, method.changed_by = version + 1, now, audit.user_of(actor)
    try:
        with transaction.atomic():
            method.save()
    except IntegrityError as error:
        raise Conflict(f"{year}年已有“{method.name}”。", remedy="请换一个名称，或修改原来的。") from error
    _write_nodes(method, items)
    audit.record(
        actor=actor, action="method.save", target=method, branch_id=organisation.pk, after={"items": len(items)}
    )
    return method


@transaction.atomic
def prove(
    *,
    actor: Viewer,
    node_id: int,
    happened_on: date,
    words: str,
    evidence: str,
    now: datetime,
    member: Member | None = None,
) -> MethodProof:
    """Say that an item was done and what proves it; of a method of ticks, by which party worker, each item once."""
    node = node_or_404(actor, node_id)
    method = node.method
    is_ticks = method.kind == MethodKind.TICKS
    if is_ticks != (member is not None):
        raise InvalidInput("请选择是哪位党务工作者。" if is_ticks else "这一项不分人登记。")
    branch = member.branch if member else method.organisation
    check(actor, "method.edit", branch)
    if not branch.path.startswith(method.organisation.path):
        raise InvalidInput("这位同志不在这项工作的范围内。")
    _demand_words(method, happened_on, words, evidence, today_of(now))
    MethodNode.objects.select_for_update().get(pk=node.pk)
    if member and MethodProof.objects.filter(node=node, member=member, taken_back_at=None).exists():
        raise Conflict(f"{member.name}的“{node.name}”已登记。", remedy="登记错了的，先撤回再登记。")
    proof = MethodProof.objects.create(
        root_id=method.root_id,
        branch=branch,
        node=node,
        member=member,
        happened_on=happened_on,
        words=words.strip()[:200],
        evidence=evidence.strip()[:200],
        entered_by=audit.user_of(actor),
        entered_at=now,
    )
    audit.record(actor=actor, action="method.prove", target=proof, summary=f"{method.name}：{node.name}")
    return proof


@transaction.atomic
def take_back(*, actor: Viewer, proof_id: int, now: datetime) -> MethodProof:
    """Take a proof back; it stays on record and no longer counts."""
    proof = proof_or_404(actor, proof_id)
    check(actor, "method.edit", proof.branch)
    if not MethodProof.objects.filter(pk=proof.pk, taken_back_at=None).update(taken_back_at=now):
        raise Conflict("已经撤回。", remedy="请刷新页面。")
    audit.record(actor=actor, action="method.take_back", target=proof, summary=proof.words)
    return proof


def _method(actor: Viewer, organisation: Organisation, year: int, method_id: int | None, version: int) -> Method:
    if method_id is None:
        return Method(root_id=organisation.root_id, organisation=organisation, year=year)
    method_or_404(actor, method_id)
    method = Method.objects.select_for_update().get(pk=method_id, organisation=organisation)
    if method.version != version:
        raise Conflict("这项工作法刚才已被改过。", remedy="请刷新页面，看过新的内容再改。")
    return method


def _demand_kind(method: Method, kind: str) -> None:
    if method.pk and method.kind != kind and MethodProof.objects.filter(node__method=method).exists():
        raise InvalidInput("已有登记，不能改方式。", fields={"kind": ["已有登记的工作法不能改方式。"]})


def _write_nodes(method: Method, items: list[OutlineItem]) -> None:
    known = {(node.group, node.name): node for node in method.nodes.all()}
    wanted = {(item.group, item.name) for item in items}
    gone = [node for key, node in known.items() if key not in wanted]
    proved = MethodProof.objects.filter(node__in=gone).values_list("node__name", flat=True).distinct()
    if names := list(proved):
        words = f"“{'、'.join(names)}”已有登记，不能删去或改名。"
        raise InvalidInput("有登记的事项不能删去。", fields={"outline": [words]})
    MethodNode.objects.filter(pk__in=[node.pk for node in gone]).delete()
    for position, item in enumerate(items):
        MethodNode.objects.update_or_create(
            method=method, group=item.group, name=item.name, defaults={"owner": item.owner, "position": position}
        )


def _demand_words(method: Method, happened_on: date, words: str, evidence: str, today: date) -> None:
    if happened_on.year != method.year or happened_on > today:
        raise InvalidInput("日期不对。", fields={"happened_on": [f"请填{method.year}年内、今天或以前的日期。"]})
    if not words.strip():
        raise InvalidInput("没有写做了什么。", fields={"words": ["请写一句做了什么。"]})
    if not evidence.strip():
        raise InvalidInput("没有写佐证。", fields={"evidence": ["请写文号、证书、材料名称或存放处。"]})
