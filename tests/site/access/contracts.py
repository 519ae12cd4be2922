"""Who reaches responsibility contracts and the register of decisions."""

from __future__ import annotations

from tests.site.access.base import (
    EXPORTERS,
    OFFICER,
    OVERSEERS,
    PEERS,
    READERS,
    SENDERS,
    Access,
    deed,
    page,
)

LOGGERS = frozenset({"secretary", "committee_member", "officer"})
REST = READERS - OFFICER

TABLE: dict[str, Access] = {
    "appraisal:contracts": page(READERS | PEERS, empty=PEERS),
    "appraisal:contract_list": page(OVERSEERS, "year"),
    "appraisal:contract_export": page(OVERSEERS, "year"),
    "appraisal:contract_template": page(OFFICER, "year"),
    "appraisal:contract_make": deed(OFFICER, "year"),
    "appraisal:contract_send": deed(OFFICER, "year"),
    "appraisal:contract_remind": deed(OFFICER, "year"),
    "appraisal:contract": page(READERS, "contract"),
    "appraisal:contract_edit": page(OFFICER, "contract", sees=REST),
    "appraisal:contract_change": deed(OFFICER, "contract", sees=REST),
    "appraisal:contract_drop": deed(OFFICER, "contract", sees=REST),
    "appraisal:contract_print": page(READERS, "contract"),
    "appraisal:contract_word": page(EXPORTERS, "contract", sees=READERS - EXPORTERS),
    "appraisal:contract_report": deed(SENDERS, "contract", sees=READERS - SENDERS),
    "appraisal:contract_next": page(SENDERS, "contract", sees=READERS - SENDERS),
    "appraisal:decisions": page(READERS | PEERS, empty=PEERS),
    "appraisal:decision_new": page(LOGGERS | PEERS, sees=frozenset({"leader"})),
    "appraisal:decision_export": page(EXPORTERS | PEERS, empty=PEERS),
    "appraisal:decision_withdraw": deed(LOGGERS, "decision", sees=READERS - LOGGERS),
}
