"""Who reaches members' scores and credits: the person and the branch committee; nobody above, nobody beside."""

from __future__ import annotations

from tests.site.access.base import BRANCH, EVERYBODY, PEERS, Access, deed, page

OWN = BRANCH | PEERS | {"member"}  # everybody who is a member has a score of their own
SELF = BRANCH | {"member"}

TABLE: dict[str, Access] = {
    "assessment:my_score": page(OWN, empty=PEERS),
    "assessment:my_credits": page(OWN, empty=PEERS),
    "assessment:member_score": page(SELF, "member", "month"),
    "assessment:member_credits": page(SELF, "member", "month"),
    "assessment:member_table": page(BRANCH | PEERS, empty=PEERS),
    "assessment:member_table_export": page(BRANCH | PEERS, empty=PEERS),
    "assessment:member_marks": page(BRANCH | PEERS, empty=PEERS),
    "assessment:member_marks_save": deed(BRANCH, "branch"),
    "assessment:member_scheme": page(EVERYBODY - {"administrator", "stranger"}, "year"),
    "assessment:member_class": deed(frozenset({"secretary"}), "member", sees=SELF - {"secretary"}),
    "assessment:member_publicity": page(OWN, "year", empty=PEERS),
    "assessment:member_publicity_start": deed(PEERS | {"secretary"}, "year", sees=frozenset({"committee_member"})),
}

TABLE |= {
    "activities:member_claims": page(OWN, empty=PEERS),
    "activities:member_claim_new": page(OWN),
    "activities:member_claim": page(SELF, "member_claim"),
    "activities:member_claim_edit": page(SELF, "member_claim"),
    "activities:member_claim_file": page(SELF, "member_claim", "member_claim_file"),
    "activities:member_claim_confirm": deed(BRANCH, "member_claim", sees=frozenset({"member"})),
    "activities:member_claim_return": deed(BRANCH, "member_claim", sees=frozenset({"member"})),
    "activities:member_claim_withdraw": deed(SELF, "member_claim"),
}
