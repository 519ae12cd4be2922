"""Which gathering of a period reports attendance, chosen anew after every change; joint gatherings; two at once."""

from datetime import date
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from activities.facts import report_many
from activities.models import Activity, Participation
from activities.services.inputs import AttendanceMark
from activities.services.joint import confirm_participation, decline_participation
from activities.services.reviewing import approve_shares
from activities.services.submitting import withdraw_activity
from assessment.ledger import live_facts
from assessment.models import Fact
from branches.models import Member
from core.errors import Conflict, PortalError, Refused
from tests.factories.activities import NOW, approve, approved, draft, sent


def person(branch, name: str) -> int:
    return Member.objects.get(branch=branch, name=name).pk


def attendance(branch) -> list[tuple[str, int, date, str]]:
    rows = live_facts().filter(branch=branch, source_type="activity.attendance")
    rows = rows.values_list("metric__code", "quantity", "happened_on", "state")
    return sorted((code, quantity // 1000, day, state) for code, quantity, day, state in rows)


def both(expected: int, present: int, day: int, state: str) -> list[tuple[str, int, date, str]]:
    on = date(2026, 11, day)
    return [("theme_day.expected", expected, on, state), ("theme_day.present", present, on, state)]


def test_a_better_gathering_replaces_the_one_that_reported(cast):
    sent(cast, held_on=date(2026, 11, 2), away={person(cast.branch, "周一"): "absent"})
    assert attendance(cast.branch) == both(5, 4, 2, "pending")
    sent(cast, held_on=date(2026, 11, 9))
    assert attendance(cast.branch) == both(5, 5, 9, "pending")
    assert live_facts().filter(metric__code="theme_day.held").count() == 2


def test_withdrawing_the_best_brings_the_other_back_with_a_new_revision(cast):
    sent(cast, held_on=date(2026, 11, 2), away={person(cast.branch, "周一"): "absent"})
    best = sent(cast, held_on=date(2026, 11, 9))
    withdraw_activity(actor=cast.viewer("secretary"), activity_id=best.pk, now=NOW)
    assert attendance(cast.branch) == both(5, 4, 2, "pending")
    keys = Fact.objects.filter(metric__code="theme_day.present", happened_on=date(2026, 11, 2), reverses=None)
    assert len(set(keys.values_list("source_key", flat=True))) == 2


def test_a_confirmed_gathering_is_not_displaced_by_a_pending_one_but_by_a_confirmed_one(cast):
    approved(cast, held_on=date(2026, 11, 2), away={person(cast.branch, "周一"): "absent"})
    better = sent(cast, held_on=date(2026, 11, 9))
    assert attendance(cast.branch) == both(5, 4, 2, "confirmed")
    approve(cast, better)
    assert attendance(cast.branch) == both(5, 5, 9, "confirmed")


def test_joint_gathering_gives_each_branch_its_own_facts(cast):
    activity = sent(cast, invited=(cast.other_branch.pk,), tags=("joint_activity",))
    share = Participation.objects.get(branch=cast.other_branch)
    assert not live_facts().filter(branch=cast.other_branch).exists()
    marks = {
        pk: AttendanceMark("present")
        for pk in Member.objects.filter(branch=cast.other_branch).values_list("pk", flat=True)
    }
    confirm_participation(actor=cast.viewer("other_secretary"), share_id=share.pk, attendance=marks, now=NOW)
    codes = sorted(live_facts().filter(branch=cast.other_branch).values_list("metric__code", flat=True))
    assert codes == ["joint_activity.held", "theme_day.expected", "theme_day.held", "theme_day.present"]
    withdraw_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW)
    assert not live_facts().exists()


def test_declining_takes_the_branchs_facts_back(cast):
    sent(cast, invited=(cast.other_branch.pk,))
    share = Participation.objects.get(branch=cast.other_branch)
    actor = cast.viewer("other_secretary")
    marks = {
        pk: AttendanceMark("present")
        for pk in Member.objects.filter(branch=cast.other_branch).values_list("pk", flat=True)
    }
    confirm_participation(actor=actor, share_id=share.pk, attendance=marks, now=NOW)
    decline_participation(actor=actor, share_id=share.pk, now=NOW)
    assert not live_facts().filter(branch=cast.other_branch).exists()
    assert live_facts().filter(branch=cast.branch).exists()


def test_attendance_confirmed_after_approval_is_pending_until_reviewed(cast):
    activity = approved(cast, invited=(cast.other_branch.pk,))
    share = Participation.objects.get(branch=cast.other_branch)
    marks = {
        pk: AttendanceMark("present")
        for pk in Member.objects.filter(branch=cast.other_branch).values_list("pk", flat=True)
    }
    confirm_participation(actor=cast.viewer("other_secretary"), share_id=share.pk, attendance=marks, now=NOW)
    states = set(live_facts().filter(branch=cast.other_branch).values_list("state", flat=True))
    assert states == {"pending"}
    approve_shares(actor=cast.viewer("officer"), activity_id=activity.pk, now=NOW)
    assert set(live_facts().values_list("state", flat=True)) == {"confirmed"}
    with pytest.raises(Conflict):
        confirm_participation(actor=cast.viewer("other_secretary"), share_id=share.pk, attendance=marks, now=NOW)


def test_committee_meeting_is_logged_once_for_all_branches(cast):
    invited = (cast.branch.pk, cast.other_branch.pk)
    activity = sent(cast, "party_affairs_meeting", by="officer", branch=cast.root, invited=invited)
    approve(cast, activity, by="second_officer")
    rows = live_facts().values_list("branch_id", "metric__code", "state")
    assert sorted(rows) == sorted((pk, "party_affairs_meeting.held", "confirmed") for pk in invited)


def test_report_many_says_the_same_as_one_by_one(cast):
    sent(cast, held_on=date(2026, 11, 2), tags=("integrity_education",))
    approved(cast, held_on=date(2026, 10, 9))
    said = _said()
    Fact.objects.filter(reverses__isnull=False).delete()
    Fact.objects.all().delete()
    report_many(list(Activity.objects.values_list("pk", flat=True)), now=NOW)
    assert _said() == said


def _said() -> list[tuple]:
    return sorted(live_facts().values_list("branch_id", "metric__code", "quantity", "happened_on", "state"))


def test_report_many_takes_no_more_queries_for_more_records(cast, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    ids = [sent(cast, held_on=date(2026, month, 5)).pk for month in (6, 7, 8)]
    Fact.objects.filter(reverses__isnull=False).delete()
    Fact.objects.all().delete()
    with CaptureQueriesContext(connection) as one:
        report_many(ids[:1], now=NOW)
    with django_assert_num_queries(len(one)):
        report_many(ids[1:], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_sendings_at_once_make_one_record():
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: threads with their own connections")
    from activities.services.calendar import load_calendar
    from activities.services.submitting import submit_activity
    from tests.factories.activities import load_scheme
    from tests.factories.branches import build_cast

    load_calendar()
    cast = build_cast()
    load_scheme(cast.root)
    twins = [draft(cast), draft(cast)]
    outcomes: list[str] = []

    def send(activity: Activity) -> None:
        try:
            submit_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW)
            outcomes.append("sent")
        except PortalError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=send, args=(twin,)) for twin in twins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "sent"]
    assert live_facts().filter(metric__code="theme_day.held").count() == 1


