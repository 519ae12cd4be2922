"""Duties: pure states per period, and the cards of one branch and of all."""

from datetime import date, datetime, time

import pytest

from activities.models import Duty
from activities.rules.duties import (
    DutyState,
    DutyTerms,
    Period,
    Record,
    backfills,
    duty_state,
    filling,
    in_window,
    measured_months,
    periods_in,
    progress_state,
)
from activities.selectors.duties import duties_of, duty_count, duty_overview, lacking
from branches.models import Organisation
from core.periods import SHANGHAI, Month
from tests.factories.activities import approved, at, draft, sent
from tests.factories.branches import BranchFactory, GroupFactory, MemberFactory, TermFactory

NOVEMBER = Month(2026, 11)
MONTHLY = DutyTerms("theme_day", "主题党日", "month")
QUARTERLY = DutyTerms("general_meeting", "支部党员大会", "quarter")
YEARLY = DutyTerms("org_life_meeting", "组织生活会", "year", window="10-01..next-03-31")
END = date(2026, 11, 30)


def moment(month: int, day: int) -> datetime:
    return datetime.combine(date(2026, month, day), time(9), SHANGHAI)


def record(pk: int = 1, day: date = date(2026, 11, 12), state: str = "approved", **fields) -> Record:
    return Record(pk, day, state, fields.pop("is_valid", True), fields.pop("sent", moment(11, 13)), **fields)


@pytest.mark.parametrize(
    ("records", "on", "state", "words"),
    [
        ([record(present=4)], (11, 20), "on_time", "11月12日已开，4人到会"),
        ([record(state="submitted")], (11, 20), "pending", "11月12日已报，待审核"),
        ([record(state="submitted", combined=True, kind_name="党课")], (11, 20), "pending", "并入党课，待审核"),
        ([record(sent=moment(12, 9))], (12, 10), "late", "11月12日的会12月9日才报"),
        ([record(state="returned")], (11, 20), "returned", "11月12日的记录已退回，改后再报"),
        ([record(state="draft", sent=None)], (11, 20), "draft", "11月12日的草稿还没有报送"),
        ([record(is_valid=False)], (11, 20), "missing", "11月12日到会人数不够，不计次数，须重开"),
        ([], (11, 20), "missing", "应于11月30日前，还有10天"),
        ([], (11, 30), "missing", "应于11月30日前，今天是最后一天"),
        ([], (12, 3), "missing", "没有记录；开过的请在12月5日24:00前报送"),
        ([], (12, 6), "overdue", "2026年11月没有记录；开过的仍可补报"),
        ([record(day=date(2026, 10, 30))], (11, 20), "missing", "应于11月30日前，还有10天"),
    ],
)
def test_monthly_duty_says_how_far_it_is(records, on, state, words):
    found = duty_state(MONTHLY, Period.of("month", NOVEMBER), records, date(2026, *on))
    assert (found.state, found.words, found.deadline) == (state, words, END)


@pytest.mark.parametrize(
    ("records", "on", "expected"),
    [
        ([record()], (11, 20), DutyState("reached", "本季度已开1次", date(2026, 12, 31), 0, 1)),
        ([], (12, 1), DutyState("missing", "本季度还差1次，12月31日前", date(2026, 12, 31), 1)),
        ([], (11, 29), DutyState("not_due", "本季度还差1次，12月31日前", date(2026, 12, 31), 1)),
    ],
)
def test_quarterly_duty_presses_in_its_last_month(records, on, expected):
    assert duty_state(QUARTERLY, Period.of("quarter", NOVEMBER), records, date(2026, *on)) == expected


def test_yearly_duty_outside_its_window_is_not_due():
    found = duty_state(YEARLY, Period.of("year", NOVEMBER), [], date(2026, 8, 1))
    assert (found.state, found.words) == ("not_due", "可在四季度召开")


def test_window_over_new_year_is_open_on_both_sides():
    days = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [in_window("10-01..next-03-31", day) for day in days] == [False, True, True, False]


def test_talks_count_people():
    duty = DutyTerms("heart_talk", "谈心谈话", "year")
    period = Period.of("year", NOVEMBER)
    assert progress_state(duty, period, done=5, need=5, on=date(2026, 11, 20)).state == "reached"
    lacking = progress_state(duty, period, done=4, need=5, on=date(2026, 12, 10))
    assert (lacking.state, lacking.words, lacking.missing) == ("missing", "已谈4人，还差1人，12月31日前", 1)


def test_filling_prefers_what_came_on_time_and_leaves_extras():
    late, early, returned = record(1, sent=moment(12, 20)), record(2, date(2026, 11, 20)), record(3, state="returned")
    assert filling([late, early, returned], Period.of("month", NOVEMBER)) == [early]


def test_backfill_is_what_filled_an_empty_period_more_than_30_days_late():
    period = Period.of("month", Month(2026, 8))
    late = record(1, date(2026, 8, 10), sent=moment(10, 7))
    just = record(2, date(2026, 8, 10), sent=moment(10, 5))
    first = record(3, date(2026, 8, 20), sent=moment(8, 21))
    assert backfills([late], period) == [late]
    assert backfills([just], period) == []
    assert backfills([late, first], period) == []  # an extra beside what came on time


