"""Closing a month, verifying it, reopening it, and the restatements that stay visible."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.http import Http404

from assessment import closing, ledger, rollup, schemes, touched
from assessment.models import ClosedScore, ExtraScore, Fact, MonthClosing, Restatement, RuleScore
from branches.permissions import SYSTEM, Viewer
from core.errors import Conflict, InvalidInput, Locked, Refused
from core.models import AuditEntry
from core.periods import Month
from tests.factories.assessment import after, branch, committee, noon, spec, tell
from tests.factories.branches import UserFactory, make_committee_officer, make_secretary

pytestmark = pytest.mark.django_db
MARCH, APRIL = Month(2026, 3), Month(2026, 4)


@pytest.fixture
def root():
    schemes.load_default(2026)
    return committee()


@pytest.fixture
def of(root):
    made = branch(root)
    tell(made, "theme_day.held", date(2026, 1, 9), date(2026, 3, 2))
    tell(made, "member.count", date(2026, 3, 31), quantity=12)
    tell(made, "bonus.P02", date(2026, 2, 9), occurrence="H1")
    return made


def close(root, month=MARCH, **kwargs) -> MonthClosing:
    return closing.close_month(actor=SYSTEM, root_id=root.pk, month=month, now=kwargs.pop("now", after(month)))


def theme_days(of, month=MARCH) -> int:
    return RuleScore.objects.get(branch=of, month=month.key, rule__code="D4.1").done_confirmed


def test_closing_freezes_the_figures_and_says_how_many_facts(root, of):
    tell(of, "party_lecture.held", date(2026, 3, 5), confirmed=False)

    closed = close(root)

    frozen = ClosedScore.objects.get(closing=closed, branch=of)
    assert (closed.fact_count, closed.unreviewed_count, closed.branch_count, closed.revision) == (5, 1, 1, 1)
    assert frozen.shown_confirmed is not None
    assert frozen.shown_confirmed == (frozen.score_confirmed + 5_000) // 10_000
    assert AuditEntry.objects.filter(action="month.close").count() == 1


def test_month_cannot_be_closed_before_its_record_deadline(root, of):
    with pytest.raises(Conflict, match="报送期"):
        close(root, now=MARCH.record_deadline - timedelta(seconds=1))


def test_month_is_closed_once(root, of):
    close(root)

    with pytest.raises(Conflict, match="已经封存"):
        close(root)


def test_closing_asks_for_the_right(root, of):
    outsider = Viewer.of(UserFactory(), date(2026, 4, 8))
    secretary = Viewer.of(make_secretary(of), date(2026, 4, 8))

    with pytest.raises(Http404):
        closing.close_month(actor=outsider, root_id=root.pk, month=MARCH, now=after(MARCH))
    with pytest.raises((Http404, Refused)):
        closing.close_month(actor=secretary, root_id=root.pk, month=MARCH, now=after(MARCH))
    assert not MonthClosing.objects.exists()


def test_officer_closes_in_their_own_name(root, of):
    officer = make_committee_officer(root)

    closed = closing.close_month(
        actor=Viewer.of(officer, date(2026, 4, 8)), root_id=root.pk, month=MARCH, now=after(MARCH)
    )

    assert closed.closed_by == officer


def test_closed_month_is_never_rewritten(root, of):
    close(root)
    tell(of, "theme_day.held", date(2026, 2, 9))

    counts = rollup.run(root_id=root.pk, month=MARCH, now=after(APRIL))
    touched.refresh_branch(of.pk, now=after(APRIL))
    rollup.catch_up_root(root.pk, now=after(APRIL))

    assert (counts.is_closed, counts.written, theme_days(of)) == (True, 0, 2000)


def test_fact_of_a_closed_month_counts_from_the_next_open_one(root, of):
    close(root)
    tell(of, "theme_day.held", date(2026, 2, 9))

    touched.refresh_branch(of.pk, now=after(APRIL))

    assert (theme_days(of), theme_days(of, APRIL)) == (2000, 3000)


def test_verify_agrees_after_later_facts_confirmations_and_withdrawals(root, of):
    pending = spec(of, "theme_day.held", date(2026, 2, 5), confirmed=False)
    ledger.record_facts([pending], now=noon(date(2026, 2, 5)))
    tell(of, "general_meeting.held", date(2026, 2, 6), source_id=99)
    closed = close(root)
    by = UserFactory()

    ledger.confirm_source("test", pending.source_id, by_id=by.pk, now=after(APRIL))
    ledger.reverse_source("test", 99, by_id=by.pk, reason="误报", now=after(APRIL))
    tell(of, "member.count", date(2026, 3, 31), quantity=13)
    of.terms.update(has_committee=False)
    rollup.catch_up_root(root.pk, now=after(APRIL))

    result = closing.verify(root.pk, MARCH)
    assert (result.is_valid, result.difference) == (True, "")
    assert result.found_digest == closed.digest


def test_verify_names_the_first_difference(root, of):
    close(root)
    RuleScore.objects.filter(branch=of, month=MARCH.key, rule__code="D4.1").update(earned_confirmed=6_000_000)

    result = closing.verify(root.pk, MARCH)

    assert not result.is_valid
    assert of.short_name in result.difference
    assert "D4.1" in result.difference


def test_verify_sees_a_fact_that_was_changed_by_hand(root, of):
    close(root)
    Fact.objects.filter(metric__code="theme_day.held", happened_on=date(2026, 3, 2)).update(quantity=0)

    result = closing.verify(root.pk, MARCH)

    assert not result.is_valid
    assert (result.first.table, result.first.frozen, result.first.found) == ("计分依据", "数量1", "数量0")
    assert result.first.where.startswith(f"{of.short_name}2026-03-02")


def test_verify_sees_a_fact_that_was_removed(root, of):
    close(root)
    Fact.objects.filter(metric__code="bonus.P02").delete()

    found = closing.verify(root.pk, MARCH)
    assert (found.is_valid, found.first.table, found.first.found) == (False, "计分依据", "没有这一条")
    assert found.first.frozen == "有（支部获省级表彰，数量1）"


def test_reopened_month_that_changes_leaves_a_restatement(root, of):
    first = close(root)
    closing.reopen_month(actor=SYSTEM, root_id=root.pk, month=MARCH, reason="补录二月主题党日", now=after(APRIL))
    tell(of, "theme_day.held", date(2026, 2, 9))

    second = close(root, now=after(APRIL))

    restated = Restatement.objects.get()
    old, new = (ClosedScore.objects.get(closing=one, branch=of).shown_confirmed for one in (first, second))
    assert (restated.old_figure, restated.new_figure, restated.reason) == (old, new, "补录二月主题党日")
    assert old < new
    assert (second.revision, closing.verify(root.pk, MARCH).is_valid) == (2, True)


def test_reopened_month_that_stays_as_it_was_leaves_no_restatement(root, of):
    close(root)
    closing.reopen_month(actor=SYSTEM, root_id=root.pk, month=MARCH, reason="核对", now=after(APRIL))

    close(root, now=after(APRIL))

    assert not Restatement.objects.exists()


def test_reopening_needs_a_reason_and_a_closed_month(root, of):
    with pytest.raises(Conflict):
        closing.reopen_month(actor=SYSTEM, root_id=root.pk, month=MARCH, reason="核对", now=after(MARCH))
    close(root)
    with pytest.raises(InvalidInput):
        closing.reopen_month(actor=SYSTEM, root_id=root.pk, month=MARCH, reason=" ", now=after(MARCH))


def test_fact_written_by_a_slow_clock_is_stamped_after_the_closing(root, of):
    closed = close(root)

    tell(of, "theme_day.held", date(2026, 2, 9))  # its machine believes it is February

    late = Fact.objects.get(happened_on=date(2026, 2, 9), metric__code="theme_day.held")
    assert late.recorded_at > closed.closed_at
    assert closing.verify(root.pk, MARCH).is_valid


def test_closing_counts_what_a_fast_clock_wrote(root, of):
    ledger.record_facts([spec(of, "theme_day.held", date(2026, 2, 9))], now=after(APRIL))

    closed = close(root)

    assert closed.closed_at == after(APRIL)
    assert closing.verify(root.pk, MARCH).is_valid


def test_published_scheme_of_a_closed_month_cannot_be_edited(root, of):
    closed = close(root)

    with pytest.raises(Locked):
        closed.scheme.rules.first().save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_submit_that_is_under_way_is_counted_by_the_closing():
    schemes.load_default(2026)
    root = committee()
    of = branch(root)
    tell(of, "theme_day.held", date(2026, 1, 9))
    results: list[MonthClosing] = []

    def close_in_another_connection() -> None:
        try:
            results.append(close(root))
        finally:
            connection.close()

    with transaction.atomic():
        tell(of, "theme_day.held", date(2026, 3, 2))
        other = threading.Thread(target=close_in_another_connection)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()  # it waits for this submit
    other.join(timeout=20)

    assert results[0].fact_count == 2
    assert theme_days(of) == 2000
    assert closing.verify(root.pk, MARCH).is_valid


def test_reopened_month_counts_what_came_while_every_month_after_it_was_closed(root, of):
    months = [Month(2026, number) for number in (10, 11, 12)]
    for month in months:
        close(root, month, now=after(months[-1]))
    late = after(months[-1]) + timedelta(days=3)
    ledger.record_facts([spec(of, "theme_day.held", date(2026, 9, 9))], now=late)
    rollup.catch_up_root(root.pk, now=late)
    before = theme_days(of, months[-1])

    closing.reopen_month(actor=SYSTEM, root_id=root.pk, month=months[-1], reason="补录", now=late)
    close(root, months[-1], now=late + timedelta(hours=1))

    assert (before, theme_days(of, months[-1])) == (2000, 3000)
    assert closing.verify(root.pk, months[-1]).difference == ""
    assert Restatement.objects.get(branch=of).reason == "补录"


@pytest.mark.parametrize(
    ("model", "change", "words"),
    [
        (ClosedScore, {"shown_confirmed": 9999}, "封存得分"),
        (ClosedScore, {"score_provisional": 1}, "封存得分"),
        (ExtraScore, {"points_confirmed": 5}, "附加分得分"),
    ],
)
def test_verify_names_a_shown_figure_that_was_altered(root, of, model, change, words):
    close(root)

    model.objects.filter(branch=of).update(**change)

    found = closing.verify(root.pk, MARCH)
    assert not found.is_valid
    assert of.short_name in found.difference
    assert words in found.difference