def test_who_confirmed_for_an_invited_branch_does_not_review_it(cast):
    activity = sent(cast, invited=(cast.other_branch.pk,))
    share = activity.participations.get(branch=cast.other_branch)
    members = Member.objects.filter(branch=cast.other_branch).values_list("pk", flat=True)
    marks = {pk: AttendanceMark("present") for pk in members}
    confirm_participation(actor=cast.viewer("officer"), share_id=share.pk, attendance=marks, now=NOW)
    with pytest.raises(Refused, match="代为确认"):
        approve(cast, activity)
    activity.refresh_from_db()
    assert activity.state == "submitted"


@pytest.mark.django_db(transaction=True)
def test_branch_being_sent_for_does_not_stop_rows_that_point_at_it():
    """A closing ends with rows about every branch; waiting for a sender that waits for it, both would be lost."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: two connections")
    from activities.services.steps import lock_branches
    from tests.factories.branches import build_cast

    branch = build_cast().branch
    outcomes: list[str] = []

    def point_at() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                cursor.execute("SELECT 1 FROM branches_organisation WHERE id = %s FOR KEY SHARE", [branch.pk])
            outcomes.append("written")
        except OperationalError as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        lock_branches([branch.pk])
        thread = Thread(target=point_at)
        thread.start()
        thread.join()
    assert outcomes == ["written"]
