"""Who reaches the API."""

from __future__ import annotations

from tests.site.access.base import (
    ADMINISTRATOR,
    ATTENDED,
    EVERYBODY,
    HOME,
    OFFICER,
    OWN_FILE,
    PEERS,
    READERS,
    SENDERS,
    Access,
    deed,
    page,
)

TABLE: dict[str, Access] = {
    # the API
    "api:organisation-list": page(EVERYBODY, empty=EVERYBODY - HOME),
    "api:organisation-detail": page(HOME | ADMINISTRATOR, "branch"),
    "api:member-list": page(OWN_FILE | PEERS, empty=EVERYBODY - OWN_FILE),
    "api:member-detail": page(OWN_FILE, "member"),
    "api:activity-list": page(ATTENDED, empty=EVERYBODY - ATTENDED),
    "api:activity-detail": page(ATTENDED, "activity"),
    "api:activity-submit": deed(SENDERS, "draft", sees=READERS),
    "api:activity-pull-back": deed(SENDERS - OFFICER, "sent", sees=READERS),
    "api:activity-withdraw": deed(SENDERS - OFFICER, "sent", sees=READERS),
    "api:claim-list": page(READERS, empty=EVERYBODY - READERS),
    "api:claim-detail": page(READERS, "claim"),
    "api:claim-submit": deed(SENDERS, "claim", sees=READERS),
    "api:claim-pull-back": deed(SENDERS - OFFICER, "claim", sees=READERS),
    "api:claim-withdraw": deed(SENDERS - OFFICER, "claim", sees=READERS),
    "api:fact-list": page(READERS, empty=EVERYBODY - READERS),
    "api:fact-detail": page(READERS, "fact"),
    "api:score-list": page(READERS, empty=EVERYBODY - READERS - {"outsider", "stranger"}),
    "api:score-detail": page(READERS, "branch"),
}
