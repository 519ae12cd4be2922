"""What keeps a record from being sent: each fault alone, under its field, and the record stays a draft."""

from dataclasses import replace
from datetime import date, time

import pytest

from activities.models import Activity
from activities.services.drafting import save_draft
from activities.services.inputs import TalkInput, VoteInput
from activities.services.submitting import submit_activity
from assessment.ledger import live_facts
from branches.models import Member, Organisation
from core.errors import InvalidInput
from tests.factories.activities import NOW, WORDS, record_input
from tests.factories.branches import GroupFactory


def faults_of(cast, kind="theme_day", *, by="secretary", branch=None, without=(), **fields) -> dict[str, list[str]]:
    """The faults by field on sending this record; nothing may have been counted."""
    record = record_input(branch or cast.branch, kind, **fields)
    names = Member.objects.filter(name__in=without).values_list("pk", flat=True)
    record = replace(record, attendance={pk: mark for pk, mark in record.attendance.items() if pk not in names})
    activity = save_draft(actor=cast.viewer(by), record=record, now=NOW)
    with pytest.raises(InvalidInput) as refusal:
        submit_activity(actor=cast.viewer(by), activity_id=activity.pk, now=NOW)
    assert Activity.objects.get().state == "draft"
    assert not live_facts().exists()
    return refusal.value.fields


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"starts_at": None}, "starts_at", "开始时间"),
        ({"ends_at": None}, "ends_at", "结束时间"),
        ({"starts_at": time(14, 30), "ends_at": time(14, 30)}, "ends_at", "相同"),
        ({"place": " "}, "place", "地点"),
        ({"host": ""}, "host", "主持人"),
        ({"recorder": ""}, "recorder", "记录人"),
        ({"without": ("周一",)}, "attendance", "周一"),
        ({"texts": WORDS | {"speeches": " "}}, "speeches", "发言要点"),
        ({"tags": ("first_agenda",)}, "first_agenda", "第一议题"),
        ({"tags": ("by_secretary",)}, "tags", "一起勾选"),
    ],
)
def test_one_fault_is_named_alone(cast, fields, name, words):
    found = faults_of(cast, **fields)
    assert list(found) == [name]
    assert len(found[name]) == 1
    assert words in found[name][0]


def test_present_people_are_not_named_as_missing(cast):
    (words,) = faults_of(cast, without=("周一",))["attendance"]
    assert "吴二" not in words


@pytest.mark.parametrize(
    ("column", "day", "words"),
    [("founded_on", date(2026, 11, 13), "早于支部成立"), ("dissolved_on", date(2026, 11, 11), "晚于支部撤销")],
)
def test_day_on_which_there_was_no_branch(cast, column, day, words):
    Organisation.objects.filter(pk=cast.branch.pk).update(**{column: day})
    (said,) = faults_of(cast)["held_on"]
    assert words in said


@pytest.mark.parametrize("column", ["founded_on", "dissolved_on"])
def test_first_and_last_day_of_a_branch_count(cast, column):
    Organisation.objects.filter(pk=cast.branch.pk).update(**{column: date(2026, 11, 12)})
    activity = save_draft(actor=cast.viewer("secretary"), record=record_input(cast.branch), now=NOW)
    assert submit_activity(actor=cast.viewer("secretary"), activity_id=activity.pk, now=NOW).state == "submitted"


def test_group_meeting_names_its_group_and_only_one_of_the_branch(cast):
    assert "group" in faults_of(cast, "group_meeting")
    foreign = GroupFactory(parent=cast.other_branch)
    with pytest.raises(InvalidInput, match="不属于这个支部"):
        save_draft(
            actor=cast.viewer("secretary"),
            record=record_input(cast.branch, "group_meeting", group_id=foreign.pk),
            now=NOW,
        )


def test_committee_meeting_says_which_branches_came(cast):
    found = faults_of(cast, "party_affairs_meeting", by="officer", branch=cast.root)
    assert list(found) == ["invited"]


def test_talk_needs_somebody_talked_to(cast):
    member = cast.member.member
    assert list(faults_of(cast, "heart_talk")) == ["talks"]
    Activity.objects.all().delete()
    # with oneself is no talk
    assert list(faults_of(cast, "heart_talk", talks=(TalkInput(member.pk, member.pk, ""),))) == ["talks"]


def test_vote_with_more_ballots_than_voters_names_its_matter(cast):
    votes = (VoteInput("年度预算", "decision", yes=5), VoteInput("选举委员", "election", yes=6))
    found = faults_of(cast, "general_meeting", votes=votes)
    assert list(found) == ["votes"]
    assert [words[:3] for words in found["votes"]] == ["第2项"]
    assert "选举委员" in found["votes"][0]
