"""Who reaches the items of closed loops."""

from __future__ import annotations

from tests.site.access.base import EXPORTERS, OFFICER, PEERS, READERS, SENDERS, Access, deed, page

TABLE: dict[str, Access] = {
    "worklists:list": page(READERS, empty=PEERS),
    "worklists:export": page(EXPORTERS, empty=PEERS),
    "worklists:new": page(SENDERS | {"leader"}, empty=PEERS),
    "worklists:item": page(READERS, "work_item"),
    "worklists:report": deed(READERS - {"officer", "leader"}, "work_item", sees=READERS),
    "worklists:verify": deed(OFFICER, "work_item", sees=READERS),
    "worklists:send_back": deed(OFFICER, "work_item", sees=READERS),
    "worklists:close": deed(OFFICER, "work_item", sees=READERS),
    "worklists:reopen": deed(OFFICER, "work_item", sees=READERS),
    "worklists:extend": deed(OFFICER, "work_item", sees=READERS),
    "worklists:cancel": deed(OFFICER, "work_item", sees=READERS),
    "worklists:proof": page(READERS, "work_item", "item_file"),
}
