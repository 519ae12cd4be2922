"""How one model is reached by the scope function; models carry it as their class attribute `scope`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Scope:
    """Which row of READ speaks for a model, and which of its paths lead to branch, person and owner.

    resource: the row in `branches.rules.READ`
    branch: path to the organisation a row belongs to; "" for organisations themselves, None for none
    shared: path to further organisations that see the row (to-many, e.g. "participations__branch")
    own_where: what must also hold for a person whose reach is their own branch (e.g. published)
    member: path to the person the row is about (may be to-many); member_where goes into the same join
    owner: path to the account the row belongs to
    root: path to the top organisation, for rows that have no branch
    """

    resource: str
    branch: str | None = "branch"
    shared: str | None = None
    own_where: dict[str, Any] = field(default_factory=dict)
    member: str | None = None
    member_where: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None
    root: str = "root"
