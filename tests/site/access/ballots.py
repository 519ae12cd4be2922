"""Who reaches polls, and the door for ballots that is open to everybody."""

from __future__ import annotations

from tests.site.access.base import BRANCH, EVERYBODY, NOBODY, OFFICER, OVERSEERS, PEERS, Access, deed, page

RUNNERS = frozenset({"secretary", "officer"})
READERS = BRANCH | OFFICER
BUSINESS = BRANCH | OVERSEERS
WATCHERS = frozenset({"committee_member", "leader"})

TABLE: dict[str, Access] = {
    "appraisal:polls": page(READERS, empty=PEERS),
    "appraisal:poll_new": deed(OFFICER),
    "appraisal:poll": page(READERS, "poll"),
    "appraisal:poll_sizes": deed(RUNNERS, "poll", sees=frozenset({"committee_member"})),
    "appraisal:poll_codes": deed(RUNNERS, "poll", sees=frozenset({"committee_member"})),
    "appraisal:poll_close": deed(RUNNERS, "poll", sees=frozenset({"committee_member"})),
    "appraisal:poll_void": deed(RUNNERS, "poll", sees=frozenset({"committee_member"})),
    "appraisal:poll_take": deed(RUNNERS, "poll", sees=frozenset({"committee_member"})),
    "appraisal:poll_print": page(NOBODY, "poll"),  # not counted yet: nothing to print for anybody
    "appraisal:poll_export": page(NOBODY, "poll", sees=frozenset({"committee_member"})),
    "appraisal:vote": page(EVERYBODY, public=True),
    "appraisal:vote_ballot": deed(EVERYBODY, public=True),
    "appraisal:vote_cast": deed(EVERYBODY, public=True),
    "appraisal:vote_done": page(EVERYBODY, public=True),
    # the accountability review: a report of each secretary, run by the committee
    "appraisal:reviews": page(BUSINESS, empty=PEERS),
    "appraisal:reviews_year": page(BUSINESS, "year", empty=frozenset({"other_secretary"})),
    "appraisal:review_open": deed(OFFICER, "year"),
    "appraisal:review_ballot": deed(OFFICER, "year"),
    "appraisal:review_meeting": deed(OFFICER, "year"),
    "appraisal:review_circular": deed(OFFICER, "year"),
    "appraisal:review_paper": page(OFFICER, "year"),
    "appraisal:review_export": page(OFFICER, "year"),
    "appraisal:report": page(BUSINESS, "report"),
    "appraisal:report_edit": page(RUNNERS, "report"),
    "appraisal:report_draft": deed(RUNNERS, "report", sees=WATCHERS),
    "appraisal:report_return": deed(OFFICER, "report", sees=BUSINESS),
    "appraisal:report_accept": deed(OFFICER, "report", sees=BUSINESS),
    "appraisal:report_assess": deed(OFFICER, "report", sees=BUSINESS),
    "appraisal:report_rectify": deed(OFFICER, "report", sees=BUSINESS),
    "appraisal:report_paper": page(BUSINESS, "report"),
}
