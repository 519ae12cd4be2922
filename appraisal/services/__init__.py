"""What can be done at the year end; each function is one transaction with one audit entry."""

from .appeals import AppealInput, answer_appeal, file_appeal, record_mending, withdraw_appeal
from .deciding import decide_grade, record_decision
from .freezing import freeze_round
from .inspections import (
    FindingInput,
    Look,
    add_finding,
    check_items,
    check_records,
    finish_inspection,
    resume_inspection,
    withdraw_finding,
)
from .marks import (
    MarkEntry,
    StaleMarks,
    enter_marks,
    leave_out_rule,
    open_year,
    release_from_poll,
    take_from_poll,
    take_rule_back,
)
from .noticing import post_notice, withdraw_notice
from .publishing import confirm_publication, propose_publication, reject_publication, start_correction
from .rounds import RoundInput, assign_inspector, cancel_round, start_round
from .settling import settle
from .vetoes import decide_veto, drop_veto, propose_system_vetoes, propose_veto, reply_veto

__all__ = [
    "AppealInput",
    "FindingInput",
    "Look",
    "MarkEntry",
    "RoundInput",
    "StaleMarks",
    "add_finding",
    "answer_appeal",
    "assign_inspector",
    "cancel_round",
    "check_items",
    "check_records",
    "confirm_publication",
    "decide_grade",
    "decide_veto",
    "drop_veto",
    "enter_marks",
    "file_appeal",
    "finish_inspection",
    "freeze_round",
    "leave_out_rule",
    "open_year",
    "post_notice",
    "propose_publication",
    "propose_system_vetoes",
    "propose_veto",
    "record_decision",
    "record_mending",
    "reject_publication",
    "release_from_poll",
    "reply_veto",
    "resume_inspection",
    "settle",
    "start_correction",
    "start_round",
    "take_from_poll",
    "take_rule_back",
    "withdraw_appeal",
    "withdraw_finding",
    "withdraw_notice",
]
