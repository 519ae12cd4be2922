"""A round with a finished inspection of the cast's branch, with one finding."""

from __future__ import annotations

from typing import Any

from tests.factories import rounds
from tests.factories.branches import Cast

MARK = "标记甲乙"


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    found = rounds.started(cast)
    one = rounds.inspection_of(found, cast.branch)
    fault = rounds.finding(cast, one, text=f"{MARK}缺签到表")
    rounds.finished(cast, one)
    return {"round": found.pk, "inspection": one.pk, "finding": fault.pk}
