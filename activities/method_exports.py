"""The register of a work method as a sheet: items with owner and proof, or party workers with their ticks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from activities.models import MethodKind
from activities.selectors.methods import MethodView
from core.xlsx.sheet import Column, Sheet
from core.xlsx.write import workbook_file

TREE_COLUMNS = (
    Column("group", "分组", 18, merge=True),
    Column("name", "事项", 28, wrap=True),
    Column("owner", "责任人", 12),
    Column("state", "进度", 9, "center"),
    Column("proofs", "做了什么、佐证", 60, wrap=True),
)


def method_workbook(view: MethodView, *, unit_line: str) -> IO[bytes]:
    """One method as the page shows it."""
    title = f"{view.method.organisation.short_name}{view.method.year}年“{view.method.name}”推进情况"
    is_ticks = view.method.kind == MethodKind.TICKS
    sheet = Sheet(
        title=title,
        name=view.method.name,
        unit_line=unit_line,
        columns=_tick_columns(view) if is_ticks else TREE_COLUMNS,
        rows=_ticks(view) if is_ticks else _tree(view),
        notes=[f"已做{view.done}项，共{view.total}项。"],
    )
    return workbook_file(sheet)


def _tick_columns(view: MethodView) -> tuple[Column, ...]:
    items = tuple(Column(f"n{node.pk}", node.name, 20, wrap=True) for node in view.nodes)
    return (
        Column("branch", "党支部", 18, merge=True),
        Column("member", "姓名", 10),
        *items,
        Column("done", "已做", 8, "int"),
    )


def _ticks(view: MethodView) -> Iterator[dict[str, Any]]:
    for line in view.workers:
        ticks = {f"n{node.pk}": f"{proof.happened_on} {proof.evidence}" if proof else "" for node, proof in line.proofs}
        yield {"branch": line.member.branch.short_name, "member": line.member.name, "done": line.done, **ticks}


def _tree(view: MethodView) -> Iterator[dict[str, Any]]:
    for group, lines in view.groups:
        for line in lines:
            words = "；".join(f"{one.happened_on} {one.words}（{one.evidence}）" for one in line.proofs)
            state = "已做" if line.is_done else "未做"
            yield {"group": group, "name": line.node.name, "owner": line.node.owner, "state": state, "proofs": words}
