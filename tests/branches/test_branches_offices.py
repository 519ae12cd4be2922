"""Offices, terms and exclusions: one secretary at a time, acting with dates, who is expected at a gathering."""

from __future__ import annotations

from datetime import date

import pytest

from branches.models import Appointment
from branches.permissions import Viewer
from branches.selectors import expected_people, has_committee_on, secretary_names
from branches.services import appointments, members
from core.errors import Conflict, InvalidInput, Refused
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
