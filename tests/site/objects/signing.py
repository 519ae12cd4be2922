"""A paper that waits for the secretary of the cast's branch."""

from __future__ import annotations

from typing import Any

from tests.factories.branches import Cast
from tests.factories.signing import open_paper


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    return {"paper": open_paper(cast).pk}