def test_measured_months_begin_after_the_founding_and_end_before_the_dissolution():
    assert measured_months(2026, founded_on=date(2026, 4, 10), dissolved_on=None) == (Month(2026, 5), Month(2026, 12))
    ended = measured_months(2026, founded_on=date(2020, 1, 1), dissolved_on=date(2026, 9, 15))
    assert ended == (Month(2026, 1), Month(2026, 8))
    assert measured_months(2026, founded_on=date(2026, 12, 2), dissolved_on=None) is None
    live = measured_months(2026, founded_on=date(2020, 1, 1), dissolved_on=None, go_live_month=202603)
    assert live == (Month(2026, 3), Month(2026, 12))


def test_periods_that_begin_before_the_start_are_left_out():
    assert [p.label for p in periods_in("quarter", Month(2026, 2), Month(2026, 9))] == [
        "2026年第2季度",
        "2026年第3季度",
    ]


def names(cards) -> list[tuple[str, str]]:
    return [(card.title, card.state) for card in cards]


def test_cards_of_a_branch_with_committee_and_group(cast):
    TermFactory(branch=cast.branch)
    group = GroupFactory(parent=cast.branch, short_name="一组")
    MemberFactory(branch=cast.branch, group=group)
    approved(cast, "theme_day", tags=("integrity_education",))
    sent(cast, "group_meeting", group_id=group.pk, held_on=date(2026, 11, 6))
    cards = duties_of(cast.viewer("secretary"), cast.branch, NOVEMBER, today=date(2026, 11, 20))
    assert names(cards)[:4] == [
        ("主题党日", "on_time"),
        ("支部委员会会议", "missing"),
        ("党小组会（一组）", "pending"),
        ("廉政教育", "on_time"),
    ]
    assert ("支部党员大会", "not_due") in names(cards)
    assert duty_count(cards, NOVEMBER.last_day) == (3, 1)


def test_draft_for_a_running_quarter_is_not_lacking_this_month(cast):
    draft(cast, "party_lecture")
    cards = duties_of(cast.viewer("secretary"), cast.branch, NOVEMBER, today=date(2026, 11, 20))
    assert ("党课", "draft") in names(cards)
    wanting = [card.code for card in lacking(cards, NOVEMBER.last_day)]
    assert "party_lecture" not in wanting and "theme_day" in wanting
    assert duty_count(cards, NOVEMBER.last_day)[1] == len(wanting)


def test_branch_without_committee_or_groups_has_neither_duty(cast):
    cards = duties_of(cast.viewer("secretary"), cast.branch, NOVEMBER, today=date(2026, 11, 20))
    assert {"committee_meeting", "group_meeting"} & {card.code for card in cards} == set()


def test_a_general_meeting_without_quorum_does_not_fill(cast):
    people = {person.pk: "leave_sick" for person in cast.branch.members.exclude(name="王书记")}
    approved(cast, "general_meeting", away=people)
    cards = duties_of(cast.viewer("secretary"), cast.branch, NOVEMBER, today=date(2026, 11, 20))
    meeting = next(card for card in cards if card.code == "general_meeting")
    assert (meeting.state, meeting.missing) == ("missing", 1)


def test_foreign_branch_has_no_cards(cast):
    assert duties_of(cast.viewer("outsider"), cast.branch, NOVEMBER, today=date(2026, 11, 20)) == []


def test_overview_lists_the_viewers_branches_in_constant_queries(cast, django_assert_num_queries):
    approved(cast)
    viewer = cast.viewer("officer")
    viewer.roles  # noqa: B018 -- the rights are read once per person
    rows = duty_overview(viewer, cast.root, NOVEMBER, today=date(2026, 11, 20))
    assert [row.branch for row in rows] == list(
        Organisation.objects.filter(parent=cast.root).order_by("sort_key", "code")
    )
    theme = {row.branch.pk: next(card.state for card in row.cards if card.code == "theme_day") for row in rows}
    assert theme == {cast.branch.pk: "on_time", cast.other_branch.pk: "missing", cast.far_branch.pk: "missing"}
    lacking = {row.branch.pk: [card.code for card in row.missing] for row in rows}  # not the running quarter's
    assert lacking[cast.other_branch.pk] == ["theme_day", "integrity_education"]
    with django_assert_num_queries(8):
        duty_overview(viewer, cast.root, NOVEMBER, today=date(2026, 11, 20))
    for _ in range(3):
        BranchFactory(parent=cast.root)
    with django_assert_num_queries(8):
        duty_overview(viewer, cast.root, NOVEMBER, today=date(2026, 11, 20))


def test_leader_sees_the_patch_only(cast):
    rows = duty_overview(cast.viewer("leader"), cast.root, NOVEMBER, today=date(2026, 11, 20))
    assert {row.branch for row in rows} == {cast.branch, cast.other_branch}


def test_talks_of_the_year_are_a_card(cast):
    secretary, other = cast.branch.members.get(name="王书记"), cast.branch.members.get(name="周一")
    from activities.services.inputs import TalkInput

    approved(
        cast, "heart_talk", talks=(TalkInput(talked_id=other.pk, talker_id=secretary.pk),), now=at(date(2026, 11, 13))
    )
    cards = duties_of(cast.viewer("secretary"), cast.branch, NOVEMBER, today=date(2026, 11, 20))
    talks = next(card for card in cards if card.code == "heart_talk")
    assert talks.words == "已谈1人，还差4人，12月31日前"
    assert Duty.objects.get(code="heart_talk").per == "year"
