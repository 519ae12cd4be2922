"""The rollup: what it writes, what it leaves alone, and that it writes nothing twice."""

from __future__ import annotations

from datetime import date

import pytest

from assessment import ledger, rollup, schemes, touched
from assessment.models import BranchMonth, DirtyMark, ExtraScore, MonthSum, Rule, RuleScore
from core.periods import Month
from tests.factories.assessment import after, branch, committee, group, noon, spec, tell, term

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MARCH = Month(2026, 3)


@pytest.fixture
def root():
    schemes.load_default(2026)
    return committee()


def run(root, month=MARCH, **kwargs):
    return rollup.run(root_id=root.pk, month=month, now=kwargs.pop("now", after(month)), **kwargs)


def score(of, code: str, month=MARCH) -> RuleScore:
    rule = Rule.objects.get(code=code, scheme=schemes.scheme_for(of.root_id, month))
    return RuleScore.objects.get(root_id=of.root_id, month=month.key, branch_id=of.pk, rule=rule)


def figures(row: RuleScore) -> tuple[int, int, int]:
    return row.earned_confirmed, row.available_confirmed, row.ceiling_confirmed


def test_branch_without_a_record_has_a_row_for_every_rule(root):
    of = branch(root)

    counts = run(root)

    assert counts.rules == 40
    assert figures(score(of, "A1.1")) == (6_000_000, 6_000_000, 6_000_000)


def test_second_run_writes_nothing(root):
    of = branch(root)
    tell(of, "theme_day.held", date(2026, 1, 9), date(2026, 3, 2))
    tell(of, "member.count", date(2026, 1, 31), date(2026, 3, 31), quantity=12)
    tell(of, "bonus.P01", date(2026, 2, 1), occurrence="先锋支部")
    assert run(root).written > 0

    assert run(root).written == 0


def test_only_the_rules_that_changed_are_written(root):
    of = branch(root)
    run(root)
    tell(of, "theme_day.held", date(2026, 3, 2))

    counts = run(root)

    assert (counts.sums, counts.rules, counts.drivers, counts.extras) == (1, 1, 0, 0)


def test_withdrawn_record_leaves_its_own_month_too(root):
    of = branch(root)
    tell(of, "theme_day.held", date(2026, 1, 9), source_id=1)
    tell(of, "theme_day.held", date(2026, 3, 2), date(2026, 3, 9), source_type="other")
    run(root)
    ledger.reverse_source("test", 1, by_id=None, reason="误报", now=noon(date(2026, 3, 20)))

    run(root)
    run(root, Month(2026, 1))

    assert figures(score(of, "D4.1")) == (2_000_000, 6_000_000, 6_000_000)
    assert figures(score(of, "D4.1", Month(2026, 1))) == (0, 6_000_000, 6_000_000)


def test_late_fact_of_an_earlier_month_counts_in_this_window(root):
    of = branch(root)
    run(root)
    tell(of, "theme_day.held", date(2026, 1, 9))

    run(root)

    assert score(of, "D4.1").done_confirmed == 1000


def test_confirmed_and_provisional_are_kept_apart(root):
    of = branch(root)
    tell(of, "theme_day.held", date(2026, 1, 9), confirmed=False)

    run(root)

    row = score(of, "D4.1")
    assert (row.earned_confirmed, row.earned_provisional) == (0, 2_000_000)


def test_level_takes_the_latest_standing_fact_of_the_year(root):
    of = branch(root)
    tell(of, "member.count", date(2026, 1, 31), quantity=10)
    tell(of, "member.fields_complete", date(2026, 1, 31), quantity=10)
    tell(of, "member.fields_complete", date(2026, 2, 28), quantity=9)
    tell(of, "member.fields_complete", date(2026, 3, 31), quantity=2, source_id=77)
    ledger.reverse_source("test", 77, by_id=None, reason="重报", now=noon(date(2026, 3, 31)))

    run(root)

    row = score(of, "B3.3")
    assert (row.done_confirmed, row.need_confirmed, row.earned_confirmed) == (9_000, 10_000, 500_000)


