"""The list of facts: each filter alone shows exactly the facts it names, and a strange value none."""

from __future__ import annotations

from datetime import date

import pytest

from assessment import ledger, schemes
from assessment.selectors.facts import fact_rows
from branches.permissions import SYSTEM
from tests.factories.assessment import branch, committee, noon, spec, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def of():
    """One branch with five facts: two on time, a late one, one reversed with its reversal, one pending."""
    schemes.load_default(2026)
    schemes.load_default(2025)
    made = branch(committee())
    tell(made, "theme_day.held", date(2025, 12, 9))
    tell(made, "theme_day.held", date(2026, 2, 9))
    late = noon(date(2026, 4, 6))
    ledger.record_facts([spec(made, "theme_day.held", date(2026, 3, 9), entered_at=late)], now=late)
    tell(made, "party_lecture.held", date(2026, 2, 10), source_id=7)
    ledger.reverse_source("test", 7, by_id=None, reason="误报", now=noon(date(2026, 4, 7)))
    tell(made, "party_lecture.held", date(2026, 4, 10), confirmed=False)
    return made


WHOLE = ["0209", "0210", "0210", "0309", "0410", "1209"]


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, WHOLE),
        ({"metric": "party_lecture.held"}, ["0210", "0210", "0410"]),
        ({"metric": "nothing.such"}, []),
        ({"month": "2026-02"}, ["0209", "0210", "0210"]),
        ({"month": "2026-13"}, []),
        ({"month": "x"}, []),
        ({"year": "2026"}, ["0209", "0210", "0210", "0309", "0410"]),
        ({"year": "2026", "until": "3"}, ["0209", "0210", "0210", "0309"]),
        ({"year": "2025"}, ["1209"]),
        ({"state": "live"}, ["0209", "0309", "0410", "1209"]),
        ({"state": "confirmed"}, ["0209", "0309", "1209"]),
        ({"state": "pending"}, ["0410"]),
        ({"state": "reversed"}, ["0210"]),
        ({"state": "late"}, ["0309"]),
        ({"state": "late", "month": "2026-02"}, []),
        ({"branch": "x"}, []),
    ],
)
def test_filter_shows_exactly_what_it_names(of, asked, days):
    found = fact_rows(SYSTEM, asked).values_list("happened_on", flat=True)
    assert sorted(f"{day:%m%d}" for day in found) == days


def test_facts_of_another_branch_are_not_among_them(of):
    beside = branch(of.root)
    tell(beside, "theme_day.held", date(2026, 2, 9))
    assert fact_rows(SYSTEM, {"branch": str(beside.pk)}).count() == 1
    assert fact_rows(SYSTEM, {"branch": str(of.pk)}).count() == len(WHOLE)
