"""What was due, what came on time, what came much too late; collecting twice changes nothing."""

from datetime import date

from activities.collect import Counts, collect
from activities.services.reviewing import return_activity
from activities.services.submitting import submit_activity, withdraw_activity
from assessment.ledger import live_facts, record_facts
from assessment.models import OpeningImport
from branches.models import Organisation
from core.periods import Month
from tests.factories.activities import approve, approved, at, draft, sent
from tests.factories.assessment import spec
from tests.factories.branches import BranchFactory, GroupFactory, MemberFactory, TermFactory

TODAY = date(2026, 11, 20)
NOW = at(TODAY)


def run(cast, today: date = TODAY, branches=None, **fields) -> Counts:
    ids = [branch.pk for branch in (branches or [cast.branch])]
    return collect(root_id=cast.root.pk, today=today, now=at(today), branch_ids=ids, **fields)


def facts(cast, metric: str, branch=None) -> list[tuple[str, int, str, str]]:
    """Live facts of a metric: what is due, in which month, dated the last day, in which state."""
    rows = live_facts().filter(branch=branch or cast.branch, metric__code=metric).order_by("happened_on", "source_type")
    return [(fact.source_type, fact.source_id, f"{fact.happened_on:%m-%d}", fact.state) for fact in rows]


def due(cast, branch=None) -> list[tuple[str, str]]:
    return [(row[0], row[2]) for row in facts(cast, "record.due", branch)]


def test_ended_periods_of_every_duty_are_due(cast):
    run(cast, date(2026, 4, 1))
    assert due(cast) == [
        ("due.theme_day", "01-31"),
        ("due.theme_day", "02-28"),
        ("due.general_meeting", "03-31"),
        ("due.party_lecture", "03-31"),
        ("due.theme_day", "03-31"),
    ]


def test_committee_and_groups_are_judged_on_the_last_day_of_the_period(cast):
    TermFactory(branch=cast.branch, from_on=date(2026, 2, 10))
    first = GroupFactory(parent=cast.branch, founded_on=date(2020, 1, 1), dissolved_on=date(2026, 2, 20))
    second = GroupFactory(parent=cast.branch, founded_on=date(2026, 2, 5))
    run(cast, date(2026, 3, 1))
    assert [row for row in due(cast) if "theme" not in row[0]] == [
        (f"due.group_meeting.{first.pk}", "01-31"),
        ("due.committee_meeting", "02-28"),
        (f"due.group_meeting.{second.pk}", "02-28"),
    ]


def test_branch_founded_in_the_year_owes_from_the_month_after(cast):
    young = BranchFactory(parent=cast.root, founded_on=date(2026, 7, 10))
    run(cast, date(2026, 11, 1), branches=[young])
    assert due(cast, young) == [
        ("due.theme_day", "08-31"),
        ("due.theme_day", "09-30"),
        ("due.theme_day", "10-31"),
    ]


def test_on_time_is_pending_until_the_record_is_approved(cast):
    activity = sent(cast, held_on=date(2026, 10, 15), now=at(date(2026, 11, 5), 23))
    run(cast)
    assert facts(cast, "record.on_time") == [("due.theme_day", 202610, "10-31", "pending")]
    approve(cast, activity)
    assert run(cast) == Counts(recorded=0, confirmed=1, reversed=0)
    assert facts(cast, "record.on_time") == [("due.theme_day", 202610, "10-31", "confirmed")]


def test_late_record_is_due_but_not_on_time(cast):
    approved(cast, held_on=date(2026, 10, 15), now=at(date(2026, 11, 6), 0))
    run(cast)
    assert facts(cast, "record.on_time") == []
    assert ("due.theme_day", "10-31") in due(cast)


def test_a_tagged_record_fills_both_duties(cast):
    approved(cast, held_on=date(2026, 9, 15), tags=("party_lecture",), now=at(date(2026, 9, 16)))
    run(cast)
    assert [row[:2] for row in facts(cast, "record.on_time")] == [
        ("due.party_lecture", 202609),
        ("due.theme_day", 202609),
    ]


def test_each_group_fills_its_own(cast):
    one, two = GroupFactory(parent=cast.branch), GroupFactory(parent=cast.branch)
    MemberFactory(branch=cast.branch, group=one)
    approved(cast, "group_meeting", group_id=one.pk, held_on=date(2026, 10, 8), now=at(date(2026, 10, 9)))
    run(cast)
    assert [row[:2] for row in facts(cast, "record.on_time")] == [(f"due.group_meeting.{one.pk}", 202610)]
    assert {row[0] for row in due(cast) if "group" in row[0]} == {
        f"due.group_meeting.{one.pk}",
        f"due.group_meeting.{two.pk}",
    }


def test_collecting_twice_writes_nothing(cast):
    approved(cast, held_on=date(2026, 8, 15), now=at(date(2026, 8, 16)))
    approved(cast, held_on=date(2026, 7, 15), now=at(date(2026, 10, 16)))
    first = run(cast)
    assert (first.recorded > 10, first.confirmed, first.reversed) == (True, 0, 0)
    assert run(cast) == Counts()


