"""Who reaches polls, and the door for ballots that is open to everybody."""

from __future__ import annotations

from tests.site.access.base import BRANCH, EVERYBODY, EXPORTERS, NOBODY, OFFICER, OVERSEERS, PEERS, Access, deed, page

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
    # the democratic appraisal of a branch; a member reaches the own page only
    "appraisal:democratic_current": page(EVERYBODY),
    "appraisal:democratic_own": page(EVERYBODY),
    "appraisal:democratic_self": deed(frozenset({"member"}), "appraised"),
    "appraisal:democratic_year": page(BUSINESS, "year", empty=PEERS),
    "appraisal:democratic_begin": deed(RUNNERS | PEERS, "year"),
    "appraisal:democratic_year_export": page(EXPORTERS, "year", empty=PEERS),
    "appraisal:democratic": page(BUSINESS, "democratic"),
    "appraisal:democratic_export": page(EXPORTERS, "democratic", sees=frozenset({"committee_member"})),
    "appraisal:democratic_people": deed(RUNNERS, "democratic", sees=WATCHERS),
    "appraisal:democratic_ballot": deed(RUNNERS, "democratic", sees=WATCHERS),
    "appraisal:democratic_propose": deed(RUNNERS, "democratic", sees=WATCHERS),
    "appraisal:democratic_decide": deed(RUNNERS, "democratic", sees=WATCHERS),
    "appraisal:democratic_send": deed(RUNNERS, "democratic", sees=WATCHERS),
    "appraisal:democratic_return": deed(OFFICER, "democratic", sees=BUSINESS),
    "appraisal:democratic_approve": deed(OFFICER, "democratic", sees=BUSINESS),
}
