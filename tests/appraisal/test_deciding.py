"""The public notice, the committee's decision, and its grades within the quota."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal import services
from appraisal.models import CommitteeDecision, PublicNotice, YearResult
from appraisal.rules import Candidate, GradeStep, Place, grade_all, over_quota, quota_seats, refusal, seats_of
from appraisal.rules.notice import notice_until
from appraisal.selectors import decision_obstacles, publication_obstacles
from appraisal.selectors.notices import running_notices
from branches.permissions import Viewer
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.workdays import add_workdays, workdays_between
from tests.factories.appraisal import DAY, DECIDED, JANUARY, LATER, announce, decide, propose, publish, settle

STEPS = (
    GradeStep("excellent", "优秀", 90, Fraction(3, 10)),
    GradeStep("good", "良好", 80),
    GradeStep("pass", "合格", 60),
    GradeStep("fail", "不合格", 0),
)


def place(key: int, grade: str = "good", **more) -> Place:
    return Place(key, **{"group": "甲", "is_ranked": True, "grade": grade, "by_threshold": "excellent", **more})


TEN = [place(1, "excellent"), place(2, "excellent"), *(place(n) for n in range(3, 11))]


# -- the rules ------------------------------------------------------------------------------------


def test_a_free_place_may_be_given():
    assert refusal(TEN[2], "excellent", TEN, STEPS) is None


def test_no_place_beyond_the_quota():
    full = [*TEN[:2], place(3, "excellent"), *TEN[3:]]
    found = refusal(full[3], "excellent", full, STEPS)
    assert (found.words, found.may_override) == ("甲的优秀名额3个已满。", False)
    assert refusal(full[0], "excellent", full, STEPS) is None


def test_a_tie_across_the_border_may_be_decided_beyond_the_quota():
    full = [*TEN[:2], place(3, "excellent"), place(4, at_border=True), *TEN[4:]]
    assert refusal(full[3], "excellent", full, STEPS).may_override is True


@pytest.mark.parametrize(
    ("more", "grade", "words"),
    [
        ({"by_threshold": "good"}, "excellent", "总分只到良好"),
        ({"by_threshold": "pass"}, "good", "总分只到合格"),
        ({"cap": "pass"}, "good", "等次最高为合格"),
        ({"is_ranked": False}, "excellent", "不参加排名"),
        ({"by_threshold": ""}, "fail", "总分只到无"),
    ],
)
def test_a_grade_the_total_or_a_veto_does_not_allow(more, grade, words):
    one = place(11, **more)
    assert words in refusal(one, grade, [*TEN, one], STEPS).words


def test_a_lower_grade_is_the_committees_own():
    assert [refusal(TEN[0], grade, TEN, STEPS) for grade in ("good", "pass", "fail")] == [None] * 3


def test_without_a_quota_every_grade_is_free():
    free = (GradeStep("excellent", "优秀", 90), *STEPS[1:])
    assert refusal(TEN[9], "excellent", TEN, free) is None
    assert (seats_of(TEN, free), over_quota(TEN, free)) == ({}, {})


unhurried = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # the machine may be busy
groups = st.lists(st.sampled_from("甲乙丙"), min_size=1, max_size=40)


@unhurried
@given(groups, st.integers(1, 9))
def test_seats_are_the_floor_and_no_group_gets_a_whole_place_too_few_or_too_many(names, tenths):
    sizes = {name: names.count(name) for name in dict.fromkeys(names)}
    seats = quota_seats(Fraction(tenths, 10), sizes)
    total = len(names) * tenths // 10
    assert sum(seats.values()) == total
    for name, size in sizes.items():
        exact = Fraction(total * size, len(names))
        assert int(exact) <= seats[name] <= int(exact) + 1
        assert seats[name] <= size


@unhurried
@given(st.lists(st.tuples(st.integers(85, 95), st.sampled_from("甲乙")), min_size=1, max_size=30))
def test_proposals_never_exceed_the_quota_and_ties_share_one_fate(rows):
    candidates = [Candidate(n, group, Fraction(total)) for n, (total, group) in enumerate(rows)]
    standings = grade_all(candidates, STEPS)
    places = [
        Place(
            one.key,
            one.group,
            standings[one.key].rank is not None,
            standings[one.key].grade,
            standings[one.key].by_threshold,
        )
        for one in candidates
    ]
    assert over_quota(places, STEPS) == {}
    for one in candidates:
        for other in candidates:
            if one.group == other.group and one.total == other.total:
                assert standings[one.key].grade == standings[other.key].grade
            if one.group == other.group and one.total > other.total and standings[other.key].grade == "excellent":
                assert standings[one.key].grade == "excellent"


@unhurried
@given(st.lists(st.tuples(st.integers(85, 95), st.sampled_from("甲乙")), min_size=4, max_size=20), st.data())
def test_whatever_the_committee_is_let_do_stays_within_the_quota(rows, data):
    candidates = [Candidate(n, group, Fraction(total)) for n, (total, group) in enumerate(rows)]
    standings = grade_all(candidates, STEPS)
    places = {
        one.key: Place(one.key, one.group, True, standings[one.key].grade, standings[one.key].by_threshold)
        for one in candidates
    }
    for _ in range(8):
        key = data.draw(st.sampled_from(sorted(places)))
        grade = data.draw(st.sampled_from([step.code for step in STEPS]))
        if refusal(places[key], grade, list(places.values()), STEPS) is None:
            places[key] = Place(key, places[key].group, True, grade, places[key].by_threshold)
    assert over_quota(list(places.values()), STEPS) == {}


@unhurried
@given(st.dates(date(2025, 1, 1), date(2026, 12, 1)))
def test_a_notice_runs_five_working_days_after_its_day(day):
    until = notice_until(day, add_workdays)
    assert workdays_between(day + timedelta(days=1), until) == 5


# -- the notice -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_grade_decided_during_the_notice_is_not_told_before_it_is_published(
    settled_cast, officer, year_end, client_as
):
    row = settle(settled_cast, officer, year_end)[settled_cast.branch.pk]
    proposed = row.proposed_grade
    announce(officer, year_end)
    services.decide_grade(actor=officer, result_id=row.pk, grade="fail", reason="研究决定")

    [own] = running_notices(Viewer.of(settled_cast.secretary, DAY))[0].own
    assert own.noticed_grade == proposed != "fail"
    words = client_as("secretary").get("/results/").content.decode()
    assert "建议等次 <b>不合格</b>" not in words
    assert "建议等次 <b>" in words


@pytest.mark.django_db
def test_notice_shows_what_was_composed_until_the_fifth_working_day(settled_cast, officer, year_end):
    rows = settle(settled_cast, officer, year_end)
    notice = announce(officer, year_end)
    assert (notice.starts_on, notice.ends_on) == (date(2026, 1, 20), date(2026, 1, 27))
    assert notice.shown == {str(pk): [row.shown_hundredths, row.grade] for pk, row in rows.items()}
    found = running_notices(Viewer.of(settled_cast.secretary, DAY))[0]
    assert [row.branch_id for row in found.own] == [settled_cast.branch.pk]
    assert {line.branch_id for line in found.lines} == set(rows)
    assert running_notices(Viewer.of(settled_cast.outsider, DAY)) == []
    assert running_notices(Viewer.of(settled_cast.administrator, DAY)) == []


@pytest.mark.django_db
def test_notice_to_each_its_own_names_no_other_branch(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    announce(officer, year_end, audience="own")
    found = running_notices(Viewer.of(settled_cast.secretary, DAY))[0]
    assert [line.branch_id for line in found.lines] == [settled_cast.branch.pk]


@pytest.mark.django_db
def test_nothing_is_decided_or_published_before_the_notice_has_run(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    assert publication_obstacles(year_end) == ["还没有公示"]
    announce(officer, year_end)
    last = JANUARY.replace(day=27, hour=23)
    with pytest.raises(Conflict, match="公示到2026-01-27，还不能审定"):
        decide(officer, year_end, now=last)
    assert publication_obstacles(year_end) == ["公示到2026-01-27，期满后须经党委会审定"]
    with pytest.raises(Conflict, match="期满后须经党委会审定"):
        services.propose_publication(actor=officer, year_end_id=year_end.pk, audience="own", now=last)
    decide(officer, year_end)
    assert publication_obstacles(year_end) == []


@pytest.mark.django_db
@pytest.mark.parametrize("held_on", [None, date(2026, 1, 27), date(2026, 1, 29)])
def test_the_meeting_is_held_after_the_notice_and_not_in_the_future(settled_cast, officer, year_end, held_on):
    settle(settled_cast, officer, year_end)
    announce(officer, year_end)
    with pytest.raises(InvalidInput, match="会议日期"):
        services.record_decision(
            actor=officer, year_end_id=year_end.pk, held_on=held_on, document_no="1号", text="同意", now=DECIDED
        )
    assert not CommitteeDecision.objects.exists()


@pytest.mark.django_db
def test_what_is_withdrawn_needs_another_notice(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    announce(officer, year_end)
    decide(officer, year_end)
    with pytest.raises(Locked, match="正在公示"):
        settle(settled_cast, officer, year_end)
    with pytest.raises(InvalidInput):
        services.withdraw_notice(actor=officer, year_end_id=year_end.pk, reason=" ", now=LATER)
    services.withdraw_notice(actor=officer, year_end_id=year_end.pk, reason="评价有误", now=LATER)
    settle(settled_cast, officer, year_end, committee="90")
    assert publication_obstacles(year_end) == ["还没有公示"]
    second = announce(officer, year_end, now=LATER)
    assert (second.attempt, second.ends_on) == (2, date(2026, 2, 10))
    assert publication_obstacles(year_end) == ["公示到2026-02-10，期满后须经党委会审定"]


@pytest.mark.django_db
def test_results_altered_while_on_notice_are_not_decided(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    announce(officer, year_end)
    YearResult.objects.filter(branch=settled_cast.branch).update(numerator="105", denominator="1")
    assert decision_obstacles(year_end) == ["公示之后结果有变动，须撤回公示，重新公示"]
    with pytest.raises(Conflict, match="公示之后结果有变动"):
        decide(officer, year_end)


@pytest.mark.django_db
def test_a_grade_changed_after_the_decision_asks_for_another(settled_cast, officer, year_end):
    rows = settle(settled_cast, officer, year_end)
    announce(officer, year_end)
    decide(officer, year_end)
    row = rows[settled_cast.branch.pk]
    services.decide_grade(actor=officer, result_id=row.pk, grade="fail", reason="研究决定")
    assert publication_obstacles(year_end) == ["审定之后等次有变动，须重新登记审定"]
    assert decide(officer, year_end).attempt == 2
    assert publication_obstacles(year_end) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["secretary", "member", "leader", "administrator", "outsider"])
def test_notice_and_decision_are_the_officers(settled_cast, officer, year_end, name):
    settle(settled_cast, officer, year_end)
    viewer = Viewer.of(getattr(settled_cast, name), DAY)
    with pytest.raises((Http404, Refused)):
        announce(viewer, year_end)
    announce(officer, year_end)
    with pytest.raises((Http404, Refused)):
        decide(viewer, year_end)
    with pytest.raises((Http404, Refused)):
        services.withdraw_notice(actor=viewer, year_end_id=year_end.pk, reason="x", now=LATER)


@pytest.mark.django_db
def test_one_notice_stands_at_a_time(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    notice = announce(officer, year_end)
    with pytest.raises(Conflict):
        announce(officer, year_end)
    notice.pk, notice.attempt = None, 2
    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save(force_insert=True)
    assert PublicNotice.objects.count() == 1


# -- the quota ------------------------------------------------------------------------------------


@pytest.fixture
def border(settled_cast, officer, year_end):
    """A tie across the border of no place at all: floor(30 % of three) is none."""
    rows = settle(settled_cast, officer, year_end)
    row = rows[settled_cast.branch.pk]
    record = {**row.composition, "by_threshold": "excellent", "cap": ""}
    YearResult.objects.filter(pk=row.pk).update(at_quota_border=True, composition=record)
    return row


@pytest.mark.django_db
def test_a_grade_beyond_the_quota_is_refused(settled_cast, officer, year_end):
    row = settle(settled_cast, officer, year_end)[settled_cast.branch.pk]
    record = {**row.composition, "by_threshold": "excellent", "cap": ""}
    YearResult.objects.filter(pk=row.pk).update(composition=record)
    with pytest.raises(Conflict, match="名额0个已满"):
        services.decide_grade(
            actor=officer, result_id=row.pk, grade="excellent", reason="酌情", document_no="1号", is_over_quota=True
        )
    row.refresh_from_db()
    assert (row.decided_grade, row.is_over_quota) == ("", False)


@pytest.mark.django_db
def test_a_tie_is_decided_beyond_the_quota_only_on_record(border, officer, year_end):
    ask = {"actor": officer, "result_id": border.pk, "grade": "excellent", "reason": "并列，会议决定"}
    with pytest.raises(Conflict, match="名额0个已满"):
        services.decide_grade(**ask)
    with pytest.raises(InvalidInput, match="文号"):
        services.decide_grade(**ask, is_over_quota=True)
    with pytest.raises(InvalidInput, match="审定说明"):
        services.decide_grade(**{**ask, "reason": " "}, document_no="机党〔2026〕2号", is_over_quota=True)
    row = services.decide_grade(**ask, document_no="机党〔2026〕2号", is_over_quota=True)
    assert (row.decided_grade, row.is_over_quota, row.decision_document) == ("excellent", True, "机党〔2026〕2号")
    assert publication_obstacles(year_end) == ["还没有公示"]


@pytest.mark.django_db
def test_grades_given_behind_the_services_back_hold_the_decision(border, officer, year_end):
    YearResult.objects.filter(pk=border.pk).update(decided_grade="excellent", decision_reason="x")
    assert [words for words in decision_obstacles(year_end) if "名额" in words and "超过" in words]


@pytest.mark.django_db
def test_database_keeps_an_override_to_a_recorded_tie(border):
    with pytest.raises(IntegrityError), transaction.atomic():
        YearResult.objects.filter(pk=border.pk).update(is_over_quota=True, decision_document="")
    with pytest.raises(IntegrityError), transaction.atomic():
        YearResult.objects.filter(pk=border.pk).update(
            is_over_quota=True, decision_document="1号", at_quota_border=False
        )


@pytest.mark.django_db
def test_proposal_carries_the_meetings_decision(settled_cast, officer, second, year_end):
    settle(settled_cast, officer, year_end)
    found = propose(officer, year_end, audience="public")
    assert (found.document_no, found.decision_text, found.decided_on) == ("机党〔2026〕3号", "同意", date(2026, 1, 28))
    assert len(found.row_digests) == 3


@pytest.mark.django_db
def test_public_pages_show_what_was_published_to_everybody_and_nothing_else(
    settled_cast, officer, second, year_end, client
):
    published = publish(settled_cast, officer, second, year_end, audience="all")
    assert "交通局机关党委" not in client.get("/open-results/").content.decode()
    assert client.get(f"/open-results/{published.pk}/").status_code == 404
    services.start_correction(actor=officer, year_end_id=year_end.pk, reason="漏计王某某一票", now=LATER)
    year_end.refresh_from_db()
    again = publish(settled_cast, officer, second, year_end, audience="public")
    html = client.get(f"/open-results/{again.pk}/").content.decode()
    shown = YearResult.objects.get(branch=settled_cast.branch, revision=2).shown
    assert str(shown) in html and "第2版" in html
    assert "王某某" not in html and "officer" not in html
    assert client.post(f"/open-results/{again.pk}/").status_code == 405
