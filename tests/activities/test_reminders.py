"""Reminders: only for what is undone, each occasion once, never after the work is done."""

from datetime import date

import pytest
from django.urls import reverse

from activities.models import SheetState
from activities.reminders import BranchState, lacks_of, remind, reminders_for, stage_of
from activities.selectors.duties import DutyCard
from core.periods import Month
from notices.models import Notice
from tests.activities.test_sheets import send
from tests.factories.activities import approved, at, sent

NOVEMBER, OCTOBER = date(2026, 11, 30), date(2026, 10, 31)


def card(name="主题党日", state="missing", per="month", deadline=NOVEMBER, missing=1) -> DutyCard:
    return DutyCard("theme_day", name, per, "", state, "", deadline, "/here/", missing)


def told(state: BranchState, on: date) -> list[tuple[str, str]]:
    return [(reminder.kind, reminder.title) for reminder in reminders_for(state, on)]


@pytest.mark.parametrize(
    ("left", "stage"), [(12, None), (10, 10), (9, 10), (6, 10), (5, 5), (2, 5), (1, 1), (0, 1), (-1, None)]
)
def test_stage_reached(left, stage):
    assert stage_of(left, (10, 5, 1)) == stage


@pytest.mark.parametrize(
    ("day", "title"),
    [(19, None), (20, "还有10天到期"), (25, "还有5天到期"), (29, "还有1天到期"), (30, "今天到期")],
)
def test_monthly_duty_is_reminded_10_5_and_1_days_before_the_end(day, title):
    state = BranchState(7, "公路党支部", now_cards=[card()], last_sheet=SheetState.REVIEWED)
    expected = [("reminder", f"主题党日{title}")] if title else []
    assert told(state, date(2026, 11, day)) == expected


def test_done_duties_are_not_reminded():
    state = BranchState(7, "公路党支部", now_cards=[card(state="on_time", missing=0)], last_sheet=SheetState.REVIEWED)
    assert told(state, date(2026, 11, 20)) == []


def test_quarterly_meeting_is_reminded_20_10_and_3_days_before_the_end():
    cards = [card("支部党员大会", per="quarter", deadline=date(2026, 12, 31))]
    state = BranchState(7, "公路党支部", now_cards=cards, last_sheet=SheetState.REVIEWED)
    days = [day for day in range(6, 32) if told(state, date(2026, 12, day))]
    keys = {reminders_for(state, date(2026, 12, day))[0].dedupe_key for day in days}
    assert days[0] == 11
    assert keys == {"due:7:quarter:202612:20", "due:7:quarter:202612:10", "due:7:quarter:202612:3"}


def test_several_undone_duties_make_one_message():
    state = BranchState(7, "公路党支部", now_cards=[card(), card("支部委员会会议")], last_sheet=SheetState.REVIEWED)
    (reminder,) = reminders_for(state, date(2026, 11, 25))
    assert reminder.title == "主题党日、支部委员会会议还有5天到期"
    assert reminder.url == reverse("activities:sheet", args=[7, "2026-11"])


def test_one_undone_duty_leads_to_its_form():
    state = BranchState(7, "公路党支部", now_cards=[card()], last_sheet=SheetState.REVIEWED)
    assert reminders_for(state, date(2026, 11, 25))[0].url == "/here/"


@pytest.mark.parametrize(("day", "kinds"), [(2, []), (3, ["reminder"]), (5, ["reminder"]), (6, ["overdue"]), (20, [])])
def test_record_deadline_is_reminded_on_the_third_and_fifth_then_overdue(day, kinds):
    state = BranchState(7, "公路党支部", last_cards=[card(deadline=OCTOBER)], last_sheet=SheetState.OPEN)
    assert [reminder.kind for reminder in reminders_for(state, date(2026, 11, day))] == kinds


def test_nothing_lacking_nothing_said():
    state = BranchState(7, "公路党支部", last_cards=[card(state="on_time", missing=0)], last_sheet=SheetState.SENT)
    assert lacks_of(state) == []
    assert [told(state, date(2026, 11, day)) for day in (3, 5, 6, 10)] == [[]] * 4


def test_the_text_says_what_is_lacking():
    state = BranchState(7, "公路党支部", last_cards=[card(deadline=OCTOBER)], last_unsent=2)
    (reminder,) = reminders_for(state, date(2026, 11, 3))
    assert reminder.title == "10月的记录和月报，11月5日24:00前报送"
    assert reminder.text == "还差：主题党日没有记录；2条记录没有报送；月报没有报送。过期报送的记为补报。"


def notices(user) -> list[str]:
    return list(Notice.objects.filter(recipient=user).order_by("pk").values_list("title", flat=True))


def run(cast, on: date) -> int:
    return remind(root=cast.root, today=on, now=at(on)).told


def test_secretary_is_told_once_and_not_after_the_work_is_done(cast):
    day = date(2026, 11, 25)
    assert run(cast, day) == 2  # two branches of the cast have secretaries with accounts
    assert notices(cast.secretary) == ["主题党日、廉政教育还有5天到期"]
    assert run(cast, day) == 0
    approved(cast, tags=("integrity_education",), held_on=date(2026, 11, 26), now=at(date(2026, 11, 26)))
    run(cast, date(2026, 11, 29))
    assert notices(cast.secretary) == ["主题党日、廉政教育还有5天到期"]
    assert notices(cast.other_secretary) == ["主题党日、廉政教育还有5天到期", "主题党日、廉政教育还有1天到期"]


def test_a_record_that_awaits_review_is_done(cast):
    sent(cast, tags=("integrity_education",))
    run(cast, date(2026, 11, 25))
    assert notices(cast.secretary) == []


def test_officers_hear_five_days_after_the_deadline_of_their_branches(cast):
    approved(cast, held_on=date(2026, 10, 12), tags=("integrity_education",), now=at(date(2026, 10, 13)))
    send(cast, month=Month(2026, 10), now=at(date(2026, 11, 4)))
    run(cast, date(2026, 11, 9))
    assert notices(cast.officer) == []
    run(cast, date(2026, 11, 10))
    assert notices(cast.officer) == ["2个支部10月的记录或月报逾期5天未报"]
    (notice,) = Notice.objects.filter(recipient=cast.officer)
    assert notice.text == "港航党支部、运管党支部。请督促补报。"
    assert notice.reason == "您负责督促这些支部按期报送。"
    assert notices(cast.outsider) == []
    run(cast, date(2026, 11, 11))
    assert len(notices(cast.officer)) == 1
