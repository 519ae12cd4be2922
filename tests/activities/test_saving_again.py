"""A record written a second time says what the second writing says, and nothing of the first."""

from dataclasses import replace
from datetime import date

import pytest

from activities.models import Activity, ReviewEvent
from activities.services.drafting import delete_draft, save_draft
from activities.services.inputs import TalkInput, VoteInput
from activities.services.review import return_part
from activities.services.reviewing import append_note, mark_false, return_activity
from activities.services.submitting import submit_activity, withdraw_activity
from assessment.ledger import live_facts
from core.errors import Conflict, InvalidInput
from core.models import AuditEntry
from tests.factories.activities import NOW, approved, record_input, sent


def save(cast, record, activity=None) -> Activity:
    return save_draft(
        actor=cast.viewer("secretary"), record=record, activity_id=activity.pk if activity else None, now=NOW
    )


def test_second_writing_replaces_the_first(cast):
    votes = (VoteInput("年度预算", "decision", yes=3), VoteInput("评优名单", "decision", yes=3))
    first = record_input(cast.branch, "general_meeting", tags=("party_lecture", "integrity_education"), votes=votes)
    activity = save(cast, first)
    absent = {cast.member.member.pk: "leave_sick"}
    second = record_input(
        cast.branch, "general_meeting", tags=("integrity_education",), votes=votes[1:], away=absent, place="三楼"
    )
    save(cast, second, activity)

    activity.refresh_from_db()
    assert (activity.place, activity.version) == ("三楼", 2)
    assert list(activity.tags.values_list("tag", flat=True)) == ["integrity_education"]
    assert list(activity.votes.values_list("matter", flat=True)) == ["评优名单"]
    (share,) = activity.participations.all()
    assert (share.expected, share.present, share.attendances.count()) == (5, 4, 5)


def test_second_writing_of_talks_replaces_the_first(cast):
    talker, first, second = cast.secretary.member, cast.member.member, cast.committee_member.member
    pairs = (TalkInput(first.pk, talker.pk, ""), TalkInput(first.pk, talker.pk, ""))
    activity = save(cast, record_input(cast.branch, "heart_talk", talks=pairs))
    assert list(activity.talks.values_list("talked", flat=True)) == [first.pk]  # one pair said twice is one
    save(cast, record_input(cast.branch, "heart_talk", talks=(TalkInput(second.pk, talker.pk, ""),)), activity)
    assert list(activity.talks.values_list("talked", flat=True)) == [second.pk]


def test_changed_organiser_of_a_draft_leaves_no_share_of_the_first(cast):
    record = record_input(cast.branch)
    activity = save_draft(actor=cast.viewer("officer"), record=record, now=NOW)
    other = record_input(cast.other_branch)
    save_draft(actor=cast.viewer("officer"), record=other, activity_id=activity.pk, now=NOW)
    assert list(activity.participations.values_list("branch", "is_organiser")) == [(cast.other_branch.pk, True)]


def test_tags_that_do_not_go_with_the_type_are_left_out(cast):
    activity = save(cast, record_input(cast.branch, "theme_day", tags=("integrity_education", "no_such_tag")))
    assert list(activity.tags.values_list("tag", flat=True)) == ["integrity_education"]


def test_type_that_there_is_not_is_named(cast):
    with pytest.raises(InvalidInput) as fault:
        save(cast, replace(record_input(cast.branch), kind_code="no_such_kind"))
    assert list(fault.value.fields) == ["kind"]


def test_organiser_is_a_branch_or_the_committee(cast):
    with pytest.raises(InvalidInput) as fault:
        save(cast, replace(record_input(cast.branch), branch_id=0))
    assert list(fault.value.fields) == ["branch"]


def test_mended_record_counts_by_its_second_sending_only(cast):
    activity = sent(cast, tags=("integrity_education",))
    return_activity(actor=cast.viewer("officer"), activity_id=activity.pk, reason="不是廉政教育", now=NOW)
    save(cast, record_input(cast.branch, held_on=date(2026, 11, 12)), activity)
    submit_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW)
    codes = live_facts().filter(branch=cast.branch).values_list("metric__code", flat=True)
    assert sorted(codes) == ["record.returned", "theme_day.expected", "theme_day.held", "theme_day.present"]


@pytest.mark.parametrize(
    ("step", "who", "action", "words"),
    [
        (withdraw_activity, "secretary", "withdrawn", {"reason": "登记重复"}),
        (return_activity, "officer", "returned", {"reason": "登记重复"}),
        (mark_false, "officer", "false", {"reason": "登记重复"}),
        (append_note, "secretary", "noted", {"text": "登记重复"}),
    ],
)
def test_step_leaves_its_words_in_the_trail_and_the_audit(cast, step, who, action, words):
    activity = sent(cast)
    step(actor=cast.viewer(who), activity_id=activity.pk, now=NOW, **words)
    event = ReviewEvent.objects.get(activity=activity, action=action)
    assert (event.text, event.actor, event.revision) == ("登记重复", getattr(cast, who), 1)
    entry = AuditEntry.objects.get(action=f"activity.{action}")
    assert (entry.actor, entry.branch_id) == (getattr(cast, who), cast.branch.pk)


@pytest.mark.parametrize(
    ("step", "who", "words"),
    [
        (return_activity, "officer", {"reason": " \n"}),
        (mark_false, "officer", {"reason": ""}),
        (append_note, "secretary", {"text": "\t"}),
    ],
)
def test_step_that_needs_words_is_not_taken_without(cast, step, who, words):
    activity = sent(cast)
    with pytest.raises(InvalidInput):
        step(actor=cast.viewer(who), activity_id=activity.pk, now=NOW, **words)
    assert Activity.objects.get().state == "submitted"
    assert ReviewEvent.objects.count() == 1


def test_deleted_draft_is_audited(cast):
    activity = save(cast, record_input(cast.branch))
    delete_draft(actor=cast.viewer("secretary"), activity_id=activity.pk)
    assert AuditEntry.objects.get(action="activity.delete").target_id == str(activity.pk)


def test_record_that_changed_since_it_was_shown_is_not_returned(cast):
    activity = sent(cast)
    officer = cast.viewer("officer")
    with pytest.raises(Conflict, match="有人改过"):
        return_part(
            actor=officer, what="record", pk=activity.pk, version=activity.version - 1, reason="缺签到表", now=NOW
        )
    return_part(actor=officer, what="record", pk=activity.pk, version=activity.version, reason="缺签到表", now=NOW)
    assert Activity.objects.get().state == "returned"


def test_returned_record_opens_the_reviewed_attendance_of_guests_again(cast):
    activity = approved(cast, invited=(cast.other_branch.pk,))
    assert set(activity.participations.filter(is_organiser=True).values_list("is_reviewed", flat=True)) == {True}
    return_activity(actor=cast.viewer("officer"), activity_id=activity.pk, reason="缺签到表", now=NOW)
    assert set(activity.participations.values_list("is_reviewed", flat=True)) == {False}


def test_yearly_paper_happens_for_every_share_on_the_day_it_is_sent(cast):
    activity = sent(cast, "annual_plan", held_on=date(2026, 1, 5), for_year=2026)
    (share,) = activity.participations.all()
    assert (activity.held_on, share.held_on, share.month) == (NOW.date(), NOW.date(), 202611)
