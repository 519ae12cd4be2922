"""The life of a record: sent once, taken back, returned, approved; and what it leaves in the ledger."""

from datetime import date, time

import pytest
from django.http import Http404

from activities.facts import report_many
from activities.models import Activity, ActivityState, Attendance, ReviewEvent
from activities.services.drafting import delete_draft, save_draft
from activities.services.inputs import RecordInput, TalkInput
from activities.services.reviewing import append_note, approve_activities, mark_false, return_activity
from activities.services.submitting import pull_back, submit_activity, withdraw_activity
from assessment.ledger import live_facts, reverse_source
from branches.models import CountExclusion, Member
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from notices.models import Notice
from tests.factories.activities import NOW, approve, approved, at, draft, record_input, sent
from tests.factories.branches import GroupFactory, MemberFactory

THEME = ["theme_day.expected", "theme_day.held", "theme_day.present"]


def facts(branch) -> list[tuple[str, int, str]]:
    """Live facts of a branch as (metric, whole quantity, state), sorted."""
    rows = live_facts().filter(branch=branch).values_list("metric__code", "quantity", "state")
    return sorted((code, quantity // 1000, state) for code, quantity, state in rows)


def metrics(branch) -> list[str]:
    return [row[0] for row in facts(branch)]


def person(branch, name: str) -> int:
    return Member.objects.get(branch=branch, name=name).pk


def test_sent_record_has_pending_facts(cast):
    away = {person(cast.branch, "周一"): "leave_sick", person(cast.branch, "吴二"): "late"}
    activity = sent(cast, away=away, tags=("integrity_education", "party_lecture"))
    assert facts(cast.branch) == [
        ("integrity_education.held", 1, "pending"),
        ("party_lecture.held", 1, "pending"),
        ("theme_day.expected", 5, "pending"),
        ("theme_day.held", 1, "pending"),
        ("theme_day.present", 4, "pending"),
    ]
    assert (activity.state, activity.revision, activity.is_late) == ("submitted", 1, False)


def test_approved_record_has_confirmed_facts(cast):
    activity = approved(cast)
    assert facts(cast.branch) == [
        ("theme_day.expected", 5, "confirmed"),
        ("theme_day.held", 1, "confirmed"),
        ("theme_day.present", 5, "confirmed"),
    ]
    assert activity.reviewed_by == cast.officer
    assert activity.state == ActivityState.APPROVED


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("theme_day", THEME),
        ("general_meeting", ["general_meeting.expected", "general_meeting.held", "general_meeting.present"]),
        ("committee_meeting", ["committee_meeting.held"]),
        ("party_lecture", ["party_lecture.held"]),
        ("integrity_education", ["integrity_education.held"]),
        ("org_life_meeting", ["org_life_meeting.held"]),
        ("democratic_appraisal", []),
        ("party_affairs_meeting", ["party_affairs_meeting.held"]),
        ("annual_party_work_meeting", ["annual_party_work_meeting.held"]),
        ("joint_activity", ["joint_activity.held"]),
        ("disclosure", ["disclosure.published"]),
        ("annual_plan", ["annual_plan.sent"]),
        ("half_year_summary", ["half_year_summary.sent"]),
        ("annual_summary", ["annual_summary.sent"]),
    ],
)
def test_each_type_gives_its_facts(cast, kind, expected):
    sent(cast, kind)
    assert metrics(cast.branch) == expected


def test_a_paper_lacks_its_material_only_while_it_is_neither_attached_nor_written(cast):
    """Whoever writes the plan into the record, however late, never earns less than who sends nothing."""
    plan = sent(cast, "annual_plan", held_on=date(2026, 2, 2))
    assert metrics(cast.branch) == ["annual_plan.sent"]

    plan.text.agenda = ""
    plan.text.save()
    reverse_source("activity", plan.pk, by_id=None, reason="更正", now=NOW)
    report_many([plan.pk], now=NOW)
    assert metrics(cast.branch) == ["annual_plan.sent", "record.attachment_missing"]


