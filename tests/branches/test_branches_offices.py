"""Offices, terms and exclusions: one secretary at a time, acting with dates, who is expected at a gathering."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from branches.models import Appointment, BranchTerm, CountExclusion
from branches.permissions import Viewer
from branches.selectors import expected_people, has_committee_on, secretary_names
from branches.services import appointments, members
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from tests.factories.branches import TODAY, AppointmentFactory, GroupFactory, MemberFactory, TermFactory

pytestmark = pytest.mark.django_db


def test_one_secretary_at_a_time_and_acting_with_dates(cast):
    officer, member = cast.viewer("officer"), cast.member.member
    with pytest.raises(Conflict, match="还没有结束"):
        appointments.appoint(
            actor=officer, member=member, organisation=cast.branch, post="secretary", from_on=date(2026, 11, 1)
        )
    old = Appointment.objects.get(member=cast.secretary.member)
    appointments.end_appointment(actor=officer, appointment=old, on=date(2026, 10, 31))
    with pytest.raises(InvalidInput):
        appointments.appoint(
            actor=officer, member=member, organisation=cast.branch, post="secretary", from_on=TODAY, is_acting=True
        )
    appointments.appoint(
        actor=officer, member=member, organisation=cast.branch, post="secretary",
        from_on=date(2026, 11, 1), to_on=date(2026, 12, 31), is_acting=True,
    )  # fmt: skip
    assert secretary_names([cast.branch.pk], TODAY) == {cast.branch.pk: "孙党员（代理）"}


def test_who_may_not_hold_an_office(cast):
    officer = cast.viewer("officer")
    new = MemberFactory(branch=cast.branch, status="probationary")
    with pytest.raises(InvalidInput, match="正式党员"):
        appointments.appoint(
            actor=officer, member=new, organisation=cast.branch, post="publicity_member", from_on=TODAY
        )
    with pytest.raises(InvalidInput, match="不在这里"):
        appointments.appoint(
            actor=officer, member=cast.member.member, organisation=cast.far_branch, post="secretary", from_on=TODAY
        )
    with pytest.raises(Refused):
        appointments.appoint(
            actor=cast.viewer("secretary"), member=cast.member.member, organisation=cast.branch,
            post="secretary", from_on=TODAY,
        )  # fmt: skip


def test_the_secretary_names_group_leaders(cast):
    group = GroupFactory(parent=cast.branch)
    member = MemberFactory(branch=cast.branch, group=group)
    appointments.appoint(
        actor=cast.viewer("secretary"), member=member, organisation=group, post="group_leader", from_on=TODAY
    )
    assert Appointment.objects.filter(organisation=group).count() == 1


def test_the_secretary_ends_the_office_of_a_group_leader_of_the_own_branch_alone(cast, client_as):
    group, foreign = GroupFactory(parent=cast.branch), GroupFactory(parent=cast.other_branch)
    office, other = (
        AppointmentFactory(organisation=one, member=MemberFactory(branch=one.parent, group=one), post="group_leader")
        for one in (group, foreign)
    )
    client = client_as("secretary")

    assert client.get(f"/appointments/{office.pk}/end/").status_code == 200
    assert client.post(f"/appointments/{office.pk}/end/", {"on": "2026-11-20"}).status_code == 302
    assert client.post(f"/appointments/{other.pk}/end/", {"on": "2026-11-20"}).status_code == 404
    ended = {one.pk: one.to_on for one in Appointment.objects.filter(post="group_leader")}
    assert ended == {office.pk: date(2026, 11, 20), other.pk: None}


def test_terms_follow_one_another(cast):
    TermFactory(branch=cast.branch, term_no=1, from_on=date(2022, 1, 1), due_on=date(2024, 12, 31), has_committee=True)
    officer = cast.viewer("officer")
    appointments.set_term(
        actor=officer, branch=cast.branch, term_no=2, has_committee=False, seats=0,
        from_on=date(2025, 3, 1), due_on=date(2028, 2, 28),
    )  # fmt: skip
    assert has_committee_on([cast.branch.pk], date(2025, 2, 28)) == {cast.branch.pk: True}
    assert has_committee_on([cast.branch.pk, cast.far_branch.pk], TODAY) == {
        cast.branch.pk: False,
        cast.far_branch.pk: False,
    }
    with pytest.raises(InvalidInput, match="延期"):
        appointments.set_term(
            actor=officer, branch=cast.branch, term_no=2, has_committee=False, seats=0, from_on=date(2025, 3, 1),
            due_on=date(2028, 2, 28), extended_to_on=date(2030, 1, 1), extension_document="x",
        )  # fmt: skip


def test_expected_people_know_votes_committee_and_exclusions(cast):
    new = MemberFactory(branch=cast.branch, status="probationary", name="新人")
    appointments.approve_exclusion(
        actor=cast.viewer("officer"), member=cast.member.member, reason="流动外出", approved_by="〔2026〕1号",
        from_on=date(2026, 3, 1), to_on=date(2026, 12, 31),
    )  # fmt: skip
    people = {row.name: row for row in expected_people(cast.branch, TODAY)}
    assert set(people) == {"王书记", "赵委员", "孙党员", "新人"}
    assert people["王书记"].is_committee
    assert people["王书记"].has_vote
    assert people["孙党员"].excluded == "流动外出"
    assert not people["新人"].has_vote
    assert people["新人"].member_id == new.pk
    assert {row.name: row.excluded for row in expected_people(cast.branch, date(2026, 2, 1))}["孙党员"] == ""
    with pytest.raises(Conflict):
        appointments.approve_exclusion(
            actor=cast.viewer("officer"), member=cast.member.member, reason="x", approved_by="x", from_on=TODAY
        )


def test_an_acting_office_of_somebody_who_left_gives_nothing(cast):
    AppointmentFactory(member=cast.member.member, post="deputy_secretary")
    members.change_status(
        actor=cast.viewer("officer"), member=cast.member.member, status="transferred_out", on=TODAY, version=1
    )
    assert Viewer.of(cast.member, TODAY).roles == frozenset()


def appoint(cast, member, post, from_on=TODAY, to_on=None, organisation=None):
    return appointments.appoint(
        actor=cast.viewer("officer"),
        member=member,
        organisation=organisation or cast.branch,
        post=post,
        from_on=from_on,
        to_on=to_on,
    )


def test_office_ends_once_and_not_before_it_began(cast):
    officer, held = cast.viewer("officer"), Appointment.objects.get(member=cast.secretary.member)
    with pytest.raises(InvalidInput, match="早于任职"):
        appointments.end_appointment(actor=officer, appointment=held, on=held.from_on - timedelta(days=1))
    appointments.end_appointment(actor=officer, appointment=held, on=date(2026, 10, 31))
    with pytest.raises(Conflict, match="已经结束"):
        appointments.end_appointment(actor=officer, appointment=held, on=date(2026, 11, 10))
    held.refresh_from_db()
    assert held.to_on == date(2026, 10, 31)
    assert AuditEntry.objects.filter(action="appointment.end").count() == 1


def test_acting_office_can_end_early(cast):
    acting = AppointmentFactory(
        member=cast.member.member, post="deputy_secretary", is_acting=True, to_on=date(2026, 12, 31)
    )
    appointments.end_appointment(actor=cast.viewer("officer"), appointment=acting, on=TODAY)
    acting.refresh_from_db()
    assert acting.to_on == TODAY


def test_single_office_changes_hands_without_a_shared_day(cast):
    officer, member = cast.viewer("officer"), cast.member.member
    appointments.end_appointment(
        actor=officer, appointment=Appointment.objects.get(member=cast.secretary.member), on=date(2026, 10, 31)
    )
    appoint(cast, member, "secretary", from_on=date(2027, 1, 1))
    between = MemberFactory(branch=cast.branch)
    for first, last in ((date(2026, 10, 31), date(2026, 12, 1)), (date(2026, 11, 1), date(2027, 1, 1))):
        with pytest.raises(Conflict, match="还没有结束"):
            appoint(cast, between, "secretary", from_on=first, to_on=last)
    appoint(cast, between, "secretary", from_on=date(2026, 11, 1), to_on=date(2026, 12, 31))
    assert secretary_names([cast.branch.pk], TODAY) == {cast.branch.pk: between.name}


def test_one_person_holds_an_office_once_and_two_may_be_deputies(cast):
    appoint(cast, cast.member.member, "deputy_secretary")
    with pytest.raises(Conflict, match="已任这一职务"):
        appoint(cast, cast.member.member, "deputy_secretary")
    appoint(cast, MemberFactory(branch=cast.branch), "deputy_secretary")
    assert Appointment.objects.filter(organisation=cast.branch, post="deputy_secretary").count() == 2


def test_offices_belong_to_their_tier_and_their_days_in_order(cast):
    member, group = cast.member.member, GroupFactory(parent=cast.branch)
    for post, organisation in (("group_leader", cast.branch), ("secretary", group)):
        with pytest.raises(InvalidInput, match="不设在这一级"):
            appoint(cast, member, post, organisation=organisation)
    with pytest.raises(InvalidInput, match="不在这里"):
        appoint(cast, member, "group_leader", organisation=group)  # of the branch, not of the group
    with pytest.raises(InvalidInput, match="早于开始"):
        appoint(cast, member, "deputy_secretary", from_on=TODAY, to_on=TODAY - timedelta(days=1))
    appoint(cast, member, "publicity_member", organisation=cast.root)  # the committee's own, from any of its branches


def term(cast, **values):
    given = {"term_no": 1, "has_committee": True, "seats": 3, "from_on": date(2023, 3, 1), "due_on": date(2026, 2, 28)}
    return appointments.set_term(actor=cast.viewer("officer"), branch=cast.branch, **(given | values))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due_on": date(2023, 3, 1)}, "due_on"),
        ({"seats": 2}, "seats"),
        ({"seats": 8}, "seats"),
        ({"seats": 10**20, "has_committee": False}, "seats"),
        ({"term_no": 10**20}, "term_no"),
        ({"extended_to_on": date(9999, 12, 31)}, "extended_to_on"),
        ({"extended_to_on": date(2026, 8, 31)}, "extension_document"),
        ({"extended_to_on": date(2027, 3, 1), "extension_document": "〔2026〕2号"}, "extended_to_on"),
    ],
)
def test_what_is_no_term_of_office(cast, values, field):
    with pytest.raises(InvalidInput) as fault:
        term(cast, **values)
    assert list(fault.value.fields) == [field]
    assert not BranchTerm.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"seats": 3}, {"seats": 7}, {"has_committee": False, "seats": 0},
     {"extended_to_on": date(2027, 2, 28), "extension_document": "〔2026〕2号"}],
)  # fmt: skip
def test_what_just_is_one(cast, values):
    term(cast, **values)
    assert BranchTerm.objects.get().branch == cast.branch


def test_exclusion_is_reasoned_ends_once_and_can_follow_another(cast):
    officer, member = cast.viewer("officer"), cast.member.member

    def approve(from_on, reason="流动外出", **more):
        return appointments.approve_exclusion(
            actor=officer, member=member, reason=reason, approved_by="〔2026〕1号", from_on=from_on, **more
        )

    with pytest.raises(InvalidInput, match="原因"):
        approve(TODAY, reason=" ")
    with pytest.raises(InvalidInput, match="早于开始"):
        approve(TODAY, to_on=TODAY - timedelta(days=1))
    first = approve(date(2026, 3, 1))
    with pytest.raises(InvalidInput, match="早于开始"):
        appointments.end_exclusion(actor=officer, exclusion=first, on=date(2026, 2, 28))
    appointments.end_exclusion(actor=officer, exclusion=first, on=date(2026, 6, 30))
    with pytest.raises(Conflict, match="已经结束"):
        appointments.end_exclusion(actor=officer, exclusion=first, on=date(2026, 7, 31))
    with pytest.raises(Conflict, match="已经不计入"):
        approve(date(2026, 6, 30))
    approve(date(2026, 7, 1))
    rows = CountExclusion.objects.order_by("from_on").values_list("from_on", "to_on")
    assert list(rows) == [(date(2026, 3, 1), date(2026, 6, 30)), (date(2026, 7, 1), None)]


def test_branch_does_not_excuse_its_own(cast):
    with pytest.raises(Refused):
        appointments.approve_exclusion(
            actor=cast.viewer("secretary"), member=cast.member.member, reason="x", approved_by="x", from_on=TODAY
        )
    assert not CountExclusion.objects.exists()
