"""Who reaches the papers that are signed."""

from __future__ import annotations

from tests.site.access.base import OFFICER, PEERS, READERS, Access, deed, page

TABLE: dict[str, Access] = {
    "signing:papers": page(READERS | PEERS, query="?state=", empty=PEERS),
    "signing:proof_of_all": page(OFFICER),
    "signing:paper": page(READERS, "paper"),
    "signing:proof": page(READERS, "paper"),
    "signing:sign": deed(READERS, "paper"),  # the wrong text for everybody: 409
}
