"""The ledger: told twice is there once, reversed not edited, confirmed once, late for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from assessment import ledger, schemes
from assessment.models import DirtyMark, Fact
from core.errors import InvalidInput
from core.periods import SHANGHAI
from tests.factories.assessment import branch, committee, noon, spec
from tests.factories.branches import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
NOW = noon(DAY)


@pytest.fixture
def of():
    schemes.load_default(2026)
    return branch(committee())


def told(of, **fields) -> ledger.FactSpec:
    one = spec(of, "theme_day.held", DAY, confirmed=False, **fields)
    ledger.record_facts([one], now=NOW)
    return one


def test_fact_told_twice_is_there_once(of):
    one = told(of)

    assert ledger.record_facts([one, one], now=NOW) == 0
    assert Fact.objects.get().source_key == f"test:{one.source_id}:1"


def test_suffix_tells_facts_of_one_source_apart(of):
    one = told(of)

    assert ledger.record_facts([replace(one, suffix="2")], now=NOW) == 1
    assert Fact.objects.latest("pk").source_key == f"test:{one.source_id}:1:2"


def test_dirty_mark_comes_and_goes_with_the_transaction_of_its_fact(of):
    told(of)
    assert list(DirtyMark.objects.values_list("branch_id", "month")) == [(of.pk, 202603)]

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        told(of)
        raise ZeroDivisionError
    assert (Fact.objects.count(), DirtyMark.objects.count()) == (1, 1)


def test_reversal_carries_the_day_the_state_and_the_key(of):
    one = told(of, quantity=3)

    assert ledger.reverse_source("test", one.source_id, by_id=None, reason="误报", now=NOW + timedelta(days=9)) == 1

    reversal = Fact.objects.get(reverses__isnull=False)
    assert (reversal.happened_on, reversal.quantity, reversal.state, reversal.source_key, reversal.reason) == (
        DAY, -3000, "pending", f"rev:{one.source_key}", "误报",
    )  # fmt: skip
    assert not ledger.live_facts().exists()


def test_fact_is_reversed_once(of):
    one = told(of)
    ledger.reverse_source("test", one.source_id, by_id=None, reason="误报", now=NOW)

    assert ledger.reverse_source("test", one.source_id, by_id=None, reason="误报", now=NOW) == 0
    fact = Fact.objects.get(reverses__isnull=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        _second_reversal(fact)


def _second_reversal(fact: Fact) -> None:
    fact.pk, fact.reverses, fact.source_key = None, Fact.objects.get(reverses__isnull=True), "rev:again"
    fact.save(force_insert=True)


def test_state_moves_once(of):
    one, by, other = told(of), UserFactory(), UserFactory()

    assert ledger.confirm_source("test", one.source_id, by_id=by.pk, now=NOW) == 1
    assert ledger.confirm_source("test", one.source_id, by_id=other.pk, now=NOW + timedelta(days=1)) == 0

    fact = Fact.objects.get()
    assert (fact.state, fact.confirmed_by, fact.confirmed_at) == ("confirmed", by, NOW)


def test_withdrawn_fact_is_not_confirmed(of):
    one = told(of)
    ledger.reverse_source("test", one.source_id, by_id=None, reason="撤回", now=NOW)

    assert ledger.confirm_source("test", one.source_id, by_id=UserFactory().pk, now=NOW) == 0
    assert set(Fact.objects.values_list("state", flat=True)) == {"pending"}


def test_only_the_named_branch_or_metrics_are_touched(of):
    other = branch(of.root)
    ledger.record_facts(
        [
            spec(of, "theme_day.held", DAY, source_id=5),
            spec(of, "theme_day.present", DAY, source_id=5),
            spec(other, "theme_day.held", DAY, source_id=5),
        ],
        now=NOW,
    )

    ledger.reverse_source("test", 5, branch_id=of.pk, metrics=["theme_day.held"], by_id=None, reason="误报", now=NOW)

    assert set(ledger.live_facts().values_list("branch_id", "metric__code")) == {
        (of.pk, "theme_day.present"),
        (other.pk, "theme_day.held"),
    }


@pytest.mark.parametrize(
    ("entered", "late", "lag"),
    [
        (datetime(2026, 4, 5, 23, 59, tzinfo=SHANGHAI), False, 0),
        (datetime(2026, 4, 6, 0, 0, tzinfo=SHANGHAI), True, 1),
        (datetime(2026, 4, 10, 9, 0, tzinfo=SHANGHAI), True, 5),
    ],
)
def test_late_is_decided_by_the_first_sending(of, entered, late, lag):
    told(of, entered_at=entered)

    fact = Fact.objects.get()
    assert (fact.is_late, fact.lag_days) == (late, lag)


def test_unknown_metric_and_impossible_quantity_are_refused(of):
    with pytest.raises(InvalidInput, match=r"no\.such"):
        ledger.record_facts([spec(of, "no.such", DAY)], now=NOW)
    for quantity in (-1, 100_001):
        with pytest.raises(InvalidInput):
            ledger.record_facts([spec(of, "theme_day.held", DAY, quantity)], now=NOW)


def test_quantity_is_kept_in_thousandths(of):
    told(of, quantity=Decimal("1.5"))

    assert Fact.objects.get().quantity == 1500


def test_recording_costs_the_same_for_one_and_for_three(of, django_assert_num_queries):
    told(of)
    with django_assert_num_queries(7):
        ledger.record_facts([spec(of, "theme_day.held", DAY)], now=NOW)
    with django_assert_num_queries(7):
        ledger.record_facts([spec(of, "theme_day.held", DAY) for _ in range(3)], now=NOW)
