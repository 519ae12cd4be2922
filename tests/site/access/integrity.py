"""Who reaches the risk register."""

from __future__ import annotations

from tests.site.access.base import EVERYBODY, READERS, SENDERS, Access, deed, page

TABLE: dict[str, Access] = {
    # risk register
    "integrity:register": page(READERS, empty=EVERYBODY - READERS),
    "integrity:detail": page(READERS, "risk"),
    "integrity:confirm": deed(SENDERS, "risk", sees=READERS),
}
