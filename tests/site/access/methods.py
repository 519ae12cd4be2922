"""Who reaches work methods (of the cast's branch) and their proofs."""

from __future__ import annotations

from tests.site.access.base import BRANCH, EXPORTERS, LOGGERS, OVERSEERS, PEERS, READERS, Access, deed, page

TABLE: dict[str, Access] = {
    "activities:methods": page(READERS | PEERS, empty=PEERS),
    "activities:method_new": page(LOGGERS | PEERS, empty=PEERS),
    "activities:method": page(READERS, "method"),
    "activities:method_edit": page(LOGGERS, "method", sees=OVERSEERS),
    "activities:method_export": page(EXPORTERS, "method", sees=BRANCH),
    "activities:method_prove": page(LOGGERS, "method_node", sees=OVERSEERS),
    "activities:method_take_back": deed(LOGGERS, "method_proof", sees=OVERSEERS),
}
