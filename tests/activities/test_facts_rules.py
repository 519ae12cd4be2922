"""Which facts a record gives, by type and tags; late and backfill; which records fill a period."""

from datetime import date, datetime

import pytest

from activities.rules.attendance import Headcount
from activities.rules.catalogue import tag_table
from activities.rules.choose import Candidate, fill_target, one_per_group_and_month, period_of
from activities.rules.facts import Record, attendance_purposes, facts_of, is_late, is_late_backfill, lag_days
from activities.rules.talks import Talk, TalkedLevel, committee_talks_complete, talked_levels
from core.periods import SHANGHAI, Month

DAY = date(2026, 11, 12)
FULL = Headcount(expected=10, present=10, voters_due=9, voters_present=9, committee_due=3, committee_present=3)


def _metrics(record: Record) -> list[str]:
    return [line.metric for line in facts_of(record, tag_table())]


def _record(kind: str, held: str, **fields) -> Record:
    fields.setdefault("count", FULL)
    return Record(kind=kind, shape="gathering", held_on=DAY, held_metric=held, **fields)


def test_theme_day_with_integrity_lecture_counts_as_all_it_was():
    tags = frozenset({"integrity_education", "party_lecture", "by_secretary"})
    record = _record("theme_day", "theme_day.held", attendance_metric="theme_day", tags=tags)
    assert _metrics(record) == [
        "integrity_education.held",
        "party_lecture.by_secretary",
        "party_lecture.held",
        "theme_day.held",
    ]
    assert attendance_purposes(record, tag_table()) == ["theme_day"]


def test_first_agenda_counts_only_in_a_committee_meeting():
    tags = frozenset({"first_agenda"})
    assert _metrics(_record("theme_day", "theme_day.held", tags=tags)) == ["theme_day.held"]
    assert _metrics(_record("committee_meeting", "committee_meeting.held", tags=tags, quorum="committee")) == [
        "committee_meeting.first_agenda",
        "committee_meeting.held",
    ]


def test_by_secretary_needs_a_lecture():
    tags = frozenset({"by_secretary"})
    assert _metrics(_record("theme_day", "theme_day.held", tags=tags)) == ["theme_day.held"]
    assert _metrics(_record("party_lecture", "party_lecture.held", tags=tags)) == [
        "party_lecture.by_secretary",
        "party_lecture.held",
    ]


def test_without_quorum_there_is_no_fact():
    few = Headcount(expected=10, present=4, voters_due=9, voters_present=4)
    record = _record("general_meeting", "general_meeting.held", quorum="voting_members", count=few)
    assert _metrics(record) == []


def test_theme_day_as_general_meeting_needs_the_meetings_quorum():
    few = Headcount(expected=10, present=4, voters_due=9, voters_present=4)
    tags = frozenset({"general_meeting"})
    record = _record("theme_day", "theme_day.held", attendance_metric="theme_day", tags=tags, count=few)
    assert _metrics(record) == ["theme_day.held"]
    assert attendance_purposes(record, tag_table()) == ["theme_day"]


def test_group_meeting_reports_nothing_by_itself():
    assert _metrics(_record("group_meeting", "group_meeting.held")) == []


def test_paper_without_its_required_attachment():
    record = Record(
        kind="annual_plan", shape="paper", held_on=DAY, held_metric="annual_plan.sent", attachment_missing=True
    )
    assert _metrics(record) == ["annual_plan.sent", "record.attachment_missing"]


@pytest.mark.parametrize(
    ("sent_at", "late", "backfill", "lag"),
    [
        (datetime(2026, 12, 5, 23, 59, tzinfo=SHANGHAI), False, False, 0),
        (datetime(2026, 12, 6, 0, 0, tzinfo=SHANGHAI), True, False, 1),
        (datetime(2027, 1, 5, 0, 0, tzinfo=SHANGHAI), True, False, 31),
        (datetime(2027, 1, 5, 0, 1, tzinfo=SHANGHAI), True, True, 31),
    ],
)
def test_late_from_the_sixth_and_backfill_after_thirty_days(sent_at, late, backfill, lag):
    assert (is_late(DAY, sent_at), is_late_backfill(DAY, sent_at), lag_days(DAY, sent_at)) == (late, backfill, lag)


def _candidate(pk: int, day: int, expected: int, present: int, confirmed: bool = True) -> Candidate:
    return Candidate(pk, date(2026, 11, day), expected, present, confirmed)


def test_fill_target_takes_the_best_rate_then_most_present_then_earliest():
    best = _candidate(1, 20, 10, 10)
    assert fill_target([_candidate(2, 1, 10, 9), best], 1) == [best]
    more = _candidate(3, 21, 12, 12)
    assert fill_target([best, more], 1) == [more]
    earlier = _candidate(4, 2, 12, 12)
    assert fill_target([best, more, earlier], 1) == [earlier]


def test_fill_target_takes_confirmed_before_pending():
    confirmed, pending = _candidate(1, 1, 10, 7), _candidate(2, 2, 10, 10, confirmed=False)
    assert fill_target([pending, confirmed], 1) == [confirmed]
    assert fill_target([pending, confirmed], 2) == [confirmed, pending]


def test_one_per_group_and_month_is_the_earliest():
    first, second = _candidate(1, 1, 5, 3), _candidate(2, 2, 5, 5)
    assert one_per_group_and_month([second, first]) == first
    assert one_per_group_and_month([]) is None


def test_period_of_a_quarter():
    assert period_of(date(2026, 11, 12), "quarter") == (Month(2026, 10), Month(2026, 12))


def test_talked_levels_by_month_confirmed_and_pending():
    talks = [
        Talk(1, date(2026, 1, 10), 9, 1, True),
        Talk(2, date(2026, 1, 20), 9, 2, False),
        Talk(3, date(2026, 2, 5), 9, 1, True),
        Talk(4, date(2026, 3, 5), 9, 7, True),  # not of this branch at the end of March
    ]
    people = frozenset({1, 2, 3})
    members = {Month(2026, 1): people, Month(2026, 2): people, Month(2026, 3): people}
    assert talked_levels(talks, members) == [
        TalkedLevel(date(2026, 1, 20), True, 1),
        TalkedLevel(date(2026, 1, 20), False, 2),
    ]


def test_talked_levels_follow_who_belongs_at_the_months_end():
    talks = [Talk(1, date(2026, 1, 10), 9, 1, True), Talk(2, date(2026, 1, 20), 9, 2, True)]
    members = {Month(2026, 1): {1}, Month(2026, 2): {1, 2}, Month(2026, 3): {2}}
    assert talked_levels(talks, members) == [
        TalkedLevel(date(2026, 1, 20), True, 1),
        TalkedLevel(date(2026, 2, 1), True, 2),
        TalkedLevel(date(2026, 3, 1), True, 1),
    ]


def test_committee_talks_complete_on_the_day_of_the_last_either_way_round():
    talks = [Talk(1, date(2026, 2, 1), 1, 2, True), Talk(2, date(2026, 3, 1), 3, 1, True)]
    people = {"secretary_ids": {1}, "committee_ids": {1, 2, 3}}
    assert committee_talks_complete(talks, **people) == date(2026, 3, 1)
    assert committee_talks_complete(talks[:1], **people) is None
    assert committee_talks_complete(talks, secretary_ids={1}, committee_ids={1}) is None
