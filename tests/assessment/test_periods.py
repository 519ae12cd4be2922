"""Quarters, halves and years: made of closed months alone, frozen by themselves, anew after a restatement."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
import time_machine
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from assessment import closing, ledger, periods, schemes
from assessment.models import ClosedScore, PeriodScore, PeriodSnapshot, Restatement, RuleScore
from assessment.verify import verify_period
from branches.models import Organisation
from branches.permissions import SYSTEM, Viewer
from core.errors import Conflict, Refused
from core.models import AuditEntry
from core.periods import Month, Period
from tests.factories.assessment import after, branch, committee, spec, tell
from tests.factories.branches import make_committee_officer, make_secretary

Q1, H1, YEAR = Period(2026, "quarter", 1), Period(2026, "half", 1), Period(2026, "year", 1)
MONTHS = [Month(2026, n) for n in (1, 2, 3)]


# -- the period -----------------------------------------------------------------------------------


@given(st.integers(2000, 2099), st.sampled_from(["quarter", "half", "year"]), st.integers(1, 4))
def test_a_period_is_read_as_it_is_written(year, kind, number):
    if number > {"quarter": 4, "half": 2, "year": 1}[kind]:
        with pytest.raises(ValueError):
            Period(year, kind, number)
        return
    period = Period(year, kind, number)
    assert Period.parse(str(period)) == period
    assert len(period.months) == {"quarter": 3, "half": 6, "year": 12}[kind]


def test_the_periods_of_a_year_are_its_months_once_each():
    quarters = [month for one in Period.all_of(2026) if one.kind == "quarter" for month in one.months]
    assert sorted(quarters) == Month(2026, 1).until(Month(2026, 12)) == YEAR.months
    assert [one.label for one in (Q1, H1, YEAR)] == ["2026年第一季度", "2026年上半年", "2026年度"]


@pytest.mark.parametrize("text", ["2026-Q5", "2026-H3", "2026-Y2", "26-Q1", "2026Q1", "2026-Q", ""])
def test_what_is_no_period_is_none(text):
    with pytest.raises(ValueError):
        Period.parse(text)


# -- freezing -------------------------------------------------------------------------------------


@pytest.fixture
def root(db):
    schemes.load_default(2026)
    return committee()


@pytest.fixture
def of(root):
    made, other = branch(root), branch(root)
    tell(made, "theme_day.held", date(2026, 1, 9), date(2026, 3, 2))
    tell(other, "theme_day.held", date(2026, 2, 9))
    return made


def close(root, *months, now=None):
    for month in months:
        closing.close_month(actor=SYSTEM, root_id=root.pk, month=month, now=now or after(month))


def test_a_quarter_is_frozen_with_its_last_month_from_the_closed_scores_alone(root, of):
    close(root, *MONTHS[:2])
    assert not PeriodSnapshot.objects.exists()
    close(root, MONTHS[2])
    snapshot = PeriodSnapshot.objects.get()
    assert (snapshot.period, snapshot.revision, snapshot.branch_count) == (Q1, 1, 2)
    assert [key for key, _, _ in snapshot.sources] == [202601, 202602, 202603]
    row = PeriodScore.objects.get(snapshot=snapshot, branch=of)
    scores = {one.closing.month: one for one in ClosedScore.objects.filter(branch=of).select_related("closing")}
    assert row.months == [[key, scores[key].shown_confirmed] for key in sorted(scores)]
    assert (row.before, row.score, row.change) == (None, scores[202603].score_confirmed, None)
    assert row.items == scores[202603].items
    RuleScore.objects.all().delete()  # nothing of it is read from the live tables
    assert verify_period(root.pk, Q1, is_deep=False).is_valid


def test_items_of_a_closed_score_are_the_sums_of_its_rules(root, of):
    close(root, MONTHS[0])
    kept = ClosedScore.objects.get(branch=of).items
    rules = RuleScore.objects.filter(branch=of, month=202601).select_related("rule")
    assert len(kept) == 18
    assert sum(pair[0] for pair in kept.values()) == sum(row.earned_confirmed for row in rules)
    assert sum(pair[1] for pair in kept.values()) == sum(row.available_confirmed for row in rules)


def test_the_change_of_a_later_quarter_is_the_difference_of_two_frozen_scores(root, of):
    close(root, *MONTHS, *[Month(2026, n) for n in (4, 5, 6)])
    second = PeriodScore.objects.get(snapshot__kind="quarter", snapshot__number=2, branch=of)
    march = ClosedScore.objects.get(closing__month=202603, branch=of).score_confirmed
    june = ClosedScore.objects.get(closing__month=202606, branch=of).score_confirmed
    assert (second.before, second.score, second.change) == (march, june, june - march)
    assert {str(one.period) for one in PeriodSnapshot.objects.all()} == {"2026-Q1", "2026-Q2", "2026-H1"}


def test_a_committee_that_began_in_february_has_its_quarter_without_january(root, of):
    Organisation.objects.filter(pk=root.pk).update(go_live_month=202602)
    close(root, *MONTHS[1:])
    assert [key for key, _, _ in PeriodSnapshot.objects.get().sources] == [202602, 202603]


def test_freezing_again_makes_no_second_snapshot(root, of):
    close(root, *MONTHS)
    again = periods.freeze_period(actor=SYSTEM, root_id=root.pk, period=Q1, now=after(MONTHS[2]) + timedelta(days=1))
    assert (again.revision, PeriodSnapshot.objects.count()) == (1, 1)
    assert periods.freeze_due(actor=SYSTEM, root_id=root.pk, year=2026, now=after(MONTHS[2])) == []
    assert AuditEntry.objects.filter(action="period.freeze").count() == 1


def test_a_period_with_an_open_month_is_not_frozen(root, of):
    close(root, MONTHS[0], MONTHS[2])
    with pytest.raises(Conflict, match="还有2月没有封存"):
        periods.freeze_period(actor=SYSTEM, root_id=root.pk, period=Q1, now=after(MONTHS[2]))


@pytest.fixture
def restated(root, of):
    """February opened again for a theme day that came late."""
    close(root, *MONTHS)
    late = after(MONTHS[2]) + timedelta(days=3)
    ledger.record_facts([spec(of, "theme_day.held", date(2026, 2, 10))], now=late)
    closing.reopen_month(actor=SYSTEM, root_id=root.pk, month=MONTHS[1], reason="申诉成立", now=late)
    close(root, MONTHS[1], now=late + timedelta(hours=1))
    return of


def test_a_restated_month_freezes_its_quarter_anew_beside_the_old(root, restated):
    first, second = PeriodSnapshot.objects.order_by("revision")
    assert (second.revision, second.reason, first.digest != second.digest) == (2, "申诉成立", True)
    old = PeriodScore.objects.get(snapshot=first, branch=restated)
    new = PeriodScore.objects.get(snapshot=second, branch=restated)
    restatement = Restatement.objects.get()
    assert (old.months[1][1], new.months[1][1]) == (restatement.old_figure, restatement.new_figure)
    assert old.months[2] == new.months[2]  # March stands until it is opened itself
    for revision in (1, 2):
        assert verify_period(root.pk, Q1, revision=revision).is_valid


def test_freezing_asks_for_the_right(root, of):
    close(root, *MONTHS)
    secretary = Viewer.of(make_secretary(of), date(2026, 4, 8))
    with pytest.raises((Http404, Refused)):
        periods.freeze_period(actor=secretary, root_id=root.pk, period=Q1, now=after(MONTHS[2]))


# -- the pages ------------------------------------------------------------------------------------


@pytest.fixture
def april():
    with time_machine.travel("2026-04-20T04:00:00Z", tick=False):
        yield


def test_pages_show_old_and_new_side_by_side_and_the_sheet_says_the_same(root, restated, client, april):
    client.force_login(make_committee_officer(root), backend="django.contrib.auth.backends.ModelBackend")
    one = Restatement.objects.get()
    old, new = f"{one.old_figure / 100:.2f}", f"{one.new_figure / 100:.2f}"
    listing = client.get("/restatements/").content.decode()
    assert old in listing and new in listing and "申诉成立" in listing and "D4 " in listing
    detail = client.get("/periods/2026-Q1/").content.decode()
    assert f"2月 {old} → <b>{new}</b>" in detail and "申诉成立" in detail
    overview = client.get("/periods/2026/").content.decode()
    assert "（第2次）" in overview and "4月、5月、6月未封存" in overview
    book = b"".join(client.get("/restatements/export/").streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True))
    assert [(row[1], f"{row[2]:.2f}", f"{row[3]:.2f}") for row in rows if row[0] == "2026年2月"] == [
        (restated.short_name, old, new)
    ]
    assert "一致" in client.post("/periods/2026/verify/").content.decode()
    assert client.get("/periods/2026-Q2/").status_code == 404


def test_a_secretary_sees_the_restatements_of_the_own_branch_only(root, restated, client, april):
    other = Organisation.objects.filter(root=root, tier="branch").exclude(pk=restated.pk).get()
    client.force_login(make_secretary(other), backend="django.contrib.auth.backends.ModelBackend")
    assert restated.short_name not in client.get("/restatements/").content.decode()
    assert client.get("/periods/2026/").status_code == 404
    assert client.get("/periods/2026-Q1/").status_code == 404
