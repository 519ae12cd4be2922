"""Marks of reviewers: who may give them, from when they count, and that they are replaced, not edited."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404

from assessment import marks, rollup, schemes
from assessment.models import ReviewMark, RuleScore
from branches.permissions import SYSTEM, Viewer
from core.errors import Conflict, InvalidInput, Refused
from core.periods import Month
from tests.factories.assessment import branch, committee, noon
from tests.factories.branches import make_secretary

pytestmark = pytest.mark.django_db
NOW = noon(date(2026, 6, 3))


@pytest.fixture
def of():
    schemes.load_default(2026)
    return branch(committee())


def give(of, **fields) -> ReviewMark:
    fields = {"actor": SYSTEM, "branch_id": of.pk, "rule_code": "F1.2", "year": 2026, "now": NOW, **fields}
    return marks.give_mark(**fields)


def score(of, month: Month) -> tuple[int, int]:
    rollup.catch_up_root(of.root_id, now=noon(month.last_day), months=[month])
    row = RuleScore.objects.get(branch=of, month=month.key, rule__code="F1.2")
    return row.earned_confirmed, row.available_confirmed


def test_mark_counts_from_the_month_it_is_given(of):
    give(of, level="fair")

    assert score(of, Month(2026, 5)) == (0, 0)
    assert score(of, Month(2026, 6)) == (2_400_000, 3_000_000)


def test_mark_for_last_year_counts_in_its_december():
    assert marks.counts_from(Month(2027, 1), 2026) == 202612


def test_new_mark_takes_the_place_of_the_old(of):
    give(of, level="good")
    give(of, mark=70)

    assert score(of, Month(2026, 6)) == (2_100_000, 3_000_000)
    assert ReviewMark.objects.count() == 2


def test_withdrawn_mark_counts_no_more(of):
    give(of, level="good")
    marks.withdraw_mark(actor=SYSTEM, branch_id=of.pk, rule_code="F1.2", year=2026, now=NOW)

    assert score(of, Month(2026, 6)) == (0, 0)
    with pytest.raises(Conflict):
        marks.withdraw_mark(actor=SYSTEM, branch_id=of.pk, rule_code="F1.2", year=2026, now=NOW)


@pytest.mark.parametrize("wrong", [{"level": "splendid"}, {"mark": 101}, {"level": "good", "rule_code": "D4.1"}])
def test_impossible_mark_is_refused(of, wrong):
    with pytest.raises(InvalidInput):
        give(of, **wrong)


def test_secretary_does_not_mark(of):
    with pytest.raises((Refused, Http404)):
        give(of, actor=Viewer.of(make_secretary(of), date(2026, 6, 3)), level="good")
