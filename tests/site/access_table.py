"""Who reaches what: one line per URL name, for objects of the cast's branch. A URL not listed here fails the test.

`who` get an answer; everybody else signed in gets 404 (or, where they see the object but may not act,
403). `empty` are roles that may open a list but must find nothing of the branch in it. `post` URLs are
tried by POST with an empty form: 400, 409 and 422 are answers, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ROLES = (
    "secretary",
    "other_secretary",
    "committee_member",
    "officer",
    "leader",
    "member",
    "administrator",
    "outsider",
    "stranger",
)
EVERYBODY = frozenset(ROLES)
EXPORTERS = frozenset({"secretary", "officer", "leader"})
BRANCH = frozenset({"secretary", "committee_member"})
SENDERS = frozenset({"secretary", "officer"})
LOGGERS = frozenset({"secretary", "committee_member", "officer"})
OFFICER = frozenset({"officer"})
OVERSEERS = frozenset({"officer", "leader"})
READERS = BRANCH | OVERSEERS
PEERS = frozenset({"other_secretary", "outsider"})  # the same rights over another branch
ADMINISTRATOR = frozenset({"administrator"})
IMPORTERS = SENDERS | PEERS
ATTENDED = READERS | {"member"}
OWN_FILE = HOME = ATTENDED  # a member sees the own file and the own branch
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Access:
    """The expectation for one URL."""

    who: frozenset[str]
    args: tuple[str, ...] = ()
    query: str = ""
    post: bool = False
    empty: frozenset[str] = NOBODY
    sees: frozenset[str] = NOBODY  # see the object, may not act: 403
    public: bool = False
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def names_object(self) -> bool:
        return bool(set(self.args) - {"year", "month", "kind", "rule_code"})


def page(who: frozenset[str], *args: str, **more: Any) -> Access:
    return Access(who, args, **more)


def deed(who: frozenset[str], *args: str, **more: Any) -> Access:
    return Access(who, args, post=True, **more)


TABLE: dict[str, Access] = {
    # the frame
    "home": page(EVERYBODY),
    "login": page(EVERYBODY, public=True),
    "logout": deed(EVERYBODY, public=True),
    "password_change": page(EVERYBODY),
    "search": page(ATTENDED, query="?q=标记", empty=EVERYBODY - ATTENDED),
    "healthz": page(EVERYBODY, public=True),
    "api_schema": page(EVERYBODY),
    "api_docs": page(EVERYBODY),
    # own drafts, jobs, messages
    "core:draft": page(EVERYBODY, "draft_key"),
    "core:job": page(frozenset({"secretary"}), "job"),
    "core:job_file": page(frozenset({"secretary"}), "job"),
    "notices:inbox": page(frozenset({"secretary"}), empty=EVERYBODY - {"secretary"}),
    "notices:mark_all_read": deed(EVERYBODY),
    "notices:open": page(frozenset({"secretary"}), "notice"),
    "notices:mark_read": deed(frozenset({"secretary"}), "notice"),
    # records
    "activities:list": page(ATTENDED, empty=EVERYBODY - ATTENDED),
    "activities:export": page(EXPORTERS | PEERS, empty=PEERS),
    "activities:new": page(LOGGERS | PEERS, empty=PEERS),
    "activities:people": page(LOGGERS, query="?kind=theme_day&branch={branch}&held_on=2026-11-12"),
    "activities:book": page(READERS, "branch", "year"),
    "activities:detail": page(ATTENDED, "activity"),
    "activities:edit": page(LOGGERS, "draft", sees=frozenset({"leader"})),
    "activities:print": page(ATTENDED, "activity"),
    "activities:file": page(ATTENDED, "activity", "activity_file"),
    "activities:share": page(NOBODY, "activity"),
    "activities:share_decline": deed(NOBODY, "activity"),
    "activities:pull_back": deed(SENDERS - OFFICER, "sent", sees=READERS),  # an officer takes back what they entered
    "activities:withdraw": deed(SENDERS - OFFICER, "sent", sees=READERS),
    "activities:delete": deed(LOGGERS, "draft", sees=READERS),
    "activities:approve": deed(OFFICER, "sent", sees=READERS),
    "activities:approve_shares": deed(OFFICER, "sent", sees=READERS),
    "activities:return": deed(OFFICER, "sent", sees=READERS),
    "activities:false": deed(OFFICER, "sent", sees=READERS),
    "activities:note": deed(LOGGERS, "sent", sees=READERS),
    # the month
    "activities:month": page(READERS | PEERS, empty=PEERS),
    "activities:sheet": page(READERS, "branch", "month"),
    "activities:sheet_send": deed(SENDERS, "branch", "month", sees=READERS),
    "activities:sheet_withdraw": deed(SENDERS - OFFICER, "branch", "month", sees=READERS),
    "activities:claims": page(READERS | PEERS, empty=PEERS),
    "activities:claims_export": page(EXPORTERS | PEERS, empty=PEERS),
    "activities:claim_new": page(LOGGERS | PEERS, empty=PEERS),
    "activities:claim": page(READERS, "claim"),
    "activities:claim_edit": page(READERS, "claim"),
    "activities:claim_submit": deed(SENDERS, "claim", sees=READERS),
    "activities:claim_pull_back": deed(SENDERS - OFFICER, "claim", sees=READERS),
    "activities:claim_withdraw": deed(SENDERS - OFFICER, "claim", sees=READERS),
    "activities:claim_file": page(READERS, "claim", "claim_file"),
    "activities:review": page(OVERSEERS),
    "activities:review_approve": deed(OFFICER),
    "activities:review_sample": page(OVERSEERS),
    "activities:review_shares": deed(OFFICER, "sent", sees=READERS),
    "activities:review_return": deed(OFFICER, "what", "sent", sees=READERS),
    "activities:ledger": page(READERS | PEERS, empty=PEERS),
    "activities:ledger_export": page(EXPORTERS | PEERS, empty=PEERS),
    "activities:statistics": page(READERS | PEERS, "year", empty=PEERS),
    "activities:statistics_export": page(EXPORTERS | PEERS, "year", empty=PEERS),
    # risk register
    "integrity:register": page(READERS, empty=EVERYBODY - READERS),
    "integrity:detail": page(READERS, "risk"),
    "integrity:confirm": deed(SENDERS, "risk", sees=READERS),
    # the register
    "branches:list": page(HOME | PEERS | ADMINISTRATOR, empty=PEERS | ADMINISTRATOR),
    "branches:list_export": page(EXPORTERS | PEERS, empty=PEERS),
    "branches:new": page(SENDERS | PEERS),
    "branches:detail": page(HOME | ADMINISTRATOR, "branch"),
    "branches:edit": page(SENDERS, "branch", sees=HOME | ADMINISTRATOR),
    "branches:move": page(OFFICER, "branch", sees=HOME | ADMINISTRATOR),
    "branches:dissolve": page(OFFICER, "branch", sees=HOME | ADMINISTRATOR),
    "branches:term": page(OFFICER, "branch", sees=HOME | ADMINISTRATOR),
    "branches:appointment_new": page(OFFICER, "branch", sees=HOME | ADMINISTRATOR),
    "branches:appointment_end": deed(OFFICER, "appointment", sees=HOME | ADMINISTRATOR),
    "branches:members": page(OWN_FILE | PEERS, empty=PEERS),
    "branches:members_export": page(EXPORTERS | PEERS, empty=PEERS),
    "branches:member_new": page(SENDERS | PEERS, empty=PEERS),
    "branches:member": page(OWN_FILE, "member"),
    "branches:member_edit": page(SENDERS, "member", sees=OWN_FILE),
    "branches:member_transfer": page(OFFICER, "member", sees=OWN_FILE),
    "branches:member_regroup": page(SENDERS, "member", sees=OWN_FILE),
    "branches:member_status": page(SENDERS, "member", sees=OWN_FILE),
    "branches:exclusion_new": page(OFFICER, "member", sees=OWN_FILE),
    "branches:exclusion_end": deed(OFFICER, "exclusion", sees=OWN_FILE),
    "branches:imports": page(IMPORTERS, empty=PEERS),
    "branches:import_template": page(IMPORTERS, "kind"),
    "branches:import_columns": page(frozenset({"secretary"}), "import"),
    "branches:import_preview": page(frozenset({"secretary"}), "import"),
    "branches:import_confirm": deed(frozenset({"secretary"}), "import"),
    "branches:import_replan": deed(frozenset({"secretary"}), "import"),
    "branches:import_discard": deed(frozenset({"secretary"}), "import"),
    "branches:accounts": page(ADMINISTRATOR),
    "branches:account_new": page(ADMINISTRATOR),
    "branches:account": page(ADMINISTRATOR, "account"),
    "branches:account_disable": deed(ADMINISTRATOR, "account"),
    "branches:account_enable": deed(ADMINISTRATOR, "account"),
    "branches:account_reset": deed(ADMINISTRATOR, "account"),
    "branches:grant_new": page(ADMINISTRATOR, "account"),
    "branches:grant_end": deed(ADMINISTRATOR, "grant"),
    "branches:patch": page(ADMINISTRATOR, "account"),
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
    "appraisal:publish": deed(OFFICER, "year"),
    "appraisal:publish_confirm": deed(NOBODY, "nothing", sees=EVERYBODY),
    "appraisal:publish_reject": deed(NOBODY, "nothing", sees=EVERYBODY),
    "appraisal:correct": deed(OFFICER, "year"),
    "appraisal:export": page(OFFICER, "year"),
    "appraisal:results": page(EVERYBODY, empty=EVERYBODY),
    # the API
    "api:organisation-list": page(EVERYBODY, empty=EVERYBODY - HOME),
    "api:organisation-detail": page(HOME | ADMINISTRATOR, "branch"),
    "api:member-list": page(OWN_FILE | PEERS, empty=EVERYBODY - OWN_FILE),
    "api:member-detail": page(OWN_FILE, "member"),
    "api:activity-list": page(ATTENDED, empty=EVERYBODY - ATTENDED),
    "api:activity-detail": page(ATTENDED, "activity"),
    "api:activity-submit": deed(SENDERS, "draft", sees=READERS),
    "api:activity-pull-back": deed(SENDERS - OFFICER, "sent", sees=READERS),
    "api:activity-withdraw": deed(SENDERS - OFFICER, "sent", sees=READERS),
    "api:claim-list": page(READERS, empty=EVERYBODY - READERS),
    "api:claim-detail": page(READERS, "claim"),
    "api:claim-submit": deed(SENDERS, "claim", sees=READERS),
    "api:claim-pull-back": deed(SENDERS - OFFICER, "claim", sees=READERS),
    "api:claim-withdraw": deed(SENDERS - OFFICER, "claim", sees=READERS),
    "api:fact-list": page(READERS, empty=EVERYBODY - READERS),
    "api:fact-detail": page(READERS, "fact"),
    "api:score-list": page(READERS, empty=EVERYBODY - READERS - {"outsider", "stranger"}),
    "api:score-detail": page(READERS, "branch"),
}
