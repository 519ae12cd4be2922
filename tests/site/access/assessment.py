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
    "assessment:periods": page(OVERSEERS),
    "assessment:periods_year": page(OVERSEERS, "year"),
    "assessment:periods_verify": deed(OVERSEERS, "year"),
    "assessment:period": page(OVERSEERS, "period"),
    "assessment:period_export": page(OVERSEERS, "period"),
    "assessment:period_freeze": deed(OFFICER, "period"),
    "assessment:period_verify": deed(OVERSEERS, "period"),
    "assessment:restatements": page(READERS | PEERS, empty=EVERYBODY - READERS),
    "assessment:restatements_export": page(EXPORTERS | PEERS, empty=PEERS),
    "assessment:marks": page(EVERYBODY),
    "assessment:marks_year": page(OFFICER, "year"),
    "assessment:marks_save": deed(OFFICER, "year", "rule_code"),
}
