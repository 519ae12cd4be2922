"""What is entered about members: by whom, who confirms, what is refused, what it leaves in the ledger."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.http import Http404

from activities.models import MemberClaim
from activities.services.member_claims import (
    MemberClaimInput,
    confirm_claim,
    enter_claim,
    return_claim,
    withdraw_claim,
)
from assessment.members import ledger, rollup, schemes
from assessment.models import MemberFact
from core.errors import Conflict, InvalidInput, Refused
from core.periods import Month
from notices.models import Notice
from tests.factories.activities import NOW, approved, load_scheme
from tests.factories.members import earned

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 10)


@pytest.fixture
def world(cast):
    load_scheme(cast.root)
    schemes.load_default(2026, cast.root)
    return cast


def enter(world, who: str, about: str = "member", **given):
    given = {"metric": "credit.K07", "happened_on": DAY, "note": "学习党章心得", **given}
    member_id = getattr(world, about).member_id
    return enter_claim(actor=world.viewer(who), member_id=member_id, given=MemberClaimInput(**given), now=NOW)


def live(world, about: str = "member") -> list[tuple]:
    facts = ledger.live_facts(MemberFact.objects.filter(member_id=getattr(world, about).member_id))
    return sorted(facts.values_list("metric__code", "quantity", "state"))


def test_ones_own_waits_for_the_branch_committee(world):
    claim = enter(world, "member")
    assert (claim.state, claim.is_own, live(world)) == ("submitted", True, [("credit.K07", 1000, "pending")])

    confirm_claim(actor=world.viewer("committee_member"), claim_id=claim.pk, version=claim.version, now=NOW)

    assert live(world) == [("credit.K07", 1000, "confirmed")]


def test_what_the_committee_enters_counts_at_once_and_the_member_is_told(world):
    claim = enter(world, "secretary", metric="member.no_statement")

    assert (claim.state, claim.is_own) == ("approved", False)
    assert live(world) == [("member.no_statement", 1000, "confirmed")]
    assert Notice.objects.filter(recipient=world.member).count() == 1


def test_a_secretarys_own_is_confirmed_by_somebody_else(world):
    claim = enter(world, "secretary", "secretary")

    with pytest.raises(Refused):
        confirm_claim(actor=world.viewer("secretary"), claim_id=claim.pk, version=None, now=NOW)

    assert live(world, "secretary") == [("credit.K07", 1000, "pending")]


def test_a_member_may_not_enter_a_deduction_nor_the_tasks_of_the_branch(world):
    for metric in ("member.no_statement", "member.tasks_on_time"):
        with pytest.raises(Refused):
            enter(world, "member", metric=metric, base_milli=1000)


@pytest.mark.parametrize("who", ["other_secretary", "outsider", "officer", "leader"])
def test_nobody_else_enters_or_confirms(world, who):
    claim = enter(world, "member")

    with pytest.raises(Http404):
        enter(world, who)
    with pytest.raises(Http404):
        confirm_claim(actor=world.viewer(who), claim_id=claim.pk, version=None, now=NOW)


def test_returned_it_counts_no_longer_and_mended_it_waits_again(world):
    claim = enter(world, "member")
    return_claim(actor=world.viewer("secretary"), claim_id=claim.pk, version=None, reason="请附心得", now=NOW)
    assert live(world) == []

    again = enter_claim(
        actor=world.viewer("member"),
        member_id=world.member.member_id,
        given=MemberClaimInput("credit.K07", DAY, quantity_milli=2000, note="两篇"),
        claim_id=claim.pk,
        now=NOW,
    )

    assert (again.pk, again.state, live(world)) == (claim.pk, "submitted", [("credit.K07", 2000, "pending")])


def test_withdrawn_it_stays_on_file_and_counts_no_longer(world):
    claim = enter(world, "member")

    withdraw_claim(actor=world.viewer("member"), claim_id=claim.pk, version=claim.version, now=NOW)

    assert (live(world), MemberClaim.objects.get().state) == ([], "withdrawn")


def test_confirmed_it_is_not_the_members_to_drop(world):
    claim = enter(world, "member")
    confirm_claim(actor=world.viewer("secretary"), claim_id=claim.pk, version=None, now=NOW)

    with pytest.raises(Refused):
        withdraw_claim(actor=world.viewer("member"), claim_id=claim.pk, version=None, now=NOW)


def test_hours_follow_from_the_times(world):
    enter(world, "member", metric="credit.K02", starts_at=time(9), ends_at=time(11, 15))

    assert live(world) == [("credit.K02", 3000, "pending")]


def test_the_same_hours_are_refused_twice(world):
    enter(world, "member", metric="credit.K02", starts_at=time(9), ends_at=time(11))

    with pytest.raises(InvalidInput) as refused:
        enter(world, "member", metric="credit.K04", starts_at=time(10), ends_at=time(12))

    assert refused.value.fields == {"starts_at": ["这个时段已经登记过学习，不能重复计学时。"]}


def test_hours_of_a_gathering_are_refused_again_as_training(world):
    approved(world, held_on=date(2026, 11, 12), title="主题党日")

    with pytest.raises(InvalidInput) as refused:
        enter(
            world, "member", metric="credit.K02", happened_on=date(2026, 11, 12), starts_at=time(15), ends_at=time(17)
        )

    assert refused.value.fields == {"starts_at": ["这个时段参加了“主题党日”，不能重复计学时。"]}


def test_a_record_sent_later_gives_no_hours_for_a_time_already_entered(world):
    enter(
        world, "member", metric="credit.K02", happened_on=date(2026, 11, 12), starts_at=time(15), ends_at=time(16, 30)
    )

    approved(world, held_on=date(2026, 11, 12))

    assert [row[0] for row in live(world)] == [
        "credit.K02",
        "theme_day.attended_or_made_up",
        "theme_day.member_expected",
    ]


def test_one_test_a_year(world):
    enter(world, "member", metric="member.best_test_mark", quantity_milli=85_000, base_milli=100_000)

    with pytest.raises(Conflict):
        enter(world, "member", metric="member.best_test_mark", quantity_milli=90_000, base_milli=100_000, note="补考")


def test_who_was_ill_makes_up_for_the_theme_day(world):
    pk = world.member.member_id
    missed = approved(world, held_on=date(2026, 11, 2), away={pk: "leave_sick"})
    claim = enter(world, "member", metric="credit.K10", quantity_milli=2000, makes_up_id=missed.pk)
    confirm_claim(actor=world.viewer("secretary"), claim_id=claim.pk, version=None, now=NOW)

    rollup.run(root_id=world.root.pk, month=Month(2026, 11), now=NOW)

    assert earned(world.member.member, Month(2026, 11))["MB2"] == (8_000_000, 8_000_000)


@pytest.mark.parametrize(("status", "held_on"), [("absent", date(2026, 11, 2)), ("leave_sick", date(2026, 9, 30))])
def test_absence_without_leave_and_long_past_cannot_be_made_up_for(world, status, held_on):
    missed = approved(world, held_on=held_on, away={world.member.member_id: status})

    with pytest.raises(InvalidInput):
        enter(world, "member", metric="credit.K10", makes_up_id=missed.pk)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"happened_on": date(2026, 11, 21)}, "happened_on"),
        ({"happened_on": date(2025, 12, 31)}, "happened_on"),
        ({"metric": "credit.K01"}, "metric"),
        ({"metric": "member.absent_no_leave"}, "metric"),
        ({"quantity_milli": 0}, "quantity"),
        ({"metric": "credit.K05", "quantity_milli": 41_000}, "quantity"),
        ({"metric": "credit.K02", "starts_at": time(11), "ends_at": time(9)}, "ends_at"),
        ({"metric": "bonus.MP1"}, "occurrence"),
        ({"metric": "member.project_led", "note": ""}, "note"),
    ],
)
def test_what_cannot_be_is_refused_under_its_field(world, given, field):
    with pytest.raises(InvalidInput) as refused:
        enter(world, "member", **given)

    assert list(refused.value.fields) == [field]
    assert not MemberFact.objects.exists()
