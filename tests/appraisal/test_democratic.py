"""The democratic appraisal: quota of a third, probationary ungraded, the score sets nothing, two people, own result."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from appraisal.models import AppraisalGrade, AppraisedMember, DemocraticAppraisal
from appraisal.rules.democratic import Graded, excellent_limit, grading_faults
from appraisal.selectors import democratic as selectors
from appraisal.selectors.democratic import appraisals_of, own_appraisals, person_lines, quota_of
from appraisal.services import democratic, polls
from appraisal.services.democratic import GradeInput
from assessment.models import Fact
from assessment.schemes import load_default
from assessment.selectors.members import MemberReference
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from notices.models import Notice
from tests.factories.assessment import spec
from tests.factories.branches import MemberFactory, build_cast
from tests.factories.polls import close, codes, vote
from tests.factories.reviews import NOVEMBER, appraisal_of, approved, decide
from tests.services import SQLITE, database_url

METRIC = "democratic_appraisal.closed"
GRADES = [grade.value for grade in AppraisalGrade]
people = st.lists(st.tuples(st.booleans(), st.sampled_from(["", *GRADES])), max_size=40)
calm = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@calm
@given(people)
def test_faults_are_exactly_the_rules(rows):
    given_people = [Graded(f"党员{n}", full, grade) for n, (full, grade) in enumerate(rows)]
    best = sum(grade == "excellent" for _, grade in rows)
    wrong = best * 3 > len(rows) or any(grade and not full for full, grade in rows)
    lacking = any(full and not grade for full, grade in rows)

    assert bool(grading_faults(given_people, complete=False)) == wrong
    assert bool(grading_faults(given_people)) == (wrong or lacking)


@calm
@given(st.integers(0, 3000))
def test_limit_is_the_greatest_number_within_a_third(members):
    limit = excellent_limit(members)
    assert limit * 3 <= members < (limit + 1) * 3


@pytest.mark.parametrize(("members", "limit"), [(0, 0), (2, 0), (3, 1), (5, 1), (8, 2), (9, 3), (413, 137)])
def test_limits_by_hand(members, limit):
    assert excellent_limit(members) == limit


@pytest.fixture
def crowd(cast):
    """Nine members in the branch: eight full, one probationary."""
    load_default(2026, cast.root, now=NOVEMBER)
    MemberFactory.create_batch(5, branch=cast.branch)
    MemberFactory(branch=cast.branch, status="probationary", name="周预备", member_since=date(2026, 1, 5))
    return cast


@pytest.fixture
def appraisal(crowd):
    return appraisal_of(crowd)


pytestmark = pytest.mark.django_db


def live(cast, state: str | None = None) -> int:
    facts = Fact.objects.filter(branch=cast.branch, metric__code=METRIC, reverses=None, reversal=None)
    return facts.filter(state=state).count() if state else facts.count()


def test_everybody_is_listed_and_probationary_members_are_not_graded(crowd, appraisal):
    graded = dict(appraisal.people.values_list("name", "is_graded"))
    assert len(graded) == 9
    assert [name for name, is_graded in graded.items() if not is_graded] == ["周预备"]
    assert quota_of(appraisal).limit == 3
    with pytest.raises(Conflict):
        appraisal_of(crowd)


def test_grade_for_a_probationary_member_is_refused_by_rule_and_by_table(crowd, appraisal):
    person = appraisal.people.get(is_graded=False)
    for act in (democratic.propose_grades, decide_one):
        with pytest.raises(InvalidInput, match="不评定等次：周预备"):
            act(actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, grades={person.pk: GradeInput("pass")})
    with pytest.raises(IntegrityError), transaction.atomic():
        AppraisedMember.objects.filter(pk=person.pk).update(grade="pass")


def decide_one(*, actor, appraisal_id, grades):
    session = democratic.SessionInput(held_on=date(2026, 11, 18), decided_by="meeting")
    return democratic.decide_grades(
        actor=actor, appraisal_id=appraisal_id, session=session, grades=grades, now=NOVEMBER
    )


@pytest.mark.parametrize(("best", "fits"), [(0, True), (3, True), (4, False), (8, False)])
def test_no_more_than_a_third_is_excellent(crowd, appraisal, best, fits):
    if fits:
        decide(crowd, appraisal, best)
        assert quota_of(appraisal).decided == best
        return
    with pytest.raises(InvalidInput, match=f"优秀{best}名，超过党员总数9名的三分之一（3名）"):
        decide(crowd, appraisal, best)
    assert quota_of(appraisal).decided == 0


def test_quota_holds_over_the_whole_branch_when_saved_one_by_one(crowd, appraisal):
    full = list(appraisal.people.filter(is_graded=True))
    for person in full[:3]:
        decide_one(
            actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, grades={person.pk: GradeInput("excellent")}
        )
    with pytest.raises(InvalidInput, match="三分之一"):
        decide_one(
            actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, grades={full[3].pk: GradeInput("excellent")}
        )


def test_score_is_reference_and_never_sets_a_grade(crowd, appraisal, monkeypatch):
    """Whatever the scores are, what is proposed and decided is what people entered."""
    top = {person.member_id: MemberReference(100, 50, 32) for person in appraisal.people.all()}
    monkeypatch.setattr(selectors, "member_reference", lambda viewer, ids, year: top)

    lines = person_lines(crowd.viewer("secretary"), appraisal)
    assert {line.reference.score for line in lines} == {100}
    assert {(line.person.proposed_grade, line.person.grade) for line in lines} == {("", "")}
    approved(crowd, appraisal)
    assert set(appraisal.people.filter(is_graded=True).values_list("grade", flat=True)) == {"pass"}
    with open(democratic.__file__, encoding="utf-8") as source:
        assert "member_reference" not in source.read()


def test_everybody_graded_and_the_session_held_before_it_is_sent(crowd, appraisal):
    secretary = crowd.viewer("secretary")
    with pytest.raises(InvalidInput, match="还没有登记评议会"):
        democratic.send_appraisal(actor=secretary, appraisal_id=appraisal.pk, now=NOVEMBER)
    person = appraisal.people.filter(is_graded=True).first()
    decide_one(actor=secretary, appraisal_id=appraisal.pk, grades={person.pk: GradeInput("pass")})
    with pytest.raises(InvalidInput, match="还有7名党员没有评定"):
        democratic.send_appraisal(actor=secretary, appraisal_id=appraisal.pk, now=NOVEMBER)
    assert live(crowd) == 0


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ({"held_on": None}, "日期"),
        ({"held_on": date(2026, 12, 1)}, "日期"),
        ({"held_on": date(2025, 12, 31)}, "日期"),
        ({"decided_by": ""}, "评定机构"),
        ({"attended": 10}, "到会党员应在1到9之间"),
    ],
)
def test_session_that_cannot_be_is_refused(crowd, appraisal, session, words):
    with pytest.raises(InvalidInput, match=words):
        decide(crowd, appraisal, **session)


def test_it_counts_on_the_day_of_the_session_once_approved(crowd, appraisal):
    decide(crowd, appraisal, 2)
    democratic.send_appraisal(actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, now=NOVEMBER)
    assert live(crowd, "pending") == 1
    democratic.approve_appraisal(actor=crowd.viewer("officer"), appraisal_id=appraisal.pk, now=NOVEMBER)

    fact = Fact.objects.get(metric__code=METRIC)
    assert (fact.state, fact.happened_on) == ("confirmed", date(2026, 11, 18))


def test_returned_counts_no_longer_and_sent_again_counts_once(crowd, appraisal):
    decide(crowd, appraisal)
    secretary, officer = crowd.viewer("secretary"), crowd.viewer("officer")
    democratic.send_appraisal(actor=secretary, appraisal_id=appraisal.pk, now=NOVEMBER)
    democratic.return_appraisal(actor=officer, appraisal_id=appraisal.pk, reason="优秀事迹要写明", now=NOVEMBER)
    assert live(crowd) == 0
    assert Notice.objects.filter(recipient=crowd.secretary, title__contains="优秀事迹要写明").exists()
    democratic.send_appraisal(actor=secretary, appraisal_id=appraisal.pk, now=NOVEMBER + timedelta(days=1))
    democratic.approve_appraisal(actor=officer, appraisal_id=appraisal.pk, now=NOVEMBER + timedelta(days=2))

    assert (live(crowd), live(crowd, "confirmed")) == (1, 1)


def test_what_was_claimed_before_is_not_fed_twice(crowd, appraisal):
    from assessment import ledger

    ledger.record_facts([spec(crowd.branch, METRIC, date(2026, 2, 20), source_type="claim")], now=NOVEMBER)
    approved(crowd, appraisal)
    assert live(crowd) == 1


def test_nobody_approves_what_they_sent(crowd, appraisal):
    decide(crowd, appraisal, by="officer")
    democratic.send_appraisal(actor=crowd.viewer("officer"), appraisal_id=appraisal.pk, now=NOVEMBER)
    with pytest.raises(Refused, match="由您报送"):
        democratic.approve_appraisal(actor=crowd.viewer("officer"), appraisal_id=appraisal.pk, now=NOVEMBER)
    with pytest.raises(Refused):
        democratic.approve_appraisal(actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, now=NOVEMBER)
    democratic.approve_appraisal(actor=crowd.viewer("second_officer"), appraisal_id=appraisal.pk, now=NOVEMBER)
    with pytest.raises(Conflict):
        decide(crowd, appraisal, by="officer")


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("committee_member", Refused),
        ("leader", Refused),
        ("member", Http404),
        ("other_secretary", Http404),
        ("outsider", Http404),
    ],
)
def test_who_may_not_decide(crowd, appraisal, who, error):
    with pytest.raises(error):
        decide(crowd, appraisal, by=who)


def test_member_writes_the_own_appraisal_and_nobody_else_s(crowd, appraisal):
    own = appraisal.people.get(member=crowd.member.member)
    other = appraisal.people.get(member=crowd.secretary.member)
    viewer = crowd.viewer("member")

    democratic.appraise_self(actor=viewer, person_id=own.pk, text="按时参加组织生活。", grade="pass", now=NOVEMBER)
    own.refresh_from_db()
    assert (own.self_grade, own.self_on, own.grade) == ("pass", date(2026, 11, 20), "")
    with pytest.raises(Http404):
        democratic.appraise_self(actor=viewer, person_id=other.pk, text="代写", grade="fail", now=NOVEMBER)
    with pytest.raises(InvalidInput):
        democratic.appraise_self(actor=viewer, person_id=own.pk, text=" ", grade="pass", now=NOVEMBER)
    approved(crowd, appraisal)
    with pytest.raises(Conflict):
        democratic.appraise_self(actor=viewer, person_id=own.pk, text="再改", grade="pass", now=NOVEMBER)


def test_member_sees_the_own_grade_only_after_approval(crowd, appraisal, client_as):
    viewer, client = crowd.viewer("member"), client_as("member")
    decide(crowd, appraisal)
    assert [person.grade for person in own_appraisals(viewer)] == [""]
    assert "评定等次" not in client.get("/democratic/mine/").content.decode()
    approved(crowd, appraisal)

    assert [person.grade for person in own_appraisals(viewer)] == ["pass"]
    assert "评定等次：<b>合格</b>" in client.get("/democratic/mine/").content.decode()
    assert client.get(f"/democratic/branch/{appraisal.pk}/").status_code == 404
    assert Notice.objects.filter(recipient=crowd.member, title__contains="结果已审批").count() == 1
    assert not Notice.objects.filter(recipient=crowd.other_secretary, title__contains="结果已审批").exists()


def ballot(cast, appraisal, votes: int):
    poll = democratic.begin_ballot(actor=cast.viewer("secretary"), appraisal_id=appraisal.pk, now=NOVEMBER).poll
    for code in next(iter(codes(cast, poll, by="secretary").values()))[:votes]:
        vote(code, "excellent")
    return close(cast, poll, by="secretary")


@pytest.mark.parametrize("votes", [4, 5])
def test_under_five_votes_the_page_and_the_sheet_show_nothing(crowd, appraisal, client_as, votes):
    ballot(crowd, appraisal, votes)
    client = client_as("secretary")
    page = client.get(f"/democratic/branch/{appraisal.pk}/").content.decode()
    file = b"".join(client.get(f"/democratic/branch/{appraisal.pk}/export/").streaming_content)
    cells = {row[3] for row in load_workbook(BytesIO(file)).active.values if row[1] and str(row[1]).startswith("党员")}

    assert AuditEntry.objects.filter(action="export", target_id=str(appraisal.pk)).count() == 1
    assert cells == {"＊" if votes < 5 else "5"}
    assert (f'<td class="num">{votes}</td>' in page) is (votes >= 5)


def test_ballots_are_of_full_members_by_all_members_and_decide_nothing(crowd, appraisal):
    poll = ballot(crowd, appraisal, 9)
    assert (poll.subjects.count(), poll.groups.get().size) == (8, 9)
    assert set(appraisal.people.values_list("proposed_grade", "grade")) == {("", "")}


def test_result_waits_for_an_open_ballot(crowd, appraisal):
    democratic.begin_ballot(actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, now=NOVEMBER)
    decide(crowd, appraisal)
    with pytest.raises(Conflict, match="还没有计票"):
        democratic.send_appraisal(actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, now=NOVEMBER)


def test_ballots_stand_once_the_result_is_sent(crowd, appraisal):
    poll = ballot(crowd, appraisal, 6)
    decide(crowd, appraisal)
    democratic.send_appraisal(actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, now=NOVEMBER)
    with pytest.raises(Conflict, match="已经报送"):
        polls.void_poll(actor=crowd.viewer("secretary"), poll_id=poll.pk, reason="不满意")
    democratic.return_appraisal(
        actor=crowd.viewer("officer"), appraisal_id=appraisal.pk, reason="票面有误", now=NOVEMBER
    )
    polls.void_poll(actor=crowd.viewer("secretary"), poll_id=poll.pk, reason="票面有误")


def test_list_follows_the_register_and_keeps_what_was_written(crowd, appraisal):
    own = appraisal.people.get(member=crowd.member.member)
    democratic.appraise_self(actor=crowd.viewer("member"), person_id=own.pk, text="在岗", grade="", now=NOVEMBER)
    MemberFactory(branch=crowd.branch, name="新同志")

    assert democratic.refresh_people(actor=crowd.viewer("secretary"), appraisal_id=appraisal.pk, now=NOVEMBER) == (1, 0)
    assert appraisal.people.filter(name="新同志", is_graded=True).exists()
    own.refresh_from_db()
    assert own.self_text == "在岗"


def test_year_s_table_counts_grades_by_branch(crowd, appraisal, client_as):
    approved(crowd, appraisal, 2)
    row = appraisals_of(crowd.viewer("officer"), 2026).get()
    assert (row.members, row.full, row.excellent, getattr(row, "pass"), row.basic) == (9, 8, 2, 6, 0)
    file = b"".join(client_as("officer").get("/democratic/2026/export/").streaming_content)
    line = next(row for row in load_workbook(BytesIO(file)).active.values if row[1] == crowd.branch.short_name)
    assert line[2:9] == (9, 8, 2, 6, 0, 0, 3)
    assert not appraisals_of(crowd.viewer("other_secretary"), 2026).exists()


def test_pages_take_the_steps(crowd, client_as):
    secretary = client_as("secretary")
    begun = secretary.post("/democratic/2026/begin/", {"branch": crowd.branch.pk})
    appraisal = DemocraticAppraisal.objects.get()
    full = [person.pk for person in appraisal.people.filter(is_graded=True)]
    assert begun["Location"] == f"/democratic/branch/{appraisal.pk}/"
    proposed = {f"proposed-{pk}": "pass" for pk in full}
    assert secretary.post(f"/democratic/branch/{appraisal.pk}/propose/", proposed).status_code == 302
    decided = {"held_on": "2026-11-18", "decided_by": "committee", **{f"grade-{pk}": "pass" for pk in full}}
    assert secretary.post(f"/democratic/branch/{appraisal.pk}/decide/", decided).status_code == 302
    too_many = {**decided, **{f"grade-{pk}": "excellent" for pk in full}}
    assert secretary.post(f"/democratic/branch/{appraisal.pk}/decide/", too_many).status_code == 400
    assert secretary.post(f"/democratic/branch/{appraisal.pk}/send/").status_code == 302
    assert client_as("officer").post(f"/democratic/branch/{appraisal.pk}/approve/").status_code == 302
    appraisal.refresh_from_db()
    assert (appraisal.state, appraisal.approved_by) == ("approved", crowd.officer)


def test_each_step_leaves_one_audit_entry(crowd):
    before = AuditEntry.objects.count()
    approved(crowd, appraisal_of(crowd))
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[before:]
    assert actions == ["democratic.begin", "democratic.grade", "democratic.send", "democratic.approve"]


@pytest.mark.skipif(database_url() == SQLITE, reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_two_savings_at_once_do_not_pass_the_quota():
    cast = build_cast()
    MemberFactory.create_batch(6, branch=cast.branch)
    appraisal = appraisal_of(cast)
    full = [person.pk for person in appraisal.people.filter(is_graded=True)]
    gate, outcomes = threading.Barrier(2), []

    def save(chosen: list[int]) -> None:
        try:
            gate.wait(20)
            grades = {pk: GradeInput("excellent") for pk in chosen}
            decide_one(actor=cast.viewer("secretary"), appraisal_id=appraisal.pk, grades=grades)
            outcomes.append("saved")
        except InvalidInput:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(full[n : n + 2],)) for n in (0, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(outcomes) == ["refused", "saved"]
    assert quota_of(appraisal).decided == 2