def test_group_meeting_counts_once_per_group_and_month(cast):
    group = GroupFactory(parent=cast.branch)
    MemberFactory(branch=cast.branch, group=group)
    first = sent(cast, "group_meeting", group_id=group.pk, held_on=date(2026, 11, 3))
    sent(cast, "group_meeting", group_id=group.pk, held_on=date(2026, 11, 10))
    assert metrics(cast.branch) == ["group_meeting.held"]
    withdraw_activity(actor=cast.viewer("secretary"), activity_id=first.pk, now=NOW)
    (fact,) = live_facts().filter(branch=cast.branch)
    assert fact.happened_on == date(2026, 11, 10)


def test_heart_talk_gives_how_many_were_talked_to(cast):
    from activities.services.inputs import TalkInput

    leader, first, second = (person(cast.branch, name) for name in ("王书记", "赵委员", "周一"))
    sent(cast, "heart_talk", talks=(TalkInput(first, leader), TalkInput(second, leader)))
    assert facts(cast.branch) == [("committee_talks.complete", 1, "pending"), ("member.talked", 2, "pending")]
    approve(cast, Activity.objects.get())
    assert facts(cast.branch) == [("committee_talks.complete", 1, "confirmed"), ("member.talked", 2, "confirmed")]


def test_general_meeting_without_quorum_gives_no_fact(cast):
    away = {person(cast.branch, name): "absent" for name in ("周一", "吴二", "孙党员")}
    activity = sent(cast, "general_meeting", away=away)
    assert facts(cast.branch) == []
    assert activity.participations.get().is_valid is False


def test_excluded_people_are_not_expected(cast):
    old = Member.objects.get(branch=cast.branch, name="周一")
    CountExclusion.objects.create(
        root=cast.root, member=old, reason="年老体弱", approved_by="机关党委批复", from_on=date(2026, 1, 1)
    )
    sent(cast)
    assert ("theme_day.expected", 4, "pending") in facts(cast.branch)
    assert Attendance.objects.get(member=old).reason == "年老体弱"


def test_excluding_without_approval_is_refused(cast):
    activity = draft(cast, away={person(cast.branch, "周一"): "excluded"})
    with pytest.raises(InvalidInput) as caught:
        submit_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW)
    assert caught.value.fields == {"attendance": ["以下党员未经批准不计入应到：周一。请改选，或由机关党委先批准。"]}


def test_incomplete_record_names_every_fault_and_stays_a_draft(cast):
    activity = draft(cast, place="", texts={}, attendance={}, ends_at=None)
    with pytest.raises(InvalidInput) as caught:
        submit_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW)
    assert sorted(caught.value.fields) == ["agenda", "attendance", "ends_at", "place", "resolution", "speeches"]
    assert Activity.objects.get().state == ActivityState.DRAFT


def test_future_day_cannot_be_sent(cast):
    activity = draft(cast, held_on=date(2026, 11, 21))
    with pytest.raises(InvalidInput) as caught:
        submit_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW)
    assert list(caught.value.fields) == ["held_on"]


def test_same_gathering_cannot_be_sent_twice(cast):
    sent(cast)
    twin = draft(cast)
    with pytest.raises(Conflict, match="没有重复登记"):
        submit_activity(actor=cast.viewer("secretary"), activity_id=twin.pk, now=NOW)
    assert metrics(cast.branch) == THEME


def test_over_midnight_happened_on_the_day_it_began(cast):
    sent(cast, held_on=date(2026, 10, 31), starts_at=time(22, 0), ends_at=time(0, 30))
    assert {fact.happened_on for fact in live_facts()} == {date(2026, 10, 31)}


def test_pull_back_reverses_and_resending_keeps_the_first_sending(cast):
    activity = sent(cast, held_on=date(2026, 10, 12), now=at(date(2026, 11, 5)))
    actor = cast.viewer("secretary")
    pull_back(actor=actor, activity_id=activity.pk, now=NOW)
    assert facts(cast.branch) == []
    again = submit_activity(actor=actor, activity_id=activity.pk, now=NOW)
    assert (again.first_submitted_at, again.is_late, again.revision) == (at(date(2026, 11, 5)), False, 2)
    assert metrics(cast.branch) == THEME
    assert {fact.entered_at for fact in live_facts()} == {at(date(2026, 11, 5))}


