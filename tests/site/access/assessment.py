"""Who reaches scores, schemes and closings."""

from __future__ import annotations

from tests.site.access.base import (
    BRANCH,
    EVERYBODY,
    EXPORTERS,
    NOBODY,
    OFFICER,
    OVERSEERS,
    PEERS,
    READERS,
    Access,
    deed,
    page,
)

TABLE: dict[str, Access] = {
    # scores
    "assessment:overview": page(OVERSEERS),
    "assessment:overview_month": page(OVERSEERS, "month"),
    "assessment:overview_export": page(OVERSEERS, "month"),
    "assessment:own_statement": page(BRANCH | PEERS, empty=PEERS),
    "assessment:statement": page(READERS, "branch", "month"),
    "assessment:statement_export": page(EXPORTERS, "branch", "month", sees=READERS),
    "assessment:facts": page(READERS, empty=EVERYBODY - READERS),
    "assessment:facts_export": page(EXPORTERS | {"other_secretary"}, empty=PEERS),
    "assessment:opening": page(OFFICER),
    "assessment:opening_go_live": deed(OFFICER, data={"month": "2026-01"}),
    "assessment:opening_preview": page(NOBODY, "nothing", sees=EVERYBODY),
    "assessment:opening_template": page(OFFICER),
    "assessment:opening_upload": deed(OFFICER),
    "assessment:scheme": page(EVERYBODY),
    "assessment:scheme_year": page(READERS | {"other_secretary"}, "year"),
    "assessment:months": page(OVERSEERS),
    "assessment:month": page(OVERSEERS, "month"),
    "assessment:month_close": deed(OFFICER, "month"),
    "assessment:month_reopen": deed(OFFICER, "month"),
    "assessment:month_verify": deed(OVERSEERS, "month"),
    "assessment:marks": page(EVERYBODY),
    "assessment:marks_year": page(OFFICER, "year"),
    "assessment:marks_save": deed(OFFICER, "year", "rule_code"),
}