def test_pending_level_does_not_hide_the_confirmed_one(root):
    of = branch(root)
    tell(of, "member.count", date(2026, 1, 31), quantity=10)
    tell(of, "member.count", date(2026, 2, 28), quantity=20, confirmed=False)

    run(root)

    row = score(of, "B3.3")
    assert (row.need_confirmed, row.need_provisional) == (10_000, 20_000)


@pytest.mark.parametrize(("day", "earned"), [(date(2026, 7, 10), 1_000_000), (date(2026, 7, 11), 0)])
def test_deadline_inside_a_month_is_met_to_the_day(root, day, earned):
    of = branch(root)
    tell(of, "half_year_summary.sent", day)

    run(root, Month(2026, 7))

    assert figures(score(of, "B1.2", Month(2026, 7))) == (earned, 1_000_000, 1_000_000)


def test_deadline_to_come_is_not_due_in_the_running_month(root):
    of = branch(root)

    run(root, Month(2026, 7), now=noon(date(2026, 7, 9)))

    assert figures(score(of, "B1.2", Month(2026, 7))) == (0, 0, 1_000_000)


def test_fact_dated_after_today_waits_for_its_day(root):
    of = branch(root)
    tell(of, "theme_day.held", date(2026, 3, 20))

    run(root, now=noon(date(2026, 3, 10)))
    early = score(of, "D4.1").done_confirmed
    run(root, now=noon(date(2026, 3, 20)))

    assert (early, score(of, "D4.1").done_confirmed) == (0, 1000)


def test_committee_elected_in_august_is_asked_from_august_on(root):
    of = branch(root, with_committee=False)
    term(of, from_on=date(2026, 8, 12))
    tell(of, "committee_meeting.held", date(2026, 8, 20), date(2026, 9, 3), date(2026, 10, 8))

    for month in Month(2026, 1).until(Month(2026, 10)):
        run(root, month)

    assert figures(score(of, "A2.1", Month(2026, 7))) == (0, 0, 0)
    assert figures(score(of, "A2.1", Month(2026, 10))) == (5_000_000, 5_000_000, 5_000_000)


def test_earlier_months_are_judged_when_a_later_one_is_computed_first(root):
    of = branch(root, with_committee=False)
    term(of, from_on=date(2026, 8, 12))

    run(root, Month(2026, 10))

    assert score(of, "A2.1", Month(2026, 10)).need_confirmed == 3000


def test_term_corrected_later_is_seen_by_a_thorough_run(root):
    of = branch(root)
    run(root)
    of.terms.update(from_on=date(2026, 3, 1))

    run(root, thorough=True)

    assert score(of, "A2.1").need_confirmed == 1000


def test_groups_due_count_by_group_and_month(root):
    of = branch(root)
    group(of)
    tell(of, "group_meeting.due", date(2026, 1, 31))
    tell(of, "group_meeting.due", date(2026, 2, 28), date(2026, 3, 31), quantity=2)
    tell(of, "group_meeting.held", date(2026, 1, 8), date(2026, 2, 8), date(2026, 3, 8), date(2026, 3, 9))

    run(root)

    assert figures(score(of, "D2.1")) == (3_200_000, 4_000_000, 4_000_000)
    assert BranchMonth.objects.get(branch=of, month=MARCH.key).has_groups


def test_branch_founded_in_april_has_no_score_before_may(root):
    of = branch(root, founded_on=date(2026, 4, 10))

    run(root, Month(2026, 4))
    run(root, Month(2026, 5))

    assert not RuleScore.objects.filter(branch=of, month=202604).exists()
    assert score(of, "D4.1", Month(2026, 5)).need_confirmed == 1000


def test_dissolved_branch_keeps_its_last_score_and_gets_no_new_one(root):
    of = branch(root, dissolved_on=date(2026, 3, 15))

    run(root, Month(2026, 2))
    run(root)

    assert RuleScore.objects.filter(branch=of, month=202602).count() == 40
    assert not RuleScore.objects.filter(branch=of, month=202603).exists()


