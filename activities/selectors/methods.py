"""Work methods in the viewer's scope: the committee's own are read by all its branches; proofs stay in their branch."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from activities.models import Method, MethodKind, MethodNode, MethodProof
from branches.models import COMMITTEE_POSTS, Appointment, Member
from branches.permissions import Viewer, visible, visible_branches
from branches.rules import READ
from branches.selectors.organisations import on_day


@dataclass(frozen=True)
class NodeLine:
    """One item with what proves it."""

    node: MethodNode
    proofs: tuple[MethodProof, ...]

    @property
    def is_done(self) -> bool:
        return bool(self.proofs)


@dataclass(frozen=True)
class WorkerLine:
    """One party worker and, in the order of the items, their proof or nothing."""

    member: Member
    proofs: tuple[tuple[MethodNode, MethodProof | None], ...]

    @property
    def done(self) -> int:
        return sum(proof is not None for _, proof in self.proofs)


@dataclass(frozen=True)
class MethodView:
    """A method as the viewer sees it: groups of items, or workers by items."""

    method: Method
    nodes: tuple[MethodNode, ...]
    groups: tuple[tuple[str, tuple[NodeLine, ...]], ...] = ()
    workers: tuple[WorkerLine, ...] = ()

    @property
    def done(self) -> int:
        if self.method.kind == MethodKind.TICKS:
            return sum(line.done for line in self.workers)
        return sum(line.is_done for _, lines in self.groups for line in lines)

    @property
    def total(self) -> int:
        return len(self.nodes) * (len(self.workers) if self.method.kind == MethodKind.TICKS else 1)


def methods_of(viewer: Viewer) -> QuerySet[Method]:
    """The methods the person may read: those in the scope, and the committee's own."""
    rows = Method.objects.select_related("organisation")
    if viewer.is_system:
        return rows
    own = visible(Method.objects.all(), viewer).values("pk")
    committee = Q(organisation=viewer.root_id) if viewer.is_a(*READ["method"]) else Q(pk__in=())
    return rows.filter(Q(pk__in=own) | committee).order_by("-year", "organisation__sort_key", "name", "pk")


def method_or_404(viewer: Viewer, method_id: int) -> Method:
    return get_object_or_404(methods_of(viewer), pk=method_id)


def node_or_404(viewer: Viewer, node_id: int) -> MethodNode:
    rows = MethodNode.objects.filter(method__in=methods_of(viewer).order_by().values("pk"))
    return get_object_or_404(rows.select_related("method__organisation"), pk=node_id)


def proof_or_404(viewer: Viewer, proof_id: int) -> MethodProof:
    rows = visible(MethodProof.objects.select_related("branch", "node__method", "member"), viewer)
    return get_object_or_404(rows, pk=proof_id)


def live_proofs(viewer: Viewer, node: MethodNode, member: Member | None) -> list[MethodProof]:
    """What the viewer sees of the live proofs of an item (of one party worker)."""
    rows = visible(MethodProof.objects.filter(node=node, member=member, taken_back_at=None), viewer)
    return list(rows)


def method_views(viewer: Viewer, methods: list[Method], *, today: date) -> list[MethodView]:
    """The methods with their progress as far as the viewer sees it; 3 queries and one for each day asked about."""
    nodes: dict[int, list[MethodNode]] = defaultdict(list)
    for node in MethodNode.objects.filter(method__in=methods).order_by("position", "pk"):
        nodes[node.method_id].append(node)
    proofs = _proofs(viewer, methods)
    workers = {year: workers_of(viewer, min(today, date(year, 12, 31))) for year in {m.year for m in methods}}
    return [_view(method, nodes[method.pk], proofs, workers[method.year]) for method in methods]


def workers_of(viewer: Viewer, on: date) -> list[Member]:
    """党务工作者: who holds an office in a branch the viewer may read, on the day; each once."""
    seen = visible_branches(viewer, "method")
    posts = Appointment.objects.filter(on_day(on), post__in=COMMITTEE_POSTS, organisation__in=seen.values("pk"))
    members = Member.objects.filter(pk__in=posts.values("member_id")).select_related("branch")
    return list(members.order_by("branch__sort_key", "branch__code", "member_no"))


def _proofs(viewer: Viewer, methods: list[Method]) -> dict[int, list[MethodProof]]:
    """Live proofs by item; of the committee's items done once for all everybody who reads the method sees them."""
    rows = MethodProof.objects.filter(node__method__in=methods, taken_back_at=None)
    open_to_all = Q(member=None, branch=viewer.root_id)
    if not viewer.is_system:
        rows = rows.filter(Q(pk__in=visible(MethodProof.objects.all(), viewer).values("pk")) | open_to_all)
    found: dict[int, list[MethodProof]] = defaultdict(list)
    for proof in rows.select_related("member"):
        found[proof.node_id].append(proof)
    return found


def _view(
    method: Method, nodes: list[MethodNode], proofs: dict[int, list[MethodProof]], workers: list[Member]
) -> MethodView:
    if method.kind == MethodKind.TICKS:
        by_member = {(node.pk, p.member_id): p for node in nodes for p in proofs[node.pk]}
        mine = [member for member in workers if member.branch.path.startswith(method.organisation.path)]
        lines = tuple(
            WorkerLine(member, tuple((node, by_member.get((node.pk, member.pk))) for node in nodes)) for member in mine
        )
        return MethodView(method, tuple(nodes), workers=lines)
    groups: dict[str, list[NodeLine]] = defaultdict(list)
    for node in nodes:
        groups[node.group].append(NodeLine(node, tuple(proofs[node.pk])))
    return MethodView(method, tuple(nodes), groups=tuple((name, tuple(found)) for name, found in groups.items()))