def test_backfill_more_than_30_days_late_is_counted_on_the_day_of_handling(cast):
    activity = approved(cast, held_on=date(2026, 8, 15), now=at(date(2026, 10, 7)))
    run(cast)
    (fact,) = live_facts().filter(metric__code="record.late_backfill")
    assert (fact.happened_on, fact.source_id, fact.state) == (date(2026, 10, 7), activity.pk, "confirmed")


def test_backfill_30_days_late_or_of_a_group_is_not_counted(cast):
    group = GroupFactory(parent=cast.branch)
    MemberFactory(branch=cast.branch, group=group)
    approved(cast, held_on=date(2026, 8, 15), now=at(date(2026, 10, 5), 23))
    approved(cast, "group_meeting", group_id=group.pk, held_on=date(2026, 6, 8), now=at(date(2026, 10, 7)))
    run(cast)
    assert facts(cast, "record.late_backfill") == []


def test_an_extra_beside_a_timely_record_is_no_backfill(cast):
    approved(cast, held_on=date(2026, 8, 15), now=at(date(2026, 8, 16)))
    approved(cast, held_on=date(2026, 8, 25), now=at(date(2026, 10, 20)))
    run(cast)
    assert facts(cast, "record.late_backfill") == []


def test_returned_record_loses_on_time_and_gets_it_back_with_its_first_sending(cast):
    activity = sent(cast, held_on=date(2026, 10, 15), now=at(date(2026, 10, 16)))
    run(cast)
    return_activity(actor=cast.viewer("officer"), activity_id=activity.pk, reason="缺内容", now=NOW)
    assert run(cast) == Counts(recorded=0, confirmed=0, reversed=1)
    submit_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW)
    assert run(cast) == Counts(recorded=1, confirmed=0, reversed=0)
    assert facts(cast, "record.on_time") == [("due.theme_day", 202610, "10-31", "pending")]


def test_backfill_stays_when_returned_and_goes_when_written_off(cast):
    activity = sent(cast, held_on=date(2026, 8, 15), now=at(date(2026, 10, 7)))
    run(cast)
    return_activity(actor=cast.viewer("officer"), activity_id=activity.pk, reason="缺内容", now=NOW)
    run(cast)
    assert len(facts(cast, "record.late_backfill")) == 1
    withdraw_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, reason="记错了", now=NOW)
    run(cast)
    assert facts(cast, "record.late_backfill") == []


def test_draft_is_not_on_time(cast):
    draft(cast, held_on=date(2026, 10, 15), now=at(date(2026, 10, 16)))
    run(cast)
    assert facts(cast, "record.on_time") == []


def test_queries_do_not_grow_with_branches(cast, django_assert_max_num_queries):
    run(cast)
    more = [cast.branch, *(BranchFactory(parent=cast.root) for _ in range(4))]
    run(cast, branches=more)
    with django_assert_max_num_queries(17) as one:
        run(cast)
    with django_assert_max_num_queries(17) as five:
        run(cast, branches=more)
    assert len(one) == len(five)


def test_since_leaves_earlier_months_alone(cast):
    run(cast, since=Month(2026, 10))
    assert due(cast) == [("due.theme_day", "10-31")]


def test_record_that_waits_takes_no_place_of_one_that_passed(cast):
    approved(cast, held_on=date(2026, 10, 20), now=at(date(2026, 10, 25)))
    run(cast)
    sent(cast, held_on=date(2026, 10, 5), now=at(date(2026, 11, 3)))
    run(cast)
    assert facts(cast, "record.on_time") == [("due.theme_day", 202610, "10-31", "confirmed")]


def test_history_brought_in_counts_as_on_time(cast):
    Organisation.objects.filter(pk=cast.root.pk).update(go_live_month=202608)
    OpeningImport.objects.create(
        root=cast.root,
        file_name="期初.xlsx",
        sha256="0",
        from_month=202606,
        to_month=202607,
        row_count=2,
        imported_at=NOW,
    )
    one = GroupFactory(parent=cast.branch, founded_on=date(2020, 1, 1))
    two = GroupFactory(parent=cast.branch, founded_on=date(2020, 1, 1))
    for metric, day in (
        ("theme_day.held", date(2026, 6, 9)),
        ("group_meeting.held", date(2026, 6, 10)),
        ("group_meeting.held", date(2026, 7, 10)),
        ("group_meeting.held", date(2026, 7, 11)),
    ):
        record_facts([spec(cast.branch, metric, day, source_type="opening")], now=NOW)
    run(cast, date(2026, 8, 6))
    assert [row[:2] for row in facts(cast, "record.on_time")] == [
        (f"due.group_meeting.{one.pk}", 202606),
        ("due.theme_day", 202606),
        (f"due.group_meeting.{one.pk}", 202607),
        (f"due.group_meeting.{two.pk}", 202607),
    ]
    assert run(cast, date(2026, 8, 6)).changes == 0