def test_dissolution_learnt_later_takes_the_score_of_an_open_month_away(root):
    of = branch(root)
    run(root)
    type(of).objects.filter(pk=of.pk).update(dissolved_on=date(2026, 3, 15))

    assert run(root).removed == 40


def test_committee_that_goes_live_in_march_is_measured_from_march(root):
    type(root).objects.filter(pk=root.pk).update(go_live_month=202603)
    of = branch(root)

    run(root, Month(2026, 2))
    run(root)

    assert not RuleScore.objects.filter(month=202602).exists()
    assert score(of, "D4.1").need_confirmed == 1000


def test_month_with_a_new_version_is_scored_by_it_alone(root):
    of = branch(root)
    run(root)
    draft = schemes.load(schemes.read_default(), year=2026, version="1.1", valid_from=202603)
    schemes.publish(draft, now=after(MARCH))

    counts = run(root)

    assert (counts.rules, counts.removed) == (40, 40)
    assert set(RuleScore.objects.filter(branch=of).values_list("rule__scheme", flat=True)) == {draft.pk}


def test_of_one_occurrence_the_highest_honour_counts_alone(root):
    of = branch(root)
    tell(of, "bonus.P03", date(2026, 1, 9), occurrence="H1")
    tell(of, "bonus.P02", date(2026, 2, 9), occurrence="H1", confirmed=False)
    tell(of, "bonus.P03", date(2026, 2, 9), occurrence="H2")
    tell(of, "bonus.P05", date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5))

    run(root)

    rows = {row.extra.code: row for row in ExtraScore.objects.select_related("extra")}
    points = {code: (row.points_confirmed, row.points_provisional) for code, row in rows.items()}
    assert points == {"P02": (0, 2_000_000), "P03": (2_000_000, 1_000_000), "P05": (2_000_000, 2_000_000)}


def test_other_committees_and_branches_are_left_alone(root):
    other_root = committee()
    mine, neighbour, foreign = branch(root), branch(root), branch(other_root)
    run(root)
    for of in (mine, neighbour, foreign):
        tell(of, "theme_day.held", date(2026, 3, 2))

    rollup.run(root_id=root.pk, month=MARCH, now=after(MARCH), branch_ids=[mine.pk])

    assert score(mine, "D4.1").done_confirmed == 1000
    assert score(neighbour, "D4.1").done_confirmed == 0
    assert not MonthSum.objects.filter(branch=foreign).exists()


def test_refresh_says_what_changed_and_clears_the_marks(root):
    of, neighbour = branch(root), branch(root)
    run(root, now=noon(date(2026, 3, 10)))
    tell(of, "theme_day.held", date(2026, 3, 2), confirmed=False)
    tell(neighbour, "theme_day.held", date(2026, 3, 2))

    changes = touched.refresh_branch(of.pk, now=noon(date(2026, 3, 10)))

    assert [(one.item_code, one.rule_code, one.confirmed, one.provisional) for one in changes] == [
        ("D4", "D4.1", 0, 2_000_000)
    ]
    assert list(DirtyMark.objects.values_list("branch_id", flat=True)) == [neighbour.pk]
    assert touched.refresh_branch(of.pk, now=noon(date(2026, 3, 10))) == []


def test_refresh_after_a_late_fact_computes_every_open_month_since(root):
    of = branch(root)
    for month in Month(2026, 1).until(MARCH):
        run(root, month)
    tell(of, "theme_day.held", date(2026, 1, 9))

    touched.refresh_branch(of.pk, now=after(MARCH))

    assert [score(of, "D4.1", month).done_confirmed for month in Month(2026, 1).until(MARCH)] == [1000, 1000, 1000]


def test_catch_up_equals_computing_afresh(root):
    of = branch(root)
    for month in Month(2026, 1).until(MARCH):
        run(root, month)
    ledger.record_facts([spec(of, "theme_day.held", date(2026, n, 9)) for n in (1, 2, 3)], now=after(MARCH))

    rollup.catch_up_root(root.pk, now=after(MARCH))

    assert not DirtyMark.objects.exists()
    assert run(root).written == 0
    assert score(of, "D4.1").done_confirmed == 3000
