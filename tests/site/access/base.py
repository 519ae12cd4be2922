"""The roles of the cast, groups of them, and what may be expected of one URL.

`who` get an answer; everybody else signed in gets 404 (or, where they see the object but may not act,
403). `empty` are roles that may open a list but must find nothing of the branch in it. `post` URLs are
tried by POST with an empty form: 400, 409 and 422 are answers, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ROLES = (
    "secretary",
    "other_secretary",
    "committee_member",
    "officer",
    "leader",
    "member",
    "administrator",
    "outsider",
    "stranger",
)
EVERYBODY = frozenset(ROLES)
EXPORTERS = frozenset({"secretary", "officer", "leader"})
BRANCH = frozenset({"secretary", "committee_member"})
SENDERS = frozenset({"secretary", "officer"})
LOGGERS = frozenset({"secretary", "committee_member", "officer"})
OFFICER = frozenset({"officer"})
OVERSEERS = frozenset({"officer", "leader"})
READERS = BRANCH | OVERSEERS
PEERS = frozenset({"other_secretary", "outsider"})  # the same rights over another branch
ADMINISTRATOR = frozenset({"administrator"})
IMPORTERS = SENDERS | PEERS
ATTENDED = READERS | {"member"}
OWN_FILE = HOME = ATTENDED  # a member sees the own file and the own branch
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Access:
    """The expectation for one URL."""

    who: frozenset[str]
    args: tuple[str, ...] = ()
    query: str = ""
    post: bool = False
    empty: frozenset[str] = NOBODY
    sees: frozenset[str] = NOBODY  # see the object, may not act: 403
    public: bool = False
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def names_object(self) -> bool:
        return bool(set(self.args) - {"year", "month", "period", "kind", "rule_code"})


def page(who: frozenset[str], *args: str, **more: Any) -> Access:
    return Access(who, args, **more)


def deed(who: frozenset[str], *args: str, **more: Any) -> Access:
    return Access(who, args, post=True, **more)
