"""Who reaches the year plan and its calendar feed."""

from __future__ import annotations

from tests.site.access.base import (
    BRANCH,
    EVERYBODY,
    EXPORTERS,
    LOGGERS,
    OFFICER,
    OVERSEERS,
    PEERS,
    READERS,
    Access,
    deed,
    page,
)

TABLE: dict[str, Access] = {
    "activities:plan": page(READERS | PEERS, empty=PEERS),
    "activities:plan_year": page(READERS | PEERS, "year", empty=PEERS),
    "activities:plan_year_export": page(EXPORTERS | PEERS, "year", empty=PEERS),
    "activities:plan_branch": page(READERS, "year", "branch"),
    "activities:plan_export": page(EXPORTERS, "year", "branch", sees=BRANCH),
    "activities:plan_edit": page(LOGGERS, "year", "branch", "plan_key", sees=OVERSEERS),
    "activities:plan_committee": page(OFFICER, "year"),
    "activities:plan_committee_edit": page(OFFICER, "year", "committee_key"),
    "activities:feed": page(READERS | PEERS, empty=PEERS),
    "activities:feed_open": deed(READERS | PEERS),
    "activities:feed_revoke": deed(READERS | PEERS),
    "activities:feed_file": page(EVERYBODY, "feed_token", public=True),
}
