"""Who reaches rounds and inspections: the officers, the leader, and the branch once its inspection is done."""

from __future__ import annotations

from tests.site.access.base import BRANCH, OFFICER, OVERSEERS, PEERS, READERS, Access, deed, page

TABLE: dict[str, Access] = {
    "appraisal:rounds": page(READERS, empty=PEERS),
    "appraisal:round_new": page(OFFICER),
    "appraisal:round": page(OVERSEERS, "round"),
    "appraisal:round_freeze": deed(OFFICER, "round", sees=OVERSEERS),
    "appraisal:round_cancel": deed(OFFICER, "round", sees=OVERSEERS),
    "appraisal:round_assign": deed(OVERSEERS, "round"),
    "appraisal:round_export": page(OVERSEERS, "round"),
    "appraisal:inspection": page(READERS, "inspection"),
    "appraisal:inspection_print": page(READERS, "inspection"),
    "appraisal:inspection_items": deed(OVERSEERS, "inspection", sees=BRANCH),
    "appraisal:inspection_records": deed(OVERSEERS, "inspection", sees=BRANCH),
    "appraisal:inspection_finding": deed(OVERSEERS, "inspection", sees=BRANCH),
    "appraisal:inspection_finish": deed(OVERSEERS, "inspection", sees=BRANCH),
    "appraisal:inspection_resume": deed(OVERSEERS, "inspection", sees=BRANCH),
    "appraisal:finding_withdraw": deed(OVERSEERS, "finding", sees=BRANCH),
}
