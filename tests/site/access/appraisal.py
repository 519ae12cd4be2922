"""Who reaches the year around the score."""

from __future__ import annotations

from tests.site.access.base import EVERYBODY, NOBODY, OFFICER, READERS, Access, deed, page

TABLE: dict[str, Access] = {
    # the year end: begun, not settled, so that cases and results are nobody's
    "appraisal:year_end": page(OFFICER),
    "appraisal:year": page(OFFICER, "year"),
    "appraisal:begin": deed(OFFICER, "year"),
    "appraisal:marks": deed(OFFICER, "year"),
    "appraisal:leave_out": deed(OFFICER, "year"),
    "appraisal:veto_propose": deed(OFFICER, "year"),
    "appraisal:veto_system": deed(OFFICER, "year"),
    "appraisal:veto_decide": deed(NOBODY, "nothing", sees=EVERYBODY),
    "appraisal:veto_drop": deed(NOBODY, "nothing", sees=EVERYBODY),
    "appraisal:veto_reply": deed(NOBODY, "nothing", sees=EVERYBODY),
    "appraisal:settle": deed(OFFICER, "year"),
    "appraisal:grade": deed(NOBODY, "nothing", sees=EVERYBODY),
    "appraisal:notice": deed(OFFICER, "year"),
    "appraisal:notice_withdraw": deed(OFFICER, "year"),
    "appraisal:decide": deed(OFFICER, "year"),
    "appraisal:publish": deed(OFFICER, "year"),
    "appraisal:publish_confirm": deed(NOBODY, "nothing", sees=EVERYBODY),
    "appraisal:publish_reject": deed(NOBODY, "nothing", sees=EVERYBODY),
    "appraisal:correct": deed(OFFICER, "year"),
    "appraisal:export": page(OFFICER, "year"),
    "appraisal:whatif": page(OFFICER, "year"),
    "appraisal:bonus": page(OFFICER, "year"),
    "appraisal:publication_verify": deed(OFFICER, "publication"),
    "appraisal:branch_year": page(READERS, "branch", "year"),
    "appraisal:awards": page(OFFICER),
    "appraisal:awards_load": deed(OFFICER),
    "appraisal:award": page(OFFICER, "award", "year"),
    "appraisal:award_export": page(OFFICER, "award", "year"),
    "appraisal:award_edit": page(OFFICER, "award"),
    "appraisal:public_results": page(EVERYBODY, public=True),
    "appraisal:public_result": page(EVERYBODY, "publication", public=True),
    "appraisal:results": page(EVERYBODY, empty=EVERYBODY),
}
