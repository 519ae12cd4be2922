"""Appeals from filing to mending: days, people, what they hold up, and what the statement shows of them."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.http import Http404

from appraisal import services
from appraisal.models import Appeal, AppealState, YearEnd
from appraisal.reminders import remind_of_appeals
from appraisal.selectors import publication_obstacles
from appraisal.selectors.appeals import open_appeals, restatement_since
from assessment import closing, ledger
from assessment.marks import give_mark
from assessment.models import Restatement
from branches.permissions import SYSTEM
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.periods import Month, today
from notices.models import Notice
from tests.factories.appeals import DECEMBER, answered, filed
from tests.factories.appraisal import DECIDED, JANUARY, announce, decide, propose, publish, settle
from tests.factories.assessment import spec

pytestmark = pytest.mark.django_db
OPEN = "公路党支部有1件申诉没有答复"
UNMENDED = "公路党支部有1件申诉已支持、还没有更正"


def test_what_is_kept_of_an_appeal(settled_cast):
    appeal = filed(settled_cast, files=[SimpleUploadedFile("签到表.txt", "十二人".encode())])
    assert (appeal.label, appeal.year, appeal.month, appeal.state) == ("D4 主题党日", 2025, 202512, "open")
    assert appeal.reply_until.isoformat() == "2026-01-27"
    assert appeal.figure.endswith(" / 8.00")
    assert [row.attachment.name for row in appeal.files.all()] == ["签到表.txt"]


def test_rule_of_an_item_may_be_objected_to(settled_cast):
    appeal = filed(settled_cast, subject="rule", code="D4.1")
    assert appeal.label.startswith("D4.1 ")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"code": "Z9"}, InvalidInput),
        ({"subject": "rule", "code": "D4"}, InvalidInput),
        ({"subject": "odd"}, InvalidInput),
        ({"ground": " "}, InvalidInput),
        ({"wanted": ""}, InvalidInput),
        ({"subject": "result", "code": ""}, Conflict),  # not on notice yet
    ],
)
def test_what_cannot_be_objected_to(settled_cast, fields, error):
    with pytest.raises(error):
        filed(settled_cast, **fields)
    assert Appeal.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("committee_member", Refused),
        ("officer", Refused),
        ("leader", Refused),
        ("other_secretary", Http404),
        ("outsider", Http404),
        ("member", Http404),
    ],
)
def test_only_the_secretary_objects(settled_cast, name, error):
    with pytest.raises(error):
        filed(settled_cast, by=name)


def test_five_working_days_after_the_closing(settled_cast):
    filed(settled_cast, now=JANUARY + timedelta(days=7))  # the 27th
    with pytest.raises(Locked):
        filed(settled_cast, code="A1", now=JANUARY + timedelta(days=8))


def test_once_at_a_time_and_again_after_a_rejection(settled_cast):
    first = filed(settled_cast)
    with pytest.raises(Conflict):
        filed(settled_cast)
    answered(settled_cast, first, "rejected")
    assert filed(settled_cast).pk != first.pk


def test_answer_needs_a_verdict_and_reasons(settled_cast, second):
    appeal = filed(settled_cast)
    for verdict, answer in (("upheld", " "), ("withdrawn", "好"), ("", "好")):
        with pytest.raises(InvalidInput):
            services.answer_appeal(actor=second, appeal_id=appeal.pk, verdict=verdict, answer=answer, now=JANUARY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.update(state="rejected")


@pytest.mark.parametrize(("name", "error"), [("secretary", Refused), ("leader", Refused), ("outsider", Http404)])
def test_only_officers_answer(settled_cast, name, error):
    appeal = filed(settled_cast)
    with pytest.raises(error):
        answered(settled_cast, appeal, by=name)


def test_who_gave_the_mark_does_not_answer(settled_cast, officer):
    give_mark(actor=officer, branch_id=settled_cast.branch.pk, rule_code="F1.2", year=2025, level="plain", now=JANUARY)
    appeal = filed(settled_cast, code="F1")
    with pytest.raises(Refused) as fault:
        answered(settled_cast, appeal, by="officer")
    assert "另一位同志" in fault.value.message
    assert answered(settled_cast, appeal).answered_by == settled_cast.second_officer


def test_answered_once(settled_cast):
    appeal = filed(settled_cast)
    answered(settled_cast, appeal, "rejected")
    with pytest.raises(Conflict):
        answered(settled_cast, appeal)


def test_withdrawn_holds_nothing_up(settled_cast):
    appeal = filed(settled_cast)
    assert open_appeals(settled_cast.root.pk, 2025) == {settled_cast.branch.pk: 1}
    services.withdraw_appeal(actor=settled_cast.viewer("secretary"), appeal_id=appeal.pk, now=JANUARY)
    assert (open_appeals(settled_cast.root.pk, 2025), Appeal.objects.get().state) == ({}, "withdrawn")


def test_open_appeal_holds_up_notice_and_publication(settled_cast, officer, second, year_end):
    settle(settled_cast, officer, year_end)
    appeal = filed(settled_cast)
    with pytest.raises(Conflict) as fault:
        announce(officer, year_end)
    assert OPEN in fault.value.message
    answered(settled_cast, appeal, "rejected")
    announce(officer, year_end)
    late = filed(settled_cast, code="A1")
    assert OPEN in publication_obstacles(YearEnd.objects.get(pk=year_end.pk))
    answered(settled_cast, late, "rejected")
    propose(officer, year_end)


def test_another_committee_is_not_held_up(settled_cast):
    filed(settled_cast)
    assert open_appeals(settled_cast.foreign_branch.root_id, 2025) == {}
    assert open_appeals(settled_cast.root.pk, 2026) == {}


def test_result_on_notice_may_be_objected_to_by_its_figure(settled_cast, officer, year_end):
    results = settle(settled_cast, officer, year_end)
    announce(officer, year_end)
    appeal = filed(settled_cast, subject="result", code="")
    assert appeal.figure.startswith(f"{results[settled_cast.branch.pk].shown}分")
    with pytest.raises(Conflict):  # from another month's page it is the same result
        filed(settled_cast, subject="result", code="", month=Month(2025, 6))
    with pytest.raises(Refused):  # the officer entered the committee's mark
        answered(settled_cast, appeal, by="officer")
    answered(settled_cast, appeal, "rejected")


def test_no_new_appeal_after_the_proposal(settled_cast, officer, second, year_end):
    publish(settled_cast, officer, second, year_end)
    with pytest.raises(Locked):
        filed(settled_cast)


def mended_month(cast, appeal) -> None:
    """The officer mends the record: a theme day that was forgotten counts, and December is closed anew."""
    at = JANUARY + timedelta(hours=2)
    closing.reopen_month(actor=SYSTEM, root_id=cast.root.pk, month=DECEMBER, reason="申诉更正", now=at)
    day = DECEMBER.first_day + timedelta(days=4)
    ledger.record_facts([spec(cast.branch, "record.returned", day, 2)], now=at)
    closing.close_month(actor=SYSTEM, root_id=cast.root.pk, month=DECEMBER, now=at + timedelta(hours=1))


def test_upheld_holds_up_until_the_month_is_restated(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    appeal = answered(settled_cast, filed(settled_cast))
    assert UNMENDED in publication_obstacles(year_end)
    mended_month(settled_cast, appeal)
    assert UNMENDED not in publication_obstacles(year_end)
    restatement = Restatement.objects.get(branch=settled_cast.branch)
    assert restatement_since(appeal) == restatement
    services.record_mending(actor=officer, appeal_id=appeal.pk, note="已计入", now=DECIDED)
    appeal.refresh_from_db()
    assert (appeal.restatement, appeal.is_settled, appeal.standing_key) == (restatement, True, None)


def test_mended_without_a_restatement_is_noted(settled_cast, officer, year_end):
    appeal = answered(settled_cast, filed(settled_cast))
    with pytest.raises(InvalidInput):
        services.record_mending(actor=officer, appeal_id=appeal.pk, note=" ", now=JANUARY)
    services.record_mending(actor=officer, appeal_id=appeal.pk, note="得分不变，记录已补", now=JANUARY)
    assert UNMENDED not in publication_obstacles(year_end)
    with pytest.raises(Conflict):
        services.record_mending(actor=officer, appeal_id=appeal.pk, note="再来", now=JANUARY)


def test_who_is_told(settled_cast):
    answered(settled_cast, filed(settled_cast))
    told = {(row.recipient.username, row.title) for row in Notice.objects.filter(url__startswith="/appeals/")}
    assert told == {
        ("officer", "公路党支部申诉：D4 主题党日（01月27日前答复）"),
        ("second_officer", "公路党支部申诉：D4 主题党日（01月27日前答复）"),
        ("secretary", "申诉“D4 主题党日”已答复：支持"),
    }


def test_states_of_the_table_are_those_of_the_constraint():
    assert set(AppealState.values) == {"open", "upheld", "rejected", "withdrawn"}


def reminded(cast, days: int) -> list[tuple[str, str]]:
    """Who is newly told so many days after filing."""
    before = set(Notice.objects.values_list("pk", flat=True))
    now = JANUARY + timedelta(days=days)
    remind_of_appeals(root=cast.root, today=today(now), now=now)
    fresh = Notice.objects.exclude(pk__in=before).select_related("recipient")
    return sorted((row.recipient.username, row.title) for row in fresh)


def test_officers_are_reminded_until_it_is_answered(settled_cast):
    appeal = filed(settled_cast)
    both = ("officer", "second_officer")
    assert reminded(settled_cast, 3) == []
    assert reminded(settled_cast, 6) == [(name, "公路党支部申诉“D4 主题党日”1月27日前答复") for name in both]
    assert reminded(settled_cast, 6) == []
    assert reminded(settled_cast, 8) == [(name, "公路党支部申诉“D4 主题党日”已过答复期限") for name in both]
    answered(settled_cast, appeal, "rejected", now=JANUARY + timedelta(days=8))
    assert reminded(settled_cast, 16) == []


@pytest.mark.django_db(transaction=True)
def test_objecting_and_proposing_at_once_never_both_succeed(settled_cast, officer, year_end):
    """The year end's row is locked by both: either the appeal is there and holds up, or the year is proposed."""
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once need PostgreSQL")
    settle(settled_cast, officer, year_end)
    announce(officer, year_end)
    decide(officer, year_end)
    outcomes: dict[str, str] = {}
    barrier = threading.Barrier(2)

    def run(name: str, act) -> None:
        try:
            barrier.wait(20)
            act()
            outcomes[name] = "done"
        except Conflict as error:  # Locked is one
            outcomes[name] = type(error).__name__
        finally:
            connection.close()

    acts = {
        "file": lambda: filed(settled_cast, now=JANUARY + timedelta(days=7)),
        "propose": lambda: services.propose_publication(
            actor=officer, year_end_id=year_end.pk, audience="own", now=DECIDED
        ),
    }
    threads = [threading.Thread(target=run, args=pair) for pair in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes.values()) in (["Conflict", "done"], ["Locked", "done"])
    assert Appeal.objects.filter(state="open").exists() == (outcomes["file"] == "done")


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_leave_one(settled_cast):
    """On PostgreSQL the row is locked; on SQLite the transactions follow one another anyway."""
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once need PostgreSQL")
    appeal = filed(settled_cast)
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def answer(name: str, verdict: str) -> None:
        try:
            barrier.wait()
            answered(settled_cast, appeal, verdict, by=name)
            outcomes.append("answered")
        except Conflict:
            outcomes.append("conflict")
        finally:
            close_old_connections()
            connection.close()

    threads = [
        threading.Thread(target=answer, args=pair) for pair in (("officer", "upheld"), ("second_officer", "rejected"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["answered", "conflict"]
