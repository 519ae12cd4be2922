"""A leader's visit to the cast's branch and what was promised there."""

from __future__ import annotations

from datetime import date
from typing import Any

from branches.permissions import Viewer
from branches.services.visits import PromiseInput, log_visit
from tests.factories.activities import NOW
from tests.factories.branches import TODAY, Cast


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    visit = log_visit(
        actor=Viewer.of(cast.leader, TODAY),
        branch=cast.branch,
        visited_on=date(2026, 11, 10),
        seen="标记甲乙走访",
        promises=[PromiseInput("标记甲乙答应的事")],
        now=NOW,
    )
    return {"leader": cast.leader.pk, "visit": visit.pk, "promise": visit.promises.get().pk}
