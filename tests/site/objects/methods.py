"""A work method of the cast's branch with one proof."""

from __future__ import annotations

from datetime import date
from typing import Any

from activities.services.methods import prove, save_method
from branches.permissions import Viewer
from tests.factories.activities import NOW
from tests.factories.branches import TODAY, Cast


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    actor = Viewer.of(cast.secretary, TODAY)
    method = save_method(
        actor=actor,
        organisation=cast.branch,
        year=2026,
        name="标记甲乙工作法",
        kind="tree",
        outline="组\n- 事",
        now=NOW,
    )
    node = method.nodes.get()
    proof = prove(
        actor=actor, node_id=node.pk, happened_on=date(2026, 6, 1), words="标记甲乙", evidence="材料", now=NOW
    )
    return {"method": method.pk, "method_node": node.pk, "method_proof": proof.pk}
