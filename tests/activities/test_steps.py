"""Records, claims and sheets as state machines: in every state exactly these steps, for every person exactly theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404

from activities.facts import report_many
from activities.models import Activity, Claim, MonthSheet
from activities.services.claims import (
    ClaimInput,
    approve_claims,
    pull_back_claim,
    return_claim,
    save_claim,
    submit_claim,
    withdraw_claim,
)
from activities.services.drafting import delete_draft, save_draft
from activities.services.reviewing import append_note, approve_activities, mark_false, return_activity
from activities.services.sheets import approve_sheets, return_sheet, send_sheet, withdraw_sheet
from activities.services.submitting import pull_back, submit_activity, withdraw_activity
from assessment.ledger import live_facts
from assessment.models import Fact
from branches.permissions import SYSTEM
from core.errors import PortalError, Refused
from core.models import AuditEntry
from core.periods import Month
from notices.models import Notice
from tests.factories.activities import NOW, approve, draft, record_input, sent

NOVEMBER = Month(2026, 11)
WHY = "核对签到表"
Step = Callable[..., Any]
NEXT_WEEK = NOW + timedelta(days=7)

# -- the steps, each as one call of a person on a row


def _record(service: Step, **more: str) -> Step:
    return lambda actor, row: service(actor=actor, activity_id=row.pk, now=NOW, **more)


RECORD_STEPS: dict[str, Step] = {
    "save": lambda actor, row: save_draft(
        actor=actor, record=record_input(row.branch, place="三楼"), activity_id=row.pk, now=NOW
    ),
    "submit": _record(submit_activity),
    "pull back": _record(pull_back),
    "withdraw": _record(withdraw_activity),
    "delete": lambda actor, row: delete_draft(actor=actor, activity_id=row.pk),
    "approve": lambda actor, row: approve_activities(actor=actor, activity_ids=[row.pk], now=NOW),
    "return": _record(return_activity, reason=WHY),
    "false": _record(mark_false, reason=WHY),
    "note": _record(append_note, text=WHY),
}


def _claim(service: Step, **more: str) -> Step:
    return lambda actor, row: service(actor=actor, claim_id=row.pk, version=row.version, now=NOW, **more)


GIVEN = ClaimInput(metric="lead_project.done", happened_on=date(2026, 11, 10), note="立项文件〔2026〕3号")
CLAIM_STEPS: dict[str, Step] = {
    "save": lambda actor, row: save_claim(actor=actor, branch=row.branch, given=GIVEN, now=NOW, claim_id=row.pk),
    "submit": _claim(submit_claim),
    "pull back": _claim(pull_back_claim),
    "withdraw": _claim(withdraw_claim),
    "return": _claim(return_claim, reason=WHY),
    "approve": lambda actor, row: approve_claims(actor=actor, shown={row.pk: row.version}, now=NOW),
}
SHEET_STEPS: dict[str, Step] = {
    "send": lambda actor, row: send_sheet(actor=actor, branch=row.branch, month=NOVEMBER, now=NOW, accept_gaps=True),
    "withdraw": lambda actor, row: withdraw_sheet(actor=actor, branch=row.branch, month=NOVEMBER, now=NOW),
    "return": lambda actor, row: return_sheet(actor=actor, sheet_id=row.pk, version=row.version, reason=WHY, now=NOW),
    "approve": lambda actor, row: approve_sheets(actor=actor, shown={row.pk: row.version}, now=NOW),
}
BY_OFFICER = {"approve", "return", "false"}
TAKEN, REFUSED, ABSENT = "taken", "refused", "404"


def outcome(cast, row: Any, step: Step, who: str) -> str:
    """What comes of a person's trying the step; it is undone again."""
    with transaction.atomic():
        try:
            step(cast.viewer(who), type(row).objects.get(pk=row.pk))
            found = TAKEN
        except Http404:
            found = ABSENT
        except Refused:
            found = REFUSED
        except PortalError as error:
            found = error.code
        transaction.set_rollback(True)
    return found


def open_steps(cast, row: Any, steps: dict[str, Step]) -> set[str]:
    """The steps that the right people can take now."""
    rights = {name: "officer" if name in BY_OFFICER else "secretary" for name in steps}
    return {name for name, step in steps.items() if outcome(cast, row, step, rights[name]) == TAKEN}


def walked(cast, row: Any, steps: dict[str, Step], *way: str) -> Any:
    """The row after these steps, each by the right person."""
    for name in way:
        steps[name](cast.viewer("officer" if name in BY_OFFICER else "secretary"), type(row).objects.get(pk=row.pk))
    return type(row).objects.get(pk=row.pk)


