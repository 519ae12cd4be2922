"""What an invited branch may say about its own attendance, when, and what each word leaves behind."""

from datetime import date

import pytest
from django.http import Http404

from activities.models import Attendance, Participation, ReviewEvent
from activities.services.inputs import AttendanceMark
from activities.services.joint import confirm_participation, decline_participation
from activities.services.reviewing import approve_shares, return_activity
from activities.services.submitting import pull_back
from assessment.ledger import live_facts
from branches.models import Member
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from tests.factories.activities import NOW, approved, sent
from tests.factories.branches import AppointmentFactory, MemberFactory, UserFactory

GUESTS = ("李书记", "钱一", "郑二", "冯三")


@pytest.fixture
def invited(cast) -> Participation:
    """The share of the other branch, four people, in a theme day of the cast's branch that awaits review."""
    for name in GUESTS[1:]:
        MemberFactory(branch=cast.other_branch, name=name)
    sent(cast, invited=(cast.other_branch.pk,))
    return Participation.objects.get(branch=cast.other_branch)


def marks(cast, **away: str) -> dict[int, AttendanceMark]:
    people = Member.objects.filter(branch=cast.other_branch).values_list("pk", "name")
    return {pk: AttendanceMark(away.get(name, "present")) for pk, name in people}


def confirm(cast, share, *, by="other_secretary", version=None, given=None, **away) -> Participation:
    given = marks(cast, **away) if given is None else given
    return confirm_participation(actor=cast.viewer(by), share_id=share.pk, attendance=given, now=NOW, version=version)


def told(cast) -> list[tuple[str, int]]:
    rows = live_facts().filter(branch=cast.other_branch).values_list("metric__code", "quantity")
    return sorted((code, quantity // 1000) for code, quantity in rows)


def test_corrected_attendance_replaces_the_first(cast, invited):
    confirm(cast, invited)
    again = confirm(cast, invited, 冯三="leave_sick")
    assert told(cast) == [("theme_day.expected", 4), ("theme_day.held", 1), ("theme_day.present", 3)]
    assert (again.expected, again.present, again.version) == (4, 3, invited.version + 2)
    assert again.first_confirmed_at == NOW
    assert Attendance.objects.filter(participation=invited).count() == 4


def test_attendance_without_somebody_is_named_and_leaves_nothing(cast, invited):
    absent = Member.objects.get(name="冯三")
    given = {pk: mark for pk, mark in marks(cast).items() if pk != absent.pk}
    with pytest.raises(InvalidInput) as fault:
        confirm(cast, invited, given=given)
    assert "冯三" in fault.value.fields["attendance"][0]
    assert told(cast) == []
    assert not Attendance.objects.filter(participation=invited).exists()


def test_nobody_there_is_no_theme_day(cast, invited):
    share = confirm(cast, invited, **dict.fromkeys(GUESTS, "absent"))
    share.refresh_from_db()
    assert (share.present, share.is_valid, share.first_confirmed_at) == (0, False, NOW)
    assert told(cast) == []


def test_declined_share_keeps_no_names_and_says_so(cast, invited):
    confirm(cast, invited)
    share = decline_participation(actor=cast.viewer("other_secretary"), share_id=invited.pk, now=NOW, reason="当天防汛")
    assert (share.state, share.expected, share.present, share.is_valid) == ("declined", 0, 0, False)
    assert not Attendance.objects.filter(participation=invited).exists()
    assert told(cast) == []
    assert ReviewEvent.objects.get(action="declined").text == "港航党支部 当天防汛"
    assert AuditEntry.objects.filter(action="activity.declined").count() == 1


def test_reviewed_attendance_stands(cast):
    activity = approved(cast, invited=(cast.other_branch.pk,))
    share = Participation.objects.get(branch=cast.other_branch)
    confirm(cast, share)
    assert approve_shares(actor=cast.viewer("officer"), activity_id=activity.pk, now=NOW) == 1
    before = told(cast)
    for step in (
        confirm,
        lambda *_: decline_participation(actor=cast.viewer("other_secretary"), share_id=share.pk, now=NOW),
    ):
        with pytest.raises(Conflict, match="已审核"):
            step(cast, share)
    assert told(cast) == before


def test_officer_does_not_review_attendance_confirmed_on_behalf(cast):
    activity = approved(cast, invited=(cast.other_branch.pk,))
    share = Participation.objects.get(branch=cast.other_branch)
    confirm(cast, share, by="officer")
    with pytest.raises(Refused, match="代为确认"):
        approve_shares(actor=cast.viewer("officer"), activity_id=activity.pk, now=NOW)
    assert set(live_facts().filter(branch=cast.other_branch).values_list("state", flat=True)) == {"pending"}
    approve_shares(actor=cast.viewer("second_officer"), activity_id=activity.pk, now=NOW)
    assert set(live_facts().filter(branch=cast.other_branch).values_list("state", flat=True)) == {"confirmed"}


@pytest.mark.parametrize("back", ["pulled back", "returned"])
def test_nothing_is_confirmed_while_the_organiser_mends_the_record(cast, invited, back):
    pk = invited.activity_id
    if back == "returned":
        return_activity(actor=cast.viewer("officer"), activity_id=pk, reason="缺签到表", now=NOW)
    else:
        pull_back(actor=cast.viewer("secretary"), activity_id=pk, now=NOW)
    with pytest.raises(Conflict, match="正在修改"):
        confirm(cast, invited)
    assert told(cast) == []


def test_stale_page_does_not_overwrite_the_attendance(cast, invited):
    confirm(cast, invited, version=invited.version, 冯三="absent")
    with pytest.raises(Conflict, match="别人改动"):
        confirm(cast, invited, version=invited.version)
    assert Participation.objects.get(pk=invited.pk).present == 3


@pytest.mark.parametrize("who", ["outsider", "stranger", "administrator", "far_secretary"])
def test_share_of_another_branch_is_not_there(cast, invited, who):
    held = AppointmentFactory(member=MemberFactory(branch=cast.far_branch))
    cast.far_secretary = UserFactory(username="far_secretary", member=held.member)
    for step in (confirm, lambda *_: decline_participation(actor=cast.viewer(who), share_id=invited.pk, now=NOW)):
        with pytest.raises(Http404):
            step(cast, invited, **({"by": who} if step is confirm else {}))


@pytest.mark.parametrize("who", ["secretary", "leader"])
def test_who_sees_the_share_but_does_not_answer_for_the_branch(cast, invited, who):
    with pytest.raises((Refused, Http404)):  # the organiser knows of it, the leader cares for it
        confirm(cast, invited, by=who)
    assert Participation.objects.get(pk=invited.pk).state == "invited"


def test_meeting_of_the_committee_is_not_the_branchs_to_confirm(cast):
    sent(cast, "party_affairs_meeting", by="officer", branch=cast.root, invited=(cast.other_branch.pk,))
    share = Participation.objects.get(branch=cast.other_branch)
    before = told(cast)
    with pytest.raises(Conflict, match="机关党委的会议"):
        confirm(cast, share)
    assert told(cast) == before == [("party_affairs_meeting.held", 1)]


def test_own_share_of_the_organiser_is_not_an_invitation(cast, invited):
    own = Participation.objects.get(branch=cast.branch)
    with pytest.raises(Http404):
        confirm(cast, own, by="secretary")
    assert own.held_on == date(2026, 11, 12)
