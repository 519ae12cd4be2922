"""Who reaches appeals: the secretary files and withdraws, an officer answers, the branch and its overseers read."""

from __future__ import annotations

from tests.site.access.base import EXPORTERS, OFFICER, PEERS, READERS, Access, deed, page

SECRETARY = frozenset({"secretary"})

TABLE: dict[str, Access] = {
    "appraisal:appeals": page(READERS, empty=PEERS),
    "appraisal:appeals_export": page(EXPORTERS, empty=PEERS),
    "appraisal:appeal_new": page(SECRETARY, query="?branch={branch}&month=2026-10&subject=item&code=D4"),
    "appraisal:appeal": page(READERS, "appeal"),
    "appraisal:appeal_answer": deed(OFFICER, "appeal", sees=READERS),
    "appraisal:appeal_withdraw": deed(SECRETARY, "appeal", sees=READERS),
    "appraisal:appeal_mend": deed(OFFICER, "appeal", sees=READERS),
    "appraisal:appeal_file": page(READERS, "appeal", "appeal_file"),
}