def new_claim(cast, by: str = "secretary") -> Claim:
    return save_claim(actor=cast.viewer(by), branch=cast.branch, given=GIVEN, now=NOW)


def new_sheet(cast) -> MonthSheet:
    """Sent with a record that waits, and the record then reviewed by nobody's hand."""
    return send_sheet(actor=cast.viewer("secretary"), branch=cast.branch, month=NOVEMBER, now=NOW, accept_gaps=True)


# -- in every state exactly these steps


@pytest.mark.parametrize(
    ("way", "state", "steps"),
    [
        ((), "draft", {"save", "submit", "delete"}),
        (("submit",), "submitted", {"pull back", "withdraw", "approve", "return", "false", "note"}),
        (("submit", "pull back"), "draft", {"save", "submit", "withdraw"}),
        (("submit", "return"), "returned", {"save", "submit", "withdraw"}),
        (("submit", "approve"), "approved", {"return", "false", "note"}),
        (("submit", "approve", "return", "submit"), "submitted", {"pull back", "withdraw", "approve", "return", "false", "note"}),
        (("submit", "withdraw"), "withdrawn", set()),
        (("submit", "false"), "false", set()),
    ],
)  # fmt: skip
def test_record_has_exactly_these_steps(cast, way, state, steps):
    row = walked(cast, draft(cast), RECORD_STEPS, *way)
    assert row.state == state
    assert open_steps(cast, row, RECORD_STEPS) == steps


@pytest.mark.parametrize(
    ("way", "state", "steps"),
    [
        ((), "draft", {"save", "submit", "withdraw"}),
        (("submit",), "submitted", {"pull back", "withdraw", "return", "approve"}),
        (("submit", "pull back"), "draft", {"save", "submit", "withdraw"}),
        (("submit", "return"), "returned", {"save", "submit", "withdraw"}),
        (("submit", "approve"), "approved", {"return"}),
        (("withdraw",), "withdrawn", set()),
    ],
)
def test_claim_has_exactly_these_steps(cast, way, state, steps):
    row = walked(cast, new_claim(cast), CLAIM_STEPS, *way)
    assert row.state == state
    assert open_steps(cast, row, CLAIM_STEPS) == steps


@pytest.mark.parametrize(
    ("way", "state", "steps"),
    [
        ((), "sent", {"withdraw", "return", "approve"}),
        (("withdraw",), "open", {"send"}),
        (("return",), "returned", {"send"}),
        (("approve",), "reviewed", {"return"}),
    ],
)
def test_sheet_has_exactly_these_steps(cast, way, state, steps):
    row = walked(cast, new_sheet(cast), SHEET_STEPS, *way)
    assert row.state == state
    assert open_steps(cast, row, SHEET_STEPS) == steps


# -- for every person exactly theirs


@pytest.mark.parametrize(
    ("who", "taken", "other"),
    [
        ("secretary", {"pull back", "withdraw", "note"}, REFUSED),
        ("committee_member", {"note"}, REFUSED),
        ("officer", {"approve", "return", "false", "note"}, REFUSED),
        ("leader", set(), REFUSED),
        ("member", set(), ABSENT),
        ("other_secretary", set(), ABSENT),
        ("administrator", set(), ABSENT),
        ("outsider", set(), ABSENT),
        ("stranger", set(), ABSENT),
    ],
)
def test_who_takes_which_step_with_a_sent_record(cast, who, taken, other):
    row = sent(cast)
    steps = {name: step for name, step in RECORD_STEPS.items() if name not in {"save", "submit", "delete"}}
    found = {name: outcome(cast, row, step, who) for name, step in steps.items()}
    assert found == dict.fromkeys(steps, other) | dict.fromkeys(taken, TAKEN)


@pytest.mark.parametrize(
    ("who", "taken", "other"),
    [
        ("secretary", {"pull back", "withdraw"}, REFUSED),
        ("committee_member", set(), REFUSED),
        ("officer", {"approve", "return"}, REFUSED),
        ("leader", set(), REFUSED),
        ("member", set(), ABSENT),
        ("other_secretary", set(), ABSENT),
        ("administrator", set(), ABSENT),
        ("outsider", set(), ABSENT),
    ],
)
def test_who_takes_which_step_with_a_sent_claim(cast, who, taken, other):
    row = walked(cast, new_claim(cast), CLAIM_STEPS, "submit")
    steps = {name: CLAIM_STEPS[name] for name in ("pull back", "withdraw", "approve", "return")}
    found = {name: outcome(cast, row, step, who) for name, step in steps.items()}
    gone = {"approve": "conflict"} if other == ABSENT else {}  # of many shown, one is no longer there
    assert found == dict.fromkeys(steps, other) | gone | dict.fromkeys(taken, TAKEN)