def test_late_stays_late(cast):
    activity = sent(cast, held_on=date(2026, 10, 12), now=at(date(2026, 11, 6), 0))
    assert activity.is_late is True
    assert live_facts().first().is_late is True


def test_returned_reverses_and_counts_once(cast):
    activity = sent(cast)
    officer, secretary = cast.viewer("officer"), cast.viewer("secretary")
    return_activity(actor=officer, activity_id=activity.pk, reason="缺席原因不清", now=NOW)
    assert facts(cast.branch) == [("record.returned", 1, "confirmed")]
    submit_activity(actor=secretary, activity_id=activity.pk, now=NOW)
    return_activity(actor=officer, activity_id=activity.pk, reason="还是不清", now=at(date(2026, 11, 21)))
    assert facts(cast.branch) == [("record.returned", 1, "confirmed")]
    submit_activity(actor=secretary, activity_id=activity.pk, now=at(date(2026, 11, 22)))
    assert metrics(cast.branch) == ["record.returned", *THEME]
    assert Notice.objects.filter(recipient=cast.secretary, kind="returned").count() == 2


def test_an_approved_record_can_be_returned_by_the_officer(cast):
    activity = approved(cast)
    return_activity(actor=cast.viewer("officer"), activity_id=activity.pk, reason="名单有误", now=NOW)
    assert facts(cast.branch) == [("record.returned", 1, "confirmed")]
    again = submit_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW)
    assert facts(cast.branch) == [
        ("record.returned", 1, "confirmed"),
        *(
            (code, n, "pending")
            for code, n in (("theme_day.expected", 5), ("theme_day.held", 1), ("theme_day.present", 5))
        ),
    ]
    approve(cast, again)
    assert {row[2] for row in facts(cast.branch)} == {"confirmed"}


def test_withdrawn_as_a_mistake_reverses_all(cast):
    activity = sent(cast, tags=("integrity_education",))
    return_activity(actor=cast.viewer("officer"), activity_id=activity.pk, reason="重复", now=NOW)
    withdraw_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW, reason="登记重复")
    assert facts(cast.branch) == []
    sent(cast)  # the same gathering may be logged anew
    assert metrics(cast.branch) == THEME


def test_approved_record_is_locked_save_for_notes(cast):
    activity, actor = approved(cast), cast.viewer("secretary")
    with pytest.raises(Conflict, match="已审核"):
        pull_back(actor=actor, activity_id=activity.pk, now=NOW)
    with pytest.raises(Conflict, match="已审核"):
        save_draft(actor=actor, record=record_input(cast.branch), activity_id=activity.pk, now=NOW)
    append_note(actor=actor, activity_id=activity.pk, text="列席人员漏记张三。", now=NOW)
    assert ReviewEvent.objects.filter(activity=activity, action="noted").get().text == "列席人员漏记张三。"


def test_false_record_is_reversed_and_counted(cast):
    activity = approved(cast)
    mark_false(actor=cast.viewer("officer"), activity_id=activity.pk, reason="当天无此会议", now=NOW)
    assert facts(cast.branch) == [("record.false", 1, "confirmed")]


def test_officer_enters_on_behalf_and_does_not_review_it(cast):
    activity = sent(cast, by="officer")
    assert activity.on_behalf is True
    with pytest.raises(Refused, match="您登记的"):
        approve_activities(actor=cast.viewer("officer"), activity_ids=[activity.pk], now=NOW)
    approve(cast, activity, by="second_officer")
    assert Activity.objects.get().reviewed_by == cast.second_officer


def test_officer_returns_a_branchs_record_and_does_not_take_it_back(cast):
    activity = sent(cast)
    for step in (pull_back, withdraw_activity):
        with pytest.raises(Refused, match="不能由您撤回"):
            step(actor=cast.viewer("officer"), activity_id=activity.pk, now=NOW)
    pull_back(actor=cast.viewer("officer"), activity_id=sent(cast, "party_lecture", by="officer").pk, now=NOW)


