"""What computing one committee, branch or month must leave alone in another."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404

from assessment import closing, rollup, schemes, touched
from assessment.models import BranchMonth, DirtyMark, ExtraScore, MonthClosing, RuleScore
from branches.permissions import SYSTEM
from core.errors import Conflict, Refused
from core.models import AuditEntry
from core.periods import Month
from tests.factories.assessment import after, branch, committee, noon, tell

pytestmark = pytest.mark.django_db
MARCH = Month(2026, 3)
NOW = after(MARCH)


@pytest.fixture
def roots():
    schemes.load_default(2026)
    return committee(), committee()


def marks(root) -> set[int]:
    return set(DirtyMark.objects.filter(root_id=root.pk).values_list("month", flat=True))


def test_catching_up_one_committee_keeps_the_marks_of_the_other(roots):
    for root in roots:
        tell(branch(root), "theme_day.held", date(2026, 3, 2))
    rollup.catch_up_root(roots[0].pk, now=NOW)
    assert marks(roots[0]) == set()
    assert marks(roots[1]) == {202603}


def test_mark_of_a_month_to_come_waits_for_it(roots):
    of = branch(roots[0])
    tell(of, "theme_day.held", date(2026, 3, 2), date(2026, 9, 2))
    rollup.catch_up_root(roots[0].pk, now=NOW)
    assert marks(roots[0]) == {202609}


def test_month_to_come_and_a_year_without_a_scheme_are_left_alone(roots):
    branch(roots[0])
    for month in (Month(2026, 5), Month(2019, 3)):
        assert rollup.run(root_id=roots[0].pk, month=month, now=NOW).written == 0
    assert not RuleScore.objects.exists()


def test_earlier_months_are_judged_whatever_another_committee_has(roots):
    first, second = (branch(root) for root in roots)
    for number in (1, 2, 3):
        rollup.run(root_id=roots[0].pk, month=Month(2026, number), now=NOW)
    rollup.run(root_id=roots[1].pk, month=MARCH, now=NOW)
    for of in (first, second):
        months = BranchMonth.objects.filter(branch=of).order_by("month").values_list("month", flat=True)
        assert list(months) == [202601, 202602, 202603]


def test_refreshed_branch_is_told_its_own_changes_only(roots):
    one, other = branch(roots[0]), branch(roots[0])
    for of in (one, other):
        tell(of, "theme_day.held", date(2026, 3, 2))
    rollup.run(root_id=roots[0].pk, month=MARCH, now=noon(date(2026, 3, 20)))
    DirtyMark.objects.all().delete()
    tell(other, "integrity_education.held", date(2026, 3, 5))
    tell(one, "party_lecture.held", date(2026, 3, 6))
    changes = touched.refresh_branch(one.pk, now=noon(date(2026, 3, 20)))
    assert {change.item_code[0] for change in changes} == {"D"}
    assert set(DirtyMark.objects.values_list("branch_id", flat=True)) == {other.pk}


def test_year_without_a_scheme_is_not_closed(roots):
    of = branch(roots[0])
    rollup.run(root_id=roots[0].pk, month=MARCH, now=NOW)
    with pytest.raises(Conflict, match="考核方案"):
        closing.close_month(actor=SYSTEM, root_id=roots[0].pk, month=Month(2019, 3), now=NOW)
    assert not MonthClosing.objects.exists()
    assert RuleScore.objects.filter(branch=of).count() == 40


def test_reopening_is_audited_with_its_reason_and_in_one_committee_only(roots):
    for root in roots:
        branch(root)
        closing.close_month(actor=SYSTEM, root_id=root.pk, month=MARCH, now=NOW)
    closing.reopen_month(actor=SYSTEM, root_id=roots[0].pk, month=MARCH, reason=" 漏审一条 ", now=NOW)
    assert [rollup.is_closed(root.pk, MARCH) for root in roots] == [False, True]
    assert AuditEntry.objects.get(action="month.reopen").summary == "漏审一条"


def test_month_is_reopened_by_the_officer_alone(cast):
    schemes.load_default(2026)
    closing.close_month(actor=SYSTEM, root_id=cast.root.pk, month=MARCH, now=NOW)
    for name in ("secretary", "leader", "administrator", "outsider"):
        with pytest.raises((Refused, Http404)):
            closing.reopen_month(actor=cast.viewer(name), root_id=cast.root.pk, month=MARCH, reason="漏审", now=NOW)
    assert rollup.is_closed(cast.root.pk, MARCH)
    closing.reopen_month(actor=cast.viewer("officer"), root_id=cast.root.pk, month=MARCH, reason="漏审", now=NOW)
    assert not rollup.is_closed(cast.root.pk, MARCH)


def test_reopened_month_shows_at_once_what_came_meanwhile(roots):
    of = branch(roots[0])
    closing.close_month(actor=SYSTEM, root_id=roots[0].pk, month=MARCH, now=NOW)
    tell(of, "theme_day.held", date(2026, 3, 2))
    shown = RuleScore.objects.filter(branch=of, month=MARCH.key, rule__code="D4.1").values_list(
        "done_confirmed", flat=True
    )
    before = list(shown)
    closing.reopen_month(actor=SYSTEM, root_id=roots[0].pk, month=MARCH, reason="漏审", now=NOW)
    assert (before, list(shown.all())) == ([0], [1000])


def counted(of, day: date) -> list[tuple[str, int]]:
    rollup.run(root_id=of.root_id, month=MARCH, now=noon(day))
    rows = ExtraScore.objects.filter(branch=of, month=MARCH.key, quantity_confirmed__gt=0)
    return list(rows.values_list("extra__code", "quantity_confirmed"))


def test_honour_of_today_counts_today_and_that_of_tomorrow_does_not(roots):
    of = branch(roots[0])
    tell(of, "bonus.P01", date(2026, 3, 20), occurrence="先锋支部")
    assert counted(of, date(2026, 3, 19)) == []
    assert counted(of, date(2026, 3, 20)) == [("P01", 1000)]


def test_one_occasion_told_as_two_counts_once(roots):
    of = branch(roots[0])
    tell(of, "bonus.P01", date(2026, 3, 10), quantity=2, occurrence="先锋支部")
    assert counted(of, date(2026, 3, 20)) == [("P01", 1000)]