# -- nobody reviews what they entered


@pytest.mark.parametrize("step", sorted(BY_OFFICER))
def test_officer_passes_no_judgement_on_a_record_of_their_own(cast, step):
    row = sent(cast, by="officer")
    assert outcome(cast, row, RECORD_STEPS[step], "officer") == REFUSED
    assert outcome(cast, row, RECORD_STEPS[step], "second_officer") == TAKEN


@pytest.mark.parametrize("step", sorted(BY_OFFICER))
def test_who_sent_it_once_never_reviews_it(cast, step):
    row = sent(cast, by="officer")
    return_activity(actor=cast.viewer("second_officer"), activity_id=row.pk, reason=WHY, now=NOW)
    submit_activity(actor=cast.viewer("secretary"), activity_id=row.pk, now=NOW)
    assert Activity.objects.get().entered_by == cast.secretary
    assert outcome(cast, row, RECORD_STEPS[step], "officer") == REFUSED
    assert outcome(cast, row, RECORD_STEPS[step], "second_officer") == TAKEN


@pytest.mark.parametrize("step", ["approve", "return"])
def test_officer_passes_no_judgement_on_a_claim_of_their_own(cast, step):
    row = submit_claim(actor=cast.viewer("officer"), claim_id=new_claim(cast, "officer").pk, version=None, now=NOW)
    assert outcome(cast, row, CLAIM_STEPS[step], "officer") == REFUSED
    assert outcome(cast, row, CLAIM_STEPS[step], "second_officer") == TAKEN


# -- what each step leaves


def test_every_step_of_a_sheet_is_audited(cast):
    walked(cast, new_sheet(cast), SHEET_STEPS, "withdraw", "send", "return", "send", "approve")
    said = (
        AuditEntry.objects.filter(action__startswith="sheet.").order_by("pk").values_list("action", "actor__username")
    )
    assert list(said) == [
        ("sheet.sent", "secretary"),
        ("sheet.withdrawn", "secretary"),
        ("sheet.sent", "secretary"),
        ("sheet.returned", "officer"),
        ("sheet.sent", "secretary"),
        ("sheet.reviewed", "officer"),
    ]


def test_reviewed_row_names_its_reviewer_and_the_next_sending_forgets_them(cast):
    row = walked(cast, draft(cast), RECORD_STEPS, "submit", "return")
    assert (row.reviewed_by, row.reviewed_at, row.return_reason) == (cast.officer, NOW, WHY)
    row = walked(cast, row, RECORD_STEPS, "submit")
    assert (row.reviewed_by, row.reviewed_at, row.return_reason, row.revision) == (None, None, "", 2)


@pytest.mark.parametrize("step", ["return", "false"])
def test_branch_and_who_entered_it_are_told_and_nobody_else(cast, step):
    row = sent(cast, by="officer")
    RECORD_STEPS[step](cast.viewer("second_officer"), row)
    told = Notice.objects.filter(url=f"/activities/{row.pk}/").values_list("recipient__username", "text")
    assert sorted(told) == [("officer", WHY), ("secretary", WHY)]


def test_second_return_of_a_record_is_told_again(cast):
    row = walked(cast, draft(cast), RECORD_STEPS, "submit", "return", "submit", "return")
    assert Notice.objects.filter(url=f"/activities/{row.pk}/", recipient=cast.secretary).count() == 2


def test_reporting_anew_remembers_each_returned_record_once_on_the_day_of_its_first_return(cast):
    row = walked(cast, draft(cast), RECORD_STEPS, "submit", "return", "submit")
    return_activity(actor=cast.viewer("officer"), activity_id=row.pk, reason=WHY, now=NEXT_WEEK)
    submit_activity(actor=cast.viewer("secretary"), activity_id=row.pk, now=NEXT_WEEK)
    Fact.objects.filter(reverses__isnull=False).delete()
    Fact.objects.all().delete()
    report_many([row.pk, sent(cast, held_on=date(2026, 10, 12)).pk], now=NEXT_WEEK)
    said = live_facts().filter(metric__code="record.returned").values_list("happened_on", "quantity", "state")
    assert list(said) == [(NOW.date(), 1000, "confirmed")]


def test_system_may_review_what_nobody_entered(cast):
    row = save_draft(actor=SYSTEM, record=record_input(cast.branch), now=NOW)
    submit_activity(actor=SYSTEM, activity_id=row.pk, now=NOW)
    assert approve(cast, row).reviewed_by_id == cast.officer.pk
