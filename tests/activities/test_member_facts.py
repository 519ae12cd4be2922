"""What records say of single members: told once, taken back with the record, following the person."""

from __future__ import annotations

from datetime import date, time

import pytest

from activities.reporting.members import collect_leave
from activities.services.reviewing import return_activity
from assessment.members import ledger, schemes
from assessment.models import Fact, MemberFact
from tests.factories.activities import approve, approved, at, load_scheme, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(cast):
    load_scheme(cast.root)
    schemes.load_default(2026, cast.root)
    return cast


def live(member_id: int) -> list[tuple]:
    rows = ledger.live_facts(MemberFact.objects.filter(member_id=member_id))
    return sorted(rows.values_list("metric__code", "quantity", "state"))


def test_a_theme_day_gives_hours_and_attendance(world):
    approved(world, held_on=date(2026, 11, 12))

    assert live(world.member.member_id) == [
        ("credit.K01", 2000, "confirmed"),
        ("theme_day.attended_or_made_up", 1000, "confirmed"),
        ("theme_day.member_expected", 1000, "confirmed"),
    ]


def test_a_record_not_yet_approved_is_pending_and_is_confirmed_with_it(world):
    activity = sent(world, held_on=date(2026, 11, 12))
    assert {row[2] for row in live(world.member.member_id)} == {"pending"}

    approve(world, activity)

    assert {row[2] for row in live(world.member.member_id)} == {"confirmed"}
    assert MemberFact.objects.filter(reverses__isnull=False).count() == 0


def test_absence_without_leave_counts_for_the_one_who_was_absent(world):
    pk = world.member.member_id
    approved(world, "party_lecture", held_on=date(2026, 11, 12), away={pk: "absent"})

    assert live(pk) == [("member.absent_no_leave", 1000, "confirmed")]
    assert live(world.committee_member.member_id) == [("credit.K01", 2000, "confirmed")]


def test_a_returned_record_takes_everything_back(world):
    activity = approved(world, held_on=date(2026, 11, 12))

    return_activity(
        actor=world.viewer("officer"),
        activity_id=activity.pk,
        reason="请补材料",
        now=at(date(2026, 11, 19)),
    )

    assert live(world.member.member_id) == []


def test_two_meetings_at_the_same_time_give_hours_once(world):
    approved(world, held_on=date(2026, 11, 12))
    approved(world, "party_lecture", held_on=date(2026, 11, 12), starts_at=time(15), ends_at=time(16, 30))

    hours = [row for row in live(world.member.member_id) if row[0] == "credit.K01"]
    assert hours == [("credit.K01", 2000, "confirmed")]


def test_a_year_without_a_scheme_of_members_has_no_member_facts(cast):
    load_scheme(cast.root)

    approved(cast, held_on=date(2026, 11, 12))

    assert not MemberFact.objects.exists()


def test_the_branches_own_facts_stay_what_they_were(world):
    approved(world, held_on=date(2026, 11, 12))

    codes = set(Fact.objects.values_list("metric__code", flat=True))
    assert codes == {"theme_day.held", "theme_day.expected", "theme_day.present"}
    assert not Fact.objects.exclude(member=None).exists()


def test_leave_over_a_third_is_judged_when_the_year_is_over(world):
    pk = world.member.member_id
    for day, status in ((5, "leave_personal"), (10, "leave_sick"), (12, "present"), (17, "leave_official")):
        approved(world, "party_lecture", held_on=date(2026, 11, day), away={pk: status}, title=f"党课{day}")
    assert collect_leave(root_id=world.root.pk, year=2026, now=at(date(2026, 12, 31))) == 0

    assert collect_leave(root_id=world.root.pk, year=2026, now=at(date(2027, 1, 2))) == 1

    fact = MemberFact.objects.get(metric__code="member.leave_over_third")
    assert (fact.member_id, fact.happened_on, fact.label) == (pk, date(2026, 12, 31), "全年应到4次，病假事假2次")
    assert collect_leave(root_id=world.root.pk, year=2026, now=at(date(2027, 1, 3))) == 0
