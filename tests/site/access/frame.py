"""Who reaches the frame, own drafts, jobs and messages."""

from __future__ import annotations

from tests.site.access.base import ATTENDED, EVERYBODY, Access, deed, page

TABLE: dict[str, Access] = {
    # the frame
    "home": page(EVERYBODY),
    "login": page(EVERYBODY, public=True),
    "logout": deed(EVERYBODY, public=True),
    "password_change": page(EVERYBODY),
    "search": page(ATTENDED, query="?q=标记", empty=EVERYBODY - ATTENDED),
    "healthz": page(EVERYBODY, public=True),
    "api_schema": page(EVERYBODY),
    "api_docs": page(EVERYBODY),
    # own drafts, jobs, messages
    "core:draft": page(EVERYBODY, "draft_key"),
    "core:job": page(frozenset({"secretary"}), "job"),
    "core:job_file": page(frozenset({"secretary"}), "job"),
    "notices:inbox": page(frozenset({"secretary", "officer"}), empty=EVERYBODY - {"secretary", "officer"}),
    "notices:mark_all_read": deed(EVERYBODY),
    "notices:open": page(frozenset({"secretary"}), "notice"),
    "notices:mark_read": deed(frozenset({"secretary"}), "notice"),
}