def test_self_review_is_impossible_in_the_database_too(cast):
    from django.db import IntegrityError, transaction

    activity = sent(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(reviewed_by=activity.entered_by)


def test_many_are_approved_all_or_none(cast):
    mine, other = sent(cast, by="officer"), sent(cast, held_on=date(2026, 10, 12))
    with pytest.raises(Refused):
        approve_activities(actor=cast.viewer("officer"), activity_ids=[mine.pk, other.pk], now=NOW)
    assert set(Activity.objects.values_list("state", flat=True)) == {"submitted"}


@pytest.mark.parametrize("who", ["other_secretary", "outsider", "administrator", "stranger"])
def test_a_foreign_record_is_not_there(cast, who):
    activity = sent(cast)
    for step in (pull_back, withdraw_activity):
        with pytest.raises(Http404):
            step(actor=cast.viewer(who), activity_id=activity.pk, now=NOW)
    with pytest.raises((Http404, Refused)):  # the administrator knows the branch's name, and may do nothing there
        save_draft(actor=cast.viewer(who), record=record_input(cast.branch), now=NOW)


def test_committee_member_drafts_and_does_not_send(cast):
    activity = draft(cast, by="committee_member")
    with pytest.raises(Refused):
        submit_activity(actor=cast.viewer("committee_member"), activity_id=activity.pk, now=NOW)


def test_secretary_does_not_review(cast):
    activity = sent(cast, by="officer")
    with pytest.raises(Refused):
        approve_activities(actor=cast.viewer("secretary"), activity_ids=[activity.pk], now=NOW)


def test_second_writer_gets_a_conflict(cast):
    activity = draft(cast)
    actor, record = cast.viewer("secretary"), record_input(cast.branch, place="三楼")
    save_draft(actor=actor, record=record, activity_id=activity.pk, version=activity.version, now=NOW)
    with pytest.raises(Conflict, match="别人已改动"):
        save_draft(actor=actor, record=record, activity_id=activity.pk, version=activity.version, now=NOW)


def test_one_form_makes_one_draft(cast):
    actor, record = cast.viewer("secretary"), record_input(cast.branch)
    first = save_draft(actor=actor, record=record, now=NOW, form_token="t1")
    second = save_draft(actor=actor, record=record, now=NOW, form_token="t1")
    assert first.pk == second.pk


def test_draft_never_sent_can_be_deleted(cast):
    activity = draft(cast)
    delete_draft(actor=cast.viewer("secretary"), activity_id=activity.pk)
    assert not Activity.objects.exists()


def test_votes_are_judged_by_those_present(cast):
    from activities.services.inputs import VoteInput

    votes = (VoteInput("选举委员", "election", yes=3), VoteInput("年度预算", "decision", yes=2, no=3))
    activity = sent(cast, "general_meeting", votes=votes)
    assert list(activity.votes.values_list("matter", "is_valid", "passed")) == [
        ("选举委员", True, True),
        ("年度预算", True, False),
    ]


def test_each_step_leaves_an_audit_entry(cast):
    approved(cast)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "activity.save",
        "activity.submitted",
        "activity.approved",
    ]


def test_talk_names_nobody_outside_the_actors_scope(cast):
    foreign = Member.objects.filter(branch=cast.other_branch).first()
    own = cast.member.member
    talks = [TalkInput(foreign.pk, None, "王书记"), TalkInput(own.pk, foreign.pk, "李委员")]
    activity = draft(cast, "heart_talk", talks=tuple(talks), attendance={})
    assert list(activity.talks.values_list("talked_id", "talker_id", "talker_name")) == [(own.pk, None, "李委员")]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 31), date(9999, 12, 31)])
def test_day_of_no_year_of_ours_is_refused_even_in_a_draft(cast, day):
    with pytest.raises(InvalidInput, match="日期"):
        save_draft(actor=cast.viewer("secretary"), record=RecordInput("theme_day", cast.branch.pk, day), now=NOW)
    assert not Activity.objects.exists()
