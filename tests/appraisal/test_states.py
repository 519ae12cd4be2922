"""What a year end takes in which state, who replies to a veto until when, and what a revision leaves behind."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404

from appraisal import services
from appraisal.models import Publication, RuleLeftOut, VetoCase, YearEnd, YearResult
from appraisal.services import MarkEntry
from assessment.models import BranchMonth, ReviewMark
from branches.permissions import Viewer
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.models import AuditEntry
from tests.factories.appraisal import DAY, JANUARY, LATER, entries, propose, publish, settle, veto

pytestmark = pytest.mark.django_db


def test_proposed_year_stands_still_until_the_second_person_speaks(settled_cast, officer, second, year_end):
    case = veto(settled_cast, officer, year_end)
    services.drop_veto(actor=officer, case_id=case.pk, reason="查无实据", now=JANUARY)
    rows = settle(settled_cast, officer, year_end)
    proposal = propose(officer, year_end)
    assert YearEnd.objects.get().state == "proposed"
    pk = year_end.pk
    for step in (
        lambda: services.enter_marks(actor=officer, year_end_id=pk, entries=entries(settled_cast), now=JANUARY),
        lambda: services.settle(actor=officer, year_end_id=pk, now=JANUARY),
        lambda: services.decide_grade(
            actor=officer, result_id=rows[settled_cast.branch.pk].pk, grade="good", reason="改"
        ),
        lambda: services.leave_out_rule(actor=officer, year_end_id=pk, rule_code="F1.2", reason="跨年", now=JANUARY),
        lambda: services.take_rule_back(actor=officer, year_end_id=pk, rule_code="F1.2"),
        lambda: services.propose_system_vetoes(actor=officer, year_end_id=pk, now=JANUARY),
        lambda: veto(settled_cast, officer, year_end),
    ):
        with pytest.raises(Locked):
            step()
    with pytest.raises(Conflict):
        propose(officer, year_end)
    services.reject_publication(actor=second, publication_id=proposal.pk, reason="文号有误", now=JANUARY)
    assert YearEnd.objects.get().state == "noticed"
    with pytest.raises(Locked, match="正在公示"):
        services.settle(actor=officer, year_end_id=pk, now=JANUARY)
    services.withdraw_notice(actor=officer, year_end_id=pk, reason="评价漏录", now=LATER)
    services.enter_marks(
        actor=officer, year_end_id=pk, entries=[MarkEntry(settled_cast.branch.pk, "committee", "77")], now=JANUARY
    )


def test_veto_is_not_decided_while_the_results_are_up_for_publication(settled_cast, officer, year_end):
    case = veto(settled_cast, officer, year_end)
    YearEnd.objects.update(state="proposed")
    with pytest.raises(Locked):
        services.decide_veto(actor=officer, case_id=case.pk, document_no="1号", decided_on=LATER.date(), now=LATER)
    with pytest.raises(Locked):
        services.drop_veto(actor=officer, case_id=case.pk, reason="查无实据", now=LATER)
    assert VetoCase.objects.get().state == "proposed"


def reply(settled_cast, case, now, name="secretary"):
    return services.reply_veto(
        actor=Viewer.of(getattr(settled_cast, name), DAY), case_id=case.pk, text="情况说明", now=now
    )


def test_branch_replies_through_the_last_day_and_by_its_secretary(settled_cast, officer, year_end):
    case = veto(settled_cast, officer, year_end)
    last = JANUARY.replace(day=27, hour=23)
    with pytest.raises(Conflict, match="申辩期已过"):
        reply(settled_cast, case, last.replace(day=28, hour=0))
    for name in ("committee_member", "leader", "officer"):
        with pytest.raises((Refused, Http404)):
            reply(settled_cast, case, last, name)
    assert reply(settled_cast, case, last).replied_by == settled_cast.secretary
    services.drop_veto(actor=officer, case_id=case.pk, reason="查无实据", now=LATER)
    with pytest.raises(Conflict, match="已有结论"):
        reply(settled_cast, case, last)


@pytest.mark.parametrize("day", [None, date(2026, 1, 19), DAY, date(2026, 1, 27), date(2026, 2, 4)])
def test_veto_without_a_reply_is_decided_between_its_last_day_and_today(settled_cast, officer, year_end, day):
    case = veto(settled_cast, officer, year_end)
    with pytest.raises(InvalidInput, match="认定日期"):
        services.decide_veto(actor=officer, case_id=case.pk, document_no="1号", decided_on=day, now=LATER)


def test_veto_is_raised_once_by_a_code_of_the_scheme_and_each_step_is_audited(settled_cast, officer, year_end):
    case = veto(settled_cast, officer, year_end)
    with pytest.raises(Conflict, match="已经提出"):
        veto(settled_cast, officer, year_end)
    with pytest.raises(InvalidInput):
        veto(settled_cast, officer, year_end, code="V99")
    services.drop_veto(actor=officer, case_id=case.pk, reason="查无实据", now=JANUARY)
    with pytest.raises(Conflict, match="已有结论"):
        services.drop_veto(actor=officer, case_id=case.pk, reason="再来", now=JANUARY)
    said = AuditEntry.objects.filter(action__startswith="veto.").order_by("pk").values_list("action", "actor__username")
    assert list(said) == [("veto.propose", "officer"), ("veto.dropped", "officer")]


def test_concluded_veto_asks_for_settling_again(settled_cast, officer, year_end):
    case = veto(settled_cast, officer, year_end)
    settle(settled_cast, officer, year_end)
    services.drop_veto(actor=officer, case_id=case.pk, reason="查无实据", now=JANUARY)
    assert YearEnd.objects.get().state == "open"


def test_rule_left_out_is_taken_back(settled_cast, officer, year_end):
    ReviewMark.objects.filter(rule_code="F1.2").delete()
    for code in ("F1.2", "F2.2"):
        services.leave_out_rule(actor=officer, year_end_id=year_end.pk, rule_code=code, reason="跨年", now=JANUARY)
    services.leave_out_rule(actor=officer, year_end_id=year_end.pk, rule_code="F1.2", reason="再说", now=JANUARY)
    services.take_rule_back(actor=officer, year_end_id=year_end.pk, rule_code="F1.2")
    assert list(RuleLeftOut.objects.values_list("rule_code", "reason")) == [("F2.2", "跨年")]
    counts = [AuditEntry.objects.filter(action=name).count() for name in ("year.leave_out", "year.leave_out.undo")]
    assert counts == [2, 1]


def test_settling_forgets_a_branch_that_is_gone_in_this_revision_only(settled_cast, officer, second, year_end):
    publish(settled_cast, officer, second, year_end)
    services.start_correction(actor=officer, year_end_id=year_end.pk, reason="支部撤销", now=LATER)
    year_end.refresh_from_db()
    settle(settled_cast, officer, year_end)
    BranchMonth.objects.filter(branch=settled_cast.far_branch, month=202512).delete()
    rows = settle(settled_cast, officer, year_end)
    assert sorted(rows) == sorted([settled_cast.branch.pk, settled_cast.other_branch.pk])
    assert YearResult.objects.filter(revision=1).count() == 3
    propose(officer, year_end)
    assert list(Publication.objects.order_by("pk").values_list("revision", "attempt")) == [(1, 1), (2, 1)]


def test_results_of_an_earlier_revision_are_not_graded_again(settled_cast, officer, second, year_end):
    publish(settled_cast, officer, second, year_end)
    old = YearResult.objects.get(branch=settled_cast.branch)
    services.start_correction(actor=officer, year_end_id=year_end.pk, reason="漏计", now=LATER)
    with pytest.raises(Conflict, match="以前版次"):
        services.decide_grade(actor=officer, result_id=old.pk, grade="good", reason="改")
    with pytest.raises(Conflict, match="只有已发布"):
        services.start_correction(actor=officer, year_end_id=year_end.pk, reason="再来", now=LATER)


@pytest.mark.parametrize("count", ["a", "-1", "1.5", "100001", "１"])
def test_ballots_are_counted_in_whole_numbers(settled_cast, officer, year_end, count):
    bad = [MarkEntry(settled_cast.branch.pk, "members", "90", count, "1")]
    with pytest.raises(InvalidInput) as fault:
        services.enter_marks(actor=officer, year_end_id=year_end.pk, entries=bad, now=JANUARY)
    assert list(fault.value.fields) == [f"members-{settled_cast.branch.pk}"]


def test_publication_touches_the_results_of_its_own_year_only(settled_cast, officer, second, year_end):
    earlier = YearEnd.objects.get(pk=year_end.pk)
    earlier.pk, earlier.year = None, 2024
    earlier.save()
    YearResult.objects.create(
        root=settled_cast.root, year_end=earlier, branch=settled_cast.branch, revision=1, computed_at=JANUARY
    )
    publish(settled_cast, officer, second, year_end)
    assert set(YearResult.objects.filter(is_published=True).values_list("year_end", flat=True)) == {year_end.pk}
    assert YearResult.objects.filter(is_published=True).count() == 3


def test_every_step_of_the_year_is_audited_under_its_person(settled_cast, officer, second, year_end):
    rows = settle(settled_cast, officer, year_end)
    services.decide_grade(actor=officer, result_id=rows[settled_cast.branch.pk].pk, grade="good", reason="研究决定")
    services.reject_publication(
        actor=second, publication_id=propose(officer, year_end).pk, reason="文号有误", now=JANUARY
    )
    services.confirm_publication(actor=second, publication_id=propose(officer, year_end).pk, now=JANUARY)
    services.start_correction(actor=officer, year_end_id=year_end.pk, reason="漏计", now=LATER)
    said = AuditEntry.objects.filter(action__startswith="year.").order_by("pk").values_list("action", "actor__username")
    assert list(said) == [
        ("year.open", "officer"),
        ("year.mark", "officer"),
        ("year.settle", "officer"),
        ("year.grade", "officer"),
        ("year.notice", "officer"),
        ("year.decide", "officer"),
        ("year.propose", "officer"),
        ("year.reject", "second_officer"),
        ("year.propose", "officer"),
        ("year.publish", "second_officer"),
        ("year.correct", "officer"),
    ]
