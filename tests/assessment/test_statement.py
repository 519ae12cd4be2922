"""The statement: rules in words, facts counted and not, what was left out, what would raise it, and who may read it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.http import Http404

from assessment import closing, ledger, schemes, touched
from assessment.statement import statement, what_would_raise
from branches.permissions import Viewer
from core.periods import Month
from tests.factories.assessment import after, noon, spec, tell
from tests.factories.branches import TODAY, TermFactory
from tests.factories.scores import roll

pytestmark = pytest.mark.django_db
MARCH, OCTOBER, NOVEMBER = Month(2026, 3), Month(2026, 10), Month(2026, 11)


@pytest.fixture
def scheme():
    return schemes.load_default(2026)


@pytest.fixture
def of(cast, scheme):
    TermFactory(branch=cast.branch)
    return cast.branch


def line(found, code):
    return next(one for one in found.lines if one.rule.code == code)


def read(cast, of, month, name="officer", today=TODAY):
    return statement(Viewer.of(getattr(cast, name), today), of.pk, month)


def test_statement_counts_each_period_once_and_names_the_gap(cast, of):
    tell(of, "theme_day.held", date(2026, 1, 9), date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 20))
    roll(cast.root, MARCH)

    found = line(read(cast, of, MARCH), "D4.1")

    assert found.words == "每月1次，超出不补其他月"
    assert found.arithmetic.words == "1月至3月应3次，计入2次（2月没有；3月3次计1次）"
    assert found.arithmetic.steps == ("2 ÷ 3 × 6 = 4",)
    assert [fact.counts for fact in found.facts] == [True, True, False, False]
    assert found.summary == "2次主题党日 · 另有2条没有计入"
    assert found.state == "missing"


def test_statement_tier_and_deduct_and_yes_no_in_words(cast, of):
    tell(of, "theme_day.present", date(2026, 3, 2), quantity=121)
    tell(of, "theme_day.expected", date(2026, 3, 2), quantity=137)
    tell(of, "record.returned", date(2026, 3, 3), date(2026, 3, 4))
    tell(of, "record.attachment_missing", date(2026, 3, 3))
    tell(of, "annual_plan.sent", date(2026, 2, 2))
    roll(cast.root, MARCH)

    found = read(cast, of, MARCH)

    assert line(found, "D4.2").arithmetic.words == "主题党日实到121 ÷ 主题党日应到137，合88.3%，达80%档"
    assert line(found, "D4.2").arithmetic.steps == ("0.8 × 137 = 109.6", "121 ≥ 109.6，得 1.5")
    assert line(found, "B2.2").arithmetic.steps == (
        "记录被退回：2 × 0.3 = 0.6",
        "该类型规定必备而缺的材料：1 × 0.3 = 0.3",
        "3 − 0.6 − 0.3 = 2.1",
    )
    plan = line(found, "B1.1")
    assert (plan.arithmetic.steps, plan.left_out, plan.facts[0].why) == (
        ("得 0",),
        ("期限已过，不能补",),
        "在截止日之后",
    )


def test_statement_keeps_pending_apart_and_late_yellow(cast, of):
    ledger.record_facts(
        [
            spec(of, "theme_day.held", date(2026, 1, 9), entered_at=noon(date(2026, 2, 9))),
            spec(of, "theme_day.held", date(2026, 2, 9), confirmed=False),
        ],
        now=noon(date(2026, 2, 9)),
    )
    roll(cast.root, MARCH)

    found = line(read(cast, of, MARCH), "D4.1")

    assert (found.earned, found.pending_gain, found.state) == (Decimal(2), Decimal(2), "pending")
    assert found.left_out == ("1条待审，审核后为4（+2）",)
    assert [(fact.fact.is_late, fact.fact.lag_days, fact.is_confirmed) for fact in found.facts] == [
        (True, 4, True),
        (False, 0, False),
    ]


def test_statement_of_a_closed_month_shows_what_was_known_then(cast, of):
    tell(of, "theme_day.held", date(2026, 1, 9))
    officer = cast.viewer("officer")
    roll(cast.root, MARCH)
    closing.close_month(actor=officer, root_id=cast.root.pk, month=MARCH, now=after(MARCH))
    later = spec(of, "theme_day.held", date(2026, 2, 9), entered_at=after(MARCH) + timedelta(days=1))
    ledger.record_facts([later], now=after(MARCH) + timedelta(days=1))

    found = read(cast, of, MARCH)

    assert (len(line(found, "D4.1").facts), found.closed.revision, found.is_stale) == (1, 1, False)
    assert len(found.closed.digest) == 64


def test_raise_says_what_adds_how_much_until_when(cast, of):
    tell(of, "theme_day.held", *[date(2026, month, 9) for month in range(1, 10)])
    roll(cast.root, OCTOBER, NOVEMBER)

    raises = what_would_raise(cast.viewer("secretary"), of.pk, NOVEMBER)
    theme = next(one for one in raises if one.rule_code == "D4.1")

    assert (theme.text, theme.until) == ("11月再开展1次主题党日", date(2026, 11, 30))
    assert theme.points == Fraction(5_454_545 - 5_400_000, 1_000_000)  # 6 × 10/11 − 6 × 9/10
    assert [one.score for one in raises] == sorted((one.score for one in raises), reverse=True)


def test_raise_is_what_really_happens_when_it_is_done(cast, of):
    tell(of, "theme_day.held", *[date(2026, month, 9) for month in range(1, 10)])
    roll(cast.root, NOVEMBER)
    before = read(cast, of, NOVEMBER)
    promised = next(one for one in before.raises if one.rule_code == "D4.1")

    tell(of, "theme_day.held", date(2026, 11, 12))
    roll(cast.root, NOVEMBER)

    assert read(cast, of, NOVEMBER).figures.score - before.figures.score == promised.score


def test_nothing_would_raise_a_year_that_is_over(cast, of):
    roll(cast.root, MARCH)
    assert statement(Viewer.of(cast.officer, date(2027, 2, 1)), of.pk, MARCH).raises == ()


@pytest.mark.parametrize("name", ["secretary", "committee_member", "officer", "leader"])
def test_statement_is_read_by_the_branch_and_those_over_it(cast, of, name):
    roll(cast.root, MARCH)
    assert read(cast, of, MARCH, name).branch == of


@pytest.mark.parametrize("name", ["other_secretary", "outsider", "member", "administrator", "stranger"])
def test_statement_of_a_foreign_branch_is_404(cast, of, name):
    roll(cast.root, MARCH)
    with pytest.raises(Http404):
        read(cast, of, MARCH, name)


def test_statement_without_a_score_is_404(cast, of):
    with pytest.raises(Http404):
        read(cast, of, MARCH)


def test_rule_without_committee_is_not_applicable(cast, scheme):
    TermFactory(branch=cast.branch, has_committee=False)
    roll(cast.root, MARCH)

    found = line(read(cast, cast.branch, MARCH), "A2.1")

    assert (found.state, found.earned, found.left_out) == (
        "not_applicable",
        None,
        ("1月、2月、3月不设支委会的支部，不计",),
    )


def test_statement_agrees_with_the_rollup_after_a_touch(cast, of):
    roll(cast.root, NOVEMBER)
    tell(of, "theme_day.held", date(2026, 11, 3))
    assert read(cast, of, NOVEMBER).is_stale is True
    touched.refresh_branch(of.pk, now=noon(TODAY))
    assert read(cast, of, NOVEMBER).is_stale is False


def test_raise_of_a_rule_that_counts_from_december_has_until_then(cast, of):
    tell(of, "member.count", date(2026, 1, 2), quantity=10)
    tell(of, "member.talked", date(2026, 3, 2), quantity=7)
    roll(cast.root, NOVEMBER)

    talks = next(one for one in what_would_raise(cast.viewer("secretary"), of.pk, NOVEMBER) if one.rule_code == "C2.1")

    assert talks.until == date(2026, 12, 31)
