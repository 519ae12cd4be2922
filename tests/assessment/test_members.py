"""Members' scores worked by hand: classes, proration, caps, transfers, who sees them, the year's 公示, warnings."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment import rollup as branches
from assessment.members import ledger, reminders, rollup, schemes
from assessment.members.exports import credits_sheet
from assessment.members.publicity import publicity_of
from assessment.members.services import give_marks, publish_year, set_class
from assessment.models import Fact, MemberFact, MemberMark, MemberYear, MonthClosing, RuleScore
from assessment.rules.study import (
    Alert,
    CreditTerms,
    alert_on,
    credits_of,
    first_month_of,
    minimum_to_date,
    year_minimum,
)
from assessment.schemes import load_default
from assessment.selectors.member_table import member_table
from assessment.selectors.members import member_reference
from assessment.statement.member import member_statement
from branches.permissions import Viewer
from core.errors import Conflict, InvalidInput, Refused
from core.models import AuditEntry
from core.periods import Month
from notices.models import Notice
from tests.factories.assessment import after, noon
from tests.factories.branches import MemberFactory, UserFactory
from tests.factories.members import (
    TODAY,
    earned,
    load_member_scheme,
    mark_member,
    member_spec,
    move,
    roll_members,
    standing,
    tell_member,
)

pytestmark = pytest.mark.django_db
JUNE, OCTOBER, DECEMBER = Month(2026, 6), Month(2026, 10), Month(2026, 12)


@pytest.fixture
def world(cast):
    load_default(2026)
    load_member_scheme()
    return cast


# pure rules


@pytest.mark.parametrize(
    ("since", "first", "minimum", "to_september"),
    [
        (date(2015, 7, 1), 1, 40_000, 30_000),
        (date(2026, 4, 10), 5, 27_000, 16_875),  # 40 × 8 ÷ 12 = 26.67 → 27; five of eight months
        (date(2026, 7, 1), 7, 20_000, 10_000),  # on the roll for the whole of July
        (date(2026, 12, 5), 13, 0, 0),
    ],
)
def test_minimum_in_proportion_to_the_months_on_the_roll(since, first, minimum, to_september):
    assert first_month_of(2026, since) == first
    assert year_minimum(40_000, first) == minimum
    assert minimum_to_date(minimum, first, 9) == to_september


def test_credits_by_kind_and_cap():
    elective = CreditTerms(1, rate=500, is_collective=False, cap_year=12_000)

    assert [credits_of(elective, units) for units in (3_000, 24_000, 30_000)] == [1_500, 12_000, 12_000]


def test_warnings_by_the_day():
    alerts = [Alert(6, 30, Fraction(45, 100), "yellow"), Alert(9, 30, Fraction(7, 10), "orange")]

    def level(day: date, credits: int) -> str:
        found = alert_on(day, alerts, credits, 40_000)
        return found.level if found else ""

    assert [level(date(2026, 6, 29), 0), level(date(2026, 6, 30), 17_999), level(date(2026, 6, 30), 18_000)] == [
        "",
        "yellow",
        "",
    ]
    assert [level(date(2026, 10, 1), 27_999), level(date(2026, 10, 1), 28_000)] == ["orange", ""]


# a score by hand


def test_a_whole_half_year_by_hand(world):
    """MA1 15 × 12 ÷ 20 = 9, MA2 6 × 12 ÷ 16 = 4.5, MB1 12 − 3 − 0.5 = 8.5, MB2 8 × 5 ÷ 6, MD1 10 × 0.9 = 9."""
    member = world.member.member
    days = [date(2026, n, 11) for n in range(1, 7)]
    tell_member(member, "credit.K01", *days, quantity=2)
    tell_member(member, "theme_day.member_expected", *days)
    tell_member(member, "theme_day.attended_or_made_up", *days[:5])
    tell_member(member, "member.absent_no_leave", days[2])
    tell_member(member, "member.late", days[3])
    mark_member(member, "MD1", 90, month=JUNE)

    roll_members(world.root, JUNE)

    assert earned(member, JUNE) == {
        "MA1": (9_000_000, 15_000_000),
        "MA2": (4_500_000, 6_000_000),
        "MB1": (8_500_000, 12_000_000),
        "MB2": (6_666_667, 8_000_000),
        "MD1": (9_000_000, 10_000_000),
    }
    found = member_statement(Viewer.of(world.member, TODAY), member.pk, JUNE)
    # MA 25 × 13.5/25, MB 25 × 15.166667/20, MD 25 × 9/15 of those that apply in the year (MA3, MC2, MD2, ME2 are not due)
    top = Fraction(27, 2) + 25 * Fraction(15_166_667, 20_000_000) + 25 * Fraction(9, 15)
    bottom = 25 * Fraction(21, 25) + 25 + 25 * Fraction(10, 15)
    assert found.figures.score == 100 * top / bottom
    assert found.figures.shown == Decimal("75.73")
    assert found.is_stale is False


def test_every_step_of_the_statement_is_true_and_leads_to_the_points(world):
    member = world.member.member
    tell_member(member, "credit.K01", date(2026, 3, 5), quantity="12.5")
    tell_member(member, "credit.K05", date(2026, 3, 6), quantity=30)
    tell_member(member, "theme_day.member_expected", date(2026, 3, 5))
    roll_members(world.root, OCTOBER)

    found = member_statement(Viewer.of(world.member, TODAY), member.pk, OCTOBER)

    line = next(line for line in found.lines if line.rule.code == "MA1")
    assert line.arithmetic.steps == (
        "K01 三会一课、主题党日中的集中学习：12.5 × 1 = 12.5",
        "K05 学习超市选修课：30 × 0.5 = 15，全年最多12，取 12",
        "12.5 + 12 = 24.5",
        "24.5 ÷ 33.333 × 15 = 11.02511",
    )
    for one in found.lines:
        if one.result.is_due:
            last = re.findall(r"\d+(?:\.\d+)?", one.arithmetic.steps[-1])[-1]
            assert Fraction(last) == Fraction(one.result.earned, 1_000_000), one.rule.code
    assert {fact.metric for fact in line.facts} == {"三会一课、主题党日中的集中学习", "学习超市选修课"}


def test_what_nobody_enters_is_left_out_and_what_somebody_enters_counts_for_the_branch(world):
    member, other = world.member.member, world.committee_member.member
    roll_members(world.root, OCTOBER)
    assert "MC1" not in earned(member, OCTOBER)

    tell_member(other, "member.dues_late", date(2026, 5, 12))
    roll_members(world.root, OCTOBER)
    rollup.catch_up(world.root.pk, now=noon(TODAY), months=[OCTOBER])

    assert earned(member, OCTOBER)["MC1"] == (8_000_000, 8_000_000)
    assert earned(other, OCTOBER)["MC1"] == (7_000_000, 8_000_000)
    assert "MC1" not in earned(world.other_secretary.member, OCTOBER)


# classes


def test_classes_follow_office_and_status(world):
    retired = MemberFactory(branch=world.branch, is_retired=True)
    mobile = MemberFactory(branch=world.branch, is_mobile=True)
    probationary = MemberFactory(branch=world.branch, status="probationary", joined_on=date(2026, 6, 26))

    roll_members(world.root, OCTOBER)

    people = (world.secretary.member, world.member.member, retired, mobile, probationary)
    assert [
        (row.class_code, row.is_measured, row.first_month, row.credits_minimum // 1000)
        for row in (standing(one, OCTOBER) for one in people)
    ] == [("M1", True, 1, 64), ("M2", True, 1, 40), ("M5", False, 1, 16), ("M4", False, 1, 20), ("M2", True, 7, 20)]
    assert earned(retired, OCTOBER) == {}


def test_an_unscored_class_has_credits_and_no_score(world):
    retired = MemberFactory(branch=world.branch, is_retired=True)
    user = UserFactory(member=retired)
    tell_member(retired, "credit.K01", date(2026, 3, 5), quantity=8)
    roll_members(world.root, OCTOBER)

    found = member_statement(Viewer.of(user, TODAY), retired.pk, OCTOBER)

    assert (found.is_measured, found.figures.score, found.credits.total) == (False, None, 8_000)
    assert member_reference(Viewer.of(user, TODAY), [retired.pk], 2026)[retired.pk].score is None


def test_another_class_from_a_day_on_what_ground(world):
    member, actor = world.member.member, world.viewer("secretary")
    given = {"member_id": member.pk, "class_code": "M6", "from_on": date(2026, 10, 8)}

    with pytest.raises(InvalidInput) as refused:
        set_class(actor=actor, basis=" ", now=noon(TODAY), **given)
    assert list(refused.value.fields) == ["basis"]
    set_class(actor=actor, basis="10月支部会议", now=noon(TODAY), **given)
    roll_members(world.root, Month(2026, 9), OCTOBER)

    assert [standing(member, Month(2026, n)).class_code for n in (9, 10)] == ["M2", "M6"]
    set_class(actor=actor, member_id=member.pk, class_code="", from_on=date(2026, 11, 1), basis="", now=noon(TODAY))
    roll_members(world.root, Month(2026, 11))
    assert standing(member, Month(2026, 11)).class_code == "M2"


def test_classes_that_give_way_stay_in_the_audit(world):
    actor, member = world.viewer("secretary"), world.member.member
    for code, day in (("M6", date(2026, 10, 8)), ("M3", date(2026, 10, 1))):
        set_class(
            actor=actor, member_id=member.pk, class_code=code, from_on=day, basis=f"{code}支部会议", now=noon(TODAY)
        )

    changes = str(AuditEntry.objects.filter(action="member_class.set").latest("pk").changes)
    assert "M6支部会议" in changes and "M3支部会议" in changes


def test_only_the_secretary_sets_a_class(world):
    for name in ("committee_member", "member"):
        with pytest.raises(Refused):
            set_class(
                actor=world.viewer(name),
                member_id=world.member.member_id,
                class_code="M3",
                from_on=TODAY,
                basis="会议",
                now=noon(TODAY),
            )


# transfers


def test_facts_follow_the_person_to_another_branch(world):
    member = world.member.member
    tell_member(member, "credit.K01", date(2026, 3, 5), quantity=10)
    move(member, world.other_branch, date(2026, 7, 1))
    tell_member(member, "credit.K01", date(2026, 8, 5), quantity=5)

    roll_members(world.root, JUNE, OCTOBER)

    assert (standing(member, JUNE).branch_id, standing(member, OCTOBER).branch_id) == (
        world.branch.pk,
        world.other_branch.pk,
    )
    assert standing(member, OCTOBER).credits_minimum == 40_000
    found = member_reference(world.viewer("other_secretary"), [member.pk], 2026)[member.pk]
    assert (found.credits, found.minimum) == (15, 40)
    assert member_reference(world.viewer("secretary"), [member.pk], 2026) == {}


def test_who_left_is_no_longer_on_the_table(world):
    member = world.member.member
    roll_members(world.root, OCTOBER)
    member.memberships.update(to_on=date(2026, 10, 15))

    roll_members(world.root, OCTOBER)

    assert member.pk not in {
        row.member_id for row in member_table(world.viewer("secretary"), world.branch.pk, OCTOBER).rows
    }
    assert earned(member, OCTOBER) == {}


# running again, beside the branches


def test_a_second_run_writes_nothing_and_branch_scores_stay(world):
    now = noon(TODAY)
    branches.run(root_id=world.root.pk, month=OCTOBER, now=now)
    before = list(RuleScore.objects.order_by("branch_id", "rule_id").values_list())
    tell_member(world.member.member, "credit.K01", date(2026, 10, 5), quantity=3)

    first = rollup.run(root_id=world.root.pk, month=OCTOBER, now=now)

    assert first.written > 0
    assert rollup.run(root_id=world.root.pk, month=OCTOBER, now=now).written == 0
    branches.run(root_id=world.root.pk, month=OCTOBER, now=now)
    assert list(RuleScore.objects.order_by("branch_id", "rule_id").values_list()) == before
    assert not Fact.objects.exists()


def test_one_member_refreshed_equals_everybody_computed(world):
    now = noon(TODAY)
    rollup.catch_up(world.root.pk, now=now, months=Month(2026, 1).until(Month(2026, 11)))
    tell_member(world.member.member, "credit.K01", date(2026, 4, 5), quantity=3)

    assert rollup.refresh_members(world.root.pk, [world.member.member_id], now=now) > 0

    assert not MemberMark.objects.exists()
    months = Month(2026, 1).until(Month(2026, 11))
    assert [rollup.run(root_id=world.root.pk, month=month, now=now, thorough=True).written for month in months] == [
        0
    ] * 11


def test_a_closed_month_is_left_alone_and_the_fact_counts_from_the_next(world):
    member, now = world.member.member, noon(TODAY)
    roll_members(world.root, OCTOBER, Month(2026, 11))
    _close(world, OCTOBER)
    tell_member(member, "credit.K01", date(2026, 10, 5), quantity=10)

    rollup.catch_up(world.root.pk, now=now)

    assert rollup.run(root_id=world.root.pk, month=OCTOBER, now=now).is_closed
    assert (earned(member, OCTOBER)["MA1"][0], earned(member, Month(2026, 11))["MA1"][0]) == (0, 4_500_045)


def _close(world, month: Month) -> None:
    scheme = load_default(2026)
    MonthClosing.objects.create(
        root=world.root, month=month.key, scheme=scheme, closed_at=noon(TODAY), fact_count=0, digest="x"
    )


# who sees


@pytest.mark.parametrize("name", ["officer", "leader", "other_secretary", "administrator", "outsider", "stranger"])
def test_nobody_but_the_member_and_the_branch_committee(world, name):
    roll_members(world.root, OCTOBER)
    viewer, pk = world.viewer(name), world.member.member_id

    assert member_reference(viewer, [pk], 2026) == {}
    with pytest.raises(Http404):
        member_statement(viewer, pk, OCTOBER)
    with pytest.raises(Http404):
        member_table(viewer, world.branch.pk, OCTOBER)


def test_a_member_sees_the_own_statement_and_nobody_elses(world):
    roll_members(world.root, OCTOBER)
    viewer = world.viewer("member")

    assert set(member_reference(viewer, [world.member.member_id, world.secretary.member_id], 2026)) == {
        world.member.member_id
    }
    with pytest.raises(Http404):
        member_statement(viewer, world.secretary.member_id, OCTOBER)


def test_the_table_is_the_roster_without_ranks_and_equals_its_sheet(world):
    tell_member(world.member.member, "credit.K01", date(2026, 3, 5), quantity=40)
    tell_member(world.member.member, "credit.K05", date(2026, 3, 6), quantity=4)
    roll_members(world.root, OCTOBER)

    table = member_table(world.viewer("secretary"), world.branch.pk, OCTOBER)

    assert [row.name for row in table.rows] == ["王书记", "赵委员", "孙党员"]
    mine = table.rows[2]
    assert (mine.required, mine.elective, mine.hours, mine.credits, mine.minimum, mine.is_met) == (
        40,
        2,
        40,
        42,
        40,
        True,
    )
    assert not hasattr(mine, "rank")
    sheet = credits_sheet(table, on=TODAY)
    assert [column.label for column in sheet.columns][1:] == [
        "姓名", "类别", "必修", "选修", "集中学时", "总学分", "最低", "达标",
    ]  # fmt: skip
    assert [(row["name"], row["credits"], row["met"]) for row in sheet.rows] == [
        ("王书记", 0, "未达标"),
        ("赵委员", 0, "未达标"),
        ("孙党员", 42, "达标"),
    ]


def test_the_table_costs_the_same_for_more_people(world, django_assert_num_queries):
    roll_members(world.root, OCTOBER)
    viewer = world.viewer("secretary")
    member_table(viewer, world.branch.pk, OCTOBER)
    with CaptureQueriesContext(
        connection,
    ) as few:
        member_table(viewer, world.branch.pk, OCTOBER)
    for _ in range(5):
        MemberFactory(branch=world.branch)
    roll_members(world.root, OCTOBER)

    with django_assert_num_queries(len(few)):
        member_table(viewer, world.branch.pk, OCTOBER)


# marks


def test_a_later_mark_of_the_same_half_replaces_the_earlier(world):
    actor, pk = world.viewer("secretary"), world.member.member_id
    for mark in (70, 90, 90):
        give_marks(actor=actor, branch=world.branch, month=Month(2026, 11), marks={(pk, "MD1"): mark}, now=noon(TODAY))

    roll_members(world.root, Month(2026, 11))

    assert earned(world.member.member, Month(2026, 11))["MD1"] == (9_000_000, 10_000_000)


def test_the_page_shows_the_half_year_in_which_it_saves(world, client_as):
    roll_members(world.root, JUNE)
    pk = world.member.member_id
    give_marks(
        actor=world.viewer("secretary"), branch=world.branch, month=JUNE, marks={(pk, "MD1"): 61}, now=noon(TODAY)
    )

    page = client_as("secretary").get(f"/member-scores/marks/?month={JUNE}")
    today = timezone.localdate()
    assert (page.context["month"], page.context["half"]) == (Month.of(today), 1 if today.month <= 6 else 2)
    shown = {cell["mark"] for row in page.context["rows"] for cell in row["cells"]}
    assert (61 in shown) is (today.year == 2026 and today.month <= 6)


@pytest.mark.parametrize(
    ("marks", "error"),
    [
        ({("member", "MD1"): 101}, InvalidInput),
        ({("member", "MA1"): 90}, InvalidInput),
        ({("other_secretary", "MD1"): 90}, InvalidInput),
        ({("secretary", "MD1"): 90}, Refused),
    ],
)
def test_marks_that_cannot_be(world, marks, error):
    given = {(getattr(world, who).member_id, code): mark for (who, code), mark in marks.items()}

    with pytest.raises(error):
        give_marks(actor=world.viewer("secretary"), branch=world.branch, month=OCTOBER, marks=given, now=noon(TODAY))


# the year


def _published(world):
    member = world.member.member
    tell_member(member, "credit.K01", date(2026, 3, 5), quantity=10)
    tell_member(member, "credit.K01", date(2026, 9, 5), quantity=30)
    now = after(DECEMBER)
    for month in (JUNE, DECEMBER):
        rollup.run(root_id=world.root.pk, month=month, now=now)
    _close(world, DECEMBER)
    actor = world.viewer("secretary", today=now.date())
    return publish_year(actor=actor, branch=world.branch, year=2026, now=now), now


def test_the_years_total_is_four_tenths_half_and_six_tenths_year(world):
    publicity, _ = _published(world)

    row = MemberYear.objects.get(publicity=publicity, member=world.member.member)
    # June: (25 × 11.25/25 + 25 × 12/20) ÷ (25 × 21/25 + 25 × 12/20) = 26.25 ÷ 36; December: all that applies
    assert (row.half_score, row.year_score, row.total_score) == (7292, 10_000, 8917)
    assert (row.credits, row.credits_minimum) == (40_000, 40_000)


def test_the_branch_reads_it_for_five_working_days_its_committee_and_the_officer_after(world):
    publicity, now = _published(world)
    first, later = now.date(), publicity.until_on + timedelta(days=1)

    def rows(name: str, day: date) -> int:
        branch_id = world.branch.pk if name == "officer" else None
        return len(publicity_of(world.viewer(name, today=day), 2026, branch_id).rows)

    assert [rows(name, first) for name in ("member", "secretary", "officer")] == [3, 3, 3]
    assert [rows(name, later) for name in ("member", "secretary", "officer")] == [0, 3, 3]
    assert publicity.until_on == date(2027, 1, 13)
    with pytest.raises(Http404):
        publicity_of(world.viewer("other_secretary", today=first), 2026, world.branch.pk)


def test_published_once_and_only_of_a_closed_year(world):
    with pytest.raises(Conflict):
        publish_year(actor=world.viewer("secretary"), branch=world.branch, year=2026, now=noon(TODAY))
    _, now = _published(world)

    with pytest.raises(Conflict):
        publish_year(actor=world.viewer("secretary"), branch=world.branch, year=2026, now=now)


# warnings


def test_who_is_short_is_told_once_and_not_after_catching_up(world):
    day = date(2026, 10, 2)
    tell_member(world.member.member, "credit.K01", date(2026, 3, 5), quantity=27)
    tell_member(world.committee_member.member, "credit.K01", date(2026, 3, 5), quantity=50)
    roll_members(world.root, OCTOBER, today=day)

    names = [one.name for one in reminders.shorts(world.root.pk, day)]
    told = reminders.remind(root_id=world.root.pk, today=day, now=noon(day))

    assert "孙党员" in names and "赵委员" not in names
    assert told > 0
    assert reminders.remind(root_id=world.root.pk, today=day, now=noon(day)) == 0
    assert Notice.objects.get(recipient=world.member).title == "学分27，低于9月30日应有的进度"
    tell_member(world.member.member, "credit.K07", day)
    roll_members(world.root, OCTOBER, today=day)
    assert "孙党员" not in [one.name for one in reminders.shorts(world.root.pk, day)]


def test_no_warning_far_from_its_days(world):
    roll_members(world.root, Month(2026, 8), today=date(2026, 8, 20))

    assert reminders.shorts(world.root.pk, date(2026, 8, 20)) == []


# the ledger of members


def test_a_fact_told_twice_is_there_once_and_a_reversal_takes_it_back(world):
    one = member_spec(world.member.member, "credit.K01", date(2026, 3, 5), 2)
    assert [ledger.record_facts([one], now=noon(TODAY)) for _ in range(2)] == [1, 0]

    assert ledger.reverse_source(one.source_type, one.source_id, by_id=None, reason="误报", now=noon(TODAY)) == 1

    assert not ledger.live_facts().exists()
    assert sorted(MemberFact.objects.values_list("quantity", flat=True)) == [-2000, 2000]


def test_the_scheme_has_sixteen_items_of_a_hundred_points(world):
    scheme = schemes.scheme_for(world.root.pk, OCTOBER)

    assert (scheme.items.count(), sum(item.points for item in scheme.items.all())) == (16, 100_000_000)
    assert schemes.load_default(2026).pk == scheme.pk
