"""Who reaches patches, visits and promises."""

from __future__ import annotations

from tests.site.access.base import ADMINISTRATOR, EXPORTERS, HOME, OFFICER, OVERSEERS, PEERS, READERS, Access, page

LEADER = frozenset({"leader"})

TABLE: dict[str, Access] = {
    "patch": page(LEADER),
    "patch_of": page(OVERSEERS, "leader"),
    "branches:patches": page(OFFICER),
    "branches:leader": page(OFFICER, "branch", sees=HOME | ADMINISTRATOR),
    "branches:visits": page(READERS | PEERS, empty=PEERS),
    "branches:visits_export": page(EXPORTERS | PEERS, empty=PEERS),
    "branches:visit_new": page(LEADER, "branch", sees=HOME | ADMINISTRATOR),
    "branches:promise_settle": page(LEADER, "promise", sees=READERS),
}
