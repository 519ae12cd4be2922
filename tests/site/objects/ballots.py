"""A poll of the cast's branch for the tests of every URL."""

from __future__ import annotations

from typing import Any

from tests.factories.polls import new_poll


def objects_of(cast: Any, values: dict[str, Any]) -> dict[str, Any]:
    """`poll`: the members' ballot of the branch, with nothing handed out yet."""
    return {"poll": new_poll(cast, "member_appraisal", by="secretary", branch=cast.branch).pk}
