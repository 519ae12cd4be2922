"""The year end from first mark to publication: rights, two people, vetoes, corrections; nothing published is overwritten."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from appraisal import services
from appraisal.models import PartMark, Publication, VetoCase, YearEnd, YearResult
from appraisal.selectors import notice_obstacles, publication_obstacles, published_results, unmarked_rules
from appraisal.services import MarkEntry
from assessment import closing
from assessment.models import BranchMonth, ReviewMark, RuleScore
from assessment.selectors import scoreboard
from branches.permissions import SYSTEM, Viewer
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.models import AuditEntry
from core.periods import Month
from tests.factories.appraisal import DAY, JANUARY, LATER, entries, propose, publish, settle, veto

pytestmark = pytest.mark.django_db


def test_total_is_composed_of_the_frozen_bases_and_the_marks(settled_cast, officer, year_end):
    row = settle(settled_cast, officer, year_end)[settled_cast.branch.pk]
    june = scoreboard(SYSTEM, settled_cast.root.pk, Month(2025, 6)).by_branch[settled_cast.branch.pk].confirmed
    december = scoreboard(SYSTEM, settled_cast.root.pk, Month(2025, 12)).by_branch[settled_cast.branch.pk].confirmed
    parts = Fraction("0.7") * december.base + Fraction("0.15") * 88 + Fraction("0.1") * 90 + Fraction("0.05") * 80
    expected = Fraction("0.3") * june.base + Fraction("0.7") * parts + december.bonus - december.penalty
    assert row.total == min(Fraction(105), expected)
    assert row.shown == Decimal(row.shown_hundredths) / 100


def test_poll_under_the_response_rate_is_left_out_and_said_so(settled_cast, officer, year_end):
    row = settle(settled_cast, officer, year_end, returned="6")[settled_cast.branch.pk]
    members = next(part for part in row.composition["parts"] if part["code"] == "members")
    assert (members["value"], members["why"]) == (None, "收回6张，不足发出10张的70%")
    assert "÷ 0.9" in row.composition["lines"][0]


def test_marks_are_saved_once_and_audited(settled_cast, officer, year_end):
    first = services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=entries(settled_cast), now=JANUARY)
    again = services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=entries(settled_cast), now=JANUARY)
    assert (first, again, PartMark.objects.count()) == (9, 0, 9)
    assert AuditEntry.objects.filter(action="year.mark").count() == 1


def test_bad_marks_are_all_named_and_none_is_saved(settled_cast, officer, year_end):
    bad = [
        MarkEntry(settled_cast.branch.pk, "committee", "101"),
        MarkEntry(settled_cast.branch.pk, "members", "90", "10", "11"),
        MarkEntry(settled_cast.branch.pk, "peers", "90"),
        MarkEntry(settled_cast.far_branch.pk, "committee", "88"),
    ]
    with pytest.raises(InvalidInput) as caught:
        services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=bad, now=JANUARY)
    pk = settled_cast.branch.pk
    assert sorted(caught.value.fields) == sorted([f"committee-{pk}", f"members-{pk}", f"peers-{pk}"])
    assert PartMark.objects.count() == 0


def test_mark_of_a_foreign_branch_is_refused(settled_cast, officer, year_end):
    foreign = [MarkEntry(settled_cast.foreign_branch.pk, "committee", "88")]
    with pytest.raises(InvalidInput):
        services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=foreign, now=JANUARY)


@pytest.mark.parametrize("name", ["secretary", "committee_member", "member", "outsider", "administrator", "leader"])
def test_year_end_is_the_officers(settled_cast, year_end, name):
    viewer = Viewer.of(getattr(settled_cast, name), DAY)
    with pytest.raises((Http404, Refused)):
        services.enter_marks(actor=viewer, year_end_id=year_end.pk, entries=entries(settled_cast), now=JANUARY)
    with pytest.raises((Http404, Refused)):
        services.settle(actor=viewer, year_end_id=year_end.pk, now=JANUARY)


def test_publication_needs_two_people(settled_cast, officer, second, year_end):
    settle(settled_cast, officer, year_end)
    proposal = propose(officer, year_end)
    with pytest.raises(Refused, match="提请人不能自己复核"):
        services.confirm_publication(actor=officer, publication_id=proposal.pk, now=JANUARY)
    assert YearResult.objects.filter(is_published=True).count() == 0

    services.confirm_publication(actor=second, publication_id=proposal.pk, now=JANUARY)

    assert YearResult.objects.filter(is_published=True).count() == 3
    with pytest.raises(Conflict):
        services.confirm_publication(actor=second, publication_id=proposal.pk, now=JANUARY)


def test_database_refuses_one_person_publishing_alone(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    proposal = propose(officer, year_end)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=proposal.pk).update(settled_by=settled_cast.officer)


def test_proposed_and_published_years_take_no_entry(settled_cast, officer, second, year_end):
    publish(settled_cast, officer, second, year_end)
    with pytest.raises(Locked):
        services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=entries(settled_cast), now=JANUARY)
    with pytest.raises(Locked):
        services.settle(actor=officer, year_end_id=year_end.pk, now=JANUARY)
    with pytest.raises(Locked):
        services.decide_grade(actor=officer, result_id=YearResult.objects.first().pk, grade="good", reason="改")


def test_changed_results_are_not_published(settled_cast, officer, second, year_end):
    settle(settled_cast, officer, year_end)
    proposal = propose(officer, year_end)
    YearResult.objects.filter(branch=settled_cast.branch).update(numerator="105", denominator="1")
    with pytest.raises(Conflict, match="公示之后结果有变动"):
        services.confirm_publication(actor=second, publication_id=proposal.pk, now=JANUARY)


def test_rejected_proposal_can_be_proposed_again(settled_cast, officer, second, year_end):
    settle(settled_cast, officer, year_end)
    services.reject_publication(
        actor=second, publication_id=propose(officer, year_end).pk, reason="文号有误", now=JANUARY
    )
    services.confirm_publication(actor=second, publication_id=propose(officer, year_end).pk, now=JANUARY)
    assert list(Publication.objects.order_by("attempt").values_list("attempt", "state")) == [
        (1, "rejected"),
        (2, "published"),
    ]


def test_correction_is_a_new_revision_beside_the_old(settled_cast, officer, second, year_end):
    publish(settled_cast, officer, second, year_end)
    before = {row.pk: (row.numerator, row.denominator, row.shown_hundredths) for row in YearResult.objects.all()}

    services.start_correction(actor=officer, year_end_id=year_end.pk, reason="测评票漏计", now=LATER)
    year_end.refresh_from_db()
    settle(settled_cast, officer, year_end, committee="95")

    secretary = Viewer.of(settled_cast.secretary, DAY)
    assert [one.publication.revision for one in published_results(secretary)] == [1]
    services.confirm_publication(actor=second, publication_id=propose(officer, year_end).pk, now=LATER)
    assert [(one.publication.revision, one.is_latest) for one in published_results(secretary)] == [
        (2, True),
        (1, False),
    ]
    after = {
        row.pk: (row.numerator, row.denominator, row.shown_hundredths) for row in YearResult.objects.filter(revision=1)
    }
    assert after == before


def test_unmarked_reviewer_rule_holds_publication_until_left_out(settled_cast, officer, year_end):
    ReviewMark.objects.filter(branch=settled_cast.branch, rule_code="F1.2").delete()
    settle(settled_cast, officer, year_end)
    assert [(one.rule_code, one.branches) for one in unmarked_rules(year_end)] == [("F1.2", ("公路党支部",))]
    with pytest.raises(Conflict, match=r"F1\.2"):
        propose(officer, year_end)
    services.leave_out_rule(actor=officer, year_end_id=year_end.pk, rule_code="F1.2", reason="项目跨年", now=JANUARY)
    assert notice_obstacles(year_end) == []


def test_december_must_be_closed(settled_cast, officer, year_end):
    closing.reopen_month(actor=officer, root_id=settled_cast.root.pk, month=Month(2025, 12), reason="补审", now=JANUARY)
    settle(settled_cast, officer, year_end)
    assert notice_obstacles(year_end) == ["12月还没有封存"]


def test_veto_caps_the_grade_and_not_the_score(settled_cast, officer, year_end):
    before = settle(settled_cast, officer, year_end)[settled_cast.branch.pk]
    case = veto(settled_cast, officer, year_end)
    services.decide_veto(
        actor=officer, case_id=case.pk, document_no="机纪〔2026〕1号", decided_on=date(2026, 2, 3), now=LATER
    )

    after = settle(settled_cast, officer, year_end)[settled_cast.branch.pk]

    assert (after.total, after.rank) == (before.total, before.rank)
    assert (before.proposed_grade != "fail", after.proposed_grade, after.composition["vetoes"]) == (
        True,
        "fail",
        ["V01"],
    )
    with pytest.raises(Conflict, match="等次最高为不合格"):
        services.decide_grade(actor=officer, result_id=after.pk, grade="good", reason="酌情")


def test_veto_waits_for_the_reply_or_five_working_days(settled_cast, officer, year_end):
    case = veto(settled_cast, officer, year_end)
    assert case.reply_until == date(2026, 1, 27)
    with pytest.raises(Conflict, match="申辩期到2026-01-27"):
        services.decide_veto(actor=officer, case_id=case.pk, document_no="1号", decided_on=DAY, now=JANUARY)
    services.reply_veto(actor=Viewer.of(settled_cast.secretary, DAY), case_id=case.pk, text="情况说明", now=JANUARY)
    decided = services.decide_veto(actor=officer, case_id=case.pk, document_no="1号", decided_on=DAY, now=JANUARY)
    assert (decided.state, decided.reply) == ("decided", "情况说明")


def test_veto_without_a_document_is_not_decided(settled_cast, officer, year_end):
    case = veto(settled_cast, officer, year_end)
    with pytest.raises(InvalidInput):
        services.decide_veto(actor=officer, case_id=case.pk, document_no=" ", decided_on=DAY, now=LATER)


def test_open_veto_holds_publication_and_a_dropped_one_does_not(settled_cast, officer, year_end):
    case = veto(settled_cast, officer, year_end)
    settle(settled_cast, officer, year_end)
    assert notice_obstacles(year_end) == ["有1件一票否决事项未办结"]
    services.drop_veto(actor=officer, case_id=case.pk, reason="查无实据", now=JANUARY)
    settle(settled_cast, officer, year_end)
    assert notice_obstacles(year_end) == []


@pytest.mark.parametrize("name", ["other_secretary", "outsider"])
def test_reply_of_a_foreign_branch_is_404(settled_cast, officer, year_end, name):
    case = veto(settled_cast, officer, year_end)
    with pytest.raises(Http404):
        services.reply_veto(
            actor=Viewer.of(getattr(settled_cast, name), DAY), case_id=case.pk, text="说明", now=JANUARY
        )


def test_system_proposes_overdue_terms_and_missing_meetings_once(settled_cast, officer, year_end):
    settled_cast.branch.terms.update(due_on=date(2024, 6, 30))
    first = services.propose_system_vetoes(actor=officer, year_end_id=year_end.pk, now=JANUARY)
    assert ("V06", None) in VetoCase.objects.filter(branch=settled_cast.branch).values_list("item_code", "proposed_by")
    assert (first > 0, services.propose_system_vetoes(actor=officer, year_end_id=year_end.pk, now=JANUARY)) == (True, 0)


def test_entry_after_settling_asks_for_settling_again(settled_cast, officer, year_end):
    settle(settled_cast, officer, year_end)
    services.enter_marks(
        actor=officer,
        year_end_id=year_end.pk,
        entries=[MarkEntry(settled_cast.branch.pk, "committee", "99")],
        now=JANUARY,
    )
    assert YearEnd.objects.get().state == "open"
    with pytest.raises(Conflict):
        propose(officer, year_end)


def test_published_results_reach_whom_the_scope_says(settled_cast, officer, second, year_end):
    publish(settled_cast, officer, second, year_end)
    own = published_results(Viewer.of(settled_cast.secretary, DAY))[0]
    assert ([row.branch_id for row in own.own], own.announced) == ([settled_cast.branch.pk], ())
    assert published_results(Viewer.of(settled_cast.outsider, DAY)) == []


def test_results_for_all_branches_are_announced_to_all(settled_cast, officer, second, year_end):
    publish(settled_cast, officer, second, year_end, audience="all")
    found = published_results(Viewer.of(settled_cast.member, DAY))[0]
    assert ([row.branch_id for row in found.own], len(found.announced)) == ([settled_cast.branch.pk], 3)


def test_branch_founded_after_june_has_no_half_year_part(settled_cast, officer, year_end):
    RuleScore.objects.filter(branch=settled_cast.far_branch, month=202506).delete()
    BranchMonth.objects.filter(branch=settled_cast.far_branch, month=202506).update(is_measured=False)
    BranchMonth.objects.filter(branch=settled_cast.far_branch, month=202512).update(first_month=7)

    row = settle(settled_cast, officer, year_end)[settled_cast.far_branch.pk]

    assert row.composition["parts"][0] | {"weight": ""} == {
        "code": "half",
        "name": "半年日常得分",
        "weight": "",
        "value": None,
        "shown": None,
        "why": "7月起计量",
    }
    assert row.composition["notes"] == ["半年日常得分未采集（7月起计量），不计入，其余权重按比例放大到1"]
    assert row.composition["lines"][1].startswith("半年与年度 = (0.7 × ")


def test_composition_lines_give_the_total_by_hand(settled_cast, officer, year_end):
    for row in settle(settled_cast, officer, year_end).values():
        assert row.composition["lines"][-1].endswith(f"= {row.shown}")


def test_tie_across_the_quota_waits_for_the_committee(settled_cast, officer, year_end):
    rows = settle(settled_cast, officer, year_end)
    row = rows[settled_cast.branch.pk]
    YearResult.objects.filter(pk=row.pk).update(at_quota_border=True)
    assert publication_obstacles(year_end) == ["有1个支部并列跨优秀名额，未定等次", "还没有公示"]
    with pytest.raises(InvalidInput):
        services.decide_grade(actor=officer, result_id=row.pk, grade="good", reason=" ")
    services.decide_grade(actor=officer, result_id=row.pk, grade="good", reason="党委会研究")
    assert publication_obstacles(year_end) == ["还没有公示"]


def test_total_composed_before_the_month_was_frozen_anew_is_not_published(settled_cast, officer, second, year_end):
    settle(settled_cast, officer, year_end)
    proposed = propose(officer, year_end)
    december = {"actor": SYSTEM, "root_id": settled_cast.root.pk, "month": Month(2025, 12)}
    closing.reopen_month(**december, reason="补录", now=JANUARY + timedelta(hours=1))
    with pytest.raises(Conflict, match="12月还没有封存"):
        services.confirm_publication(actor=second, publication_id=proposed.pk, now=JANUARY + timedelta(hours=2))
    closing.close_month(**december, now=JANUARY + timedelta(hours=3))
    with pytest.raises(Conflict, match="12月在合成之后封存"):
        services.confirm_publication(actor=second, publication_id=proposed.pk, now=JANUARY + timedelta(hours=4))
    services.reject_publication(
        actor=second, publication_id=proposed.pk, reason="重新合成", now=JANUARY + timedelta(hours=4)
    )
    with pytest.raises(Conflict, match="12月在合成之后封存"):
        propose(officer, year_end)


def test_veto_is_not_decided_on_the_day_before_it_was_raised(settled_cast, officer, year_end):
    after_midnight = datetime(2026, 1, 20, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    case = services.propose_veto(
        actor=officer,
        year_end_id=year_end.pk,
        branch_id=settled_cast.branch.pk,
        item_code="V01",
        ground="受处分",
        now=after_midnight,
    )
    case = VetoCase.objects.get(pk=case.pk)  # as read back, in UTC: the day before
    with pytest.raises(InvalidInput, match="认定日期"):
        services.decide_veto(
            actor=officer, case_id=case.pk, document_no="机纪〔2026〕1号", decided_on=date(2026, 1, 19), now=LATER
        )
