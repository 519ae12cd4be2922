"""Who reaches polls, and the door for ballots that is open to everybody."""

from __future__ import annotations

from tests.site.access.base import BRANCH, EVERYBODY, NOBODY, OFFICER, PEERS, Access, deed, page

RUNNERS = frozenset({"secretary", "officer"})
READERS = BRANCH | OFFICER

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
}
