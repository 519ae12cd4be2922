"""Verification names the single row that somebody altered by SQL, in each table that a frozen month stands on."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from assessment import closing, periods, schemes
from assessment.models import (
    BranchMonth,
    ClosedScore,
    ExtraScore,
    Fact,
    FactSeal,
    MonthClosing,
    PeriodScore,
    PeriodSnapshot,
    ReviewMark,
    Rule,
    RuleScore,
)
from assessment.verify import verify, verify_period, verify_year
from branches.permissions import SYSTEM
from core.errors import Conflict
from core.periods import Month, Period
from tests.factories.assessment import after, branch, committee, tell

pytestmark = pytest.mark.django_db
Q1 = Period(2026, "quarter", 1)
MONTHS = [Month(2026, n) for n in (1, 2, 3)]
MARCH = MONTHS[-1]


@pytest.fixture
def root():
    schemes.load_default(2026)
    return committee()


@pytest.fixture
def of(root):
    made, other = branch(root), branch(root)
    tell(made, "theme_day.held", date(2026, 1, 9), date(2026, 3, 2))
    tell(made, "bonus.P02", date(2026, 2, 9), occurrence="H1")
    tell(other, "theme_day.held", date(2026, 2, 9))
    return made


@pytest.fixture
def frozen(root, of):
    """The first quarter, closed month by month."""
    ReviewMark.objects.create(
        root=root,
        branch=of,
        rule_code="A3.4",
        year=2026,
        factor=800_000,
        counts_from=202603,
        marked_at=MARCH.record_deadline,
    )
    for month in MONTHS:
        closing.close_month(actor=SYSTEM, root_id=root.pk, month=month, now=after(month))
    return of


def alter(sql: str, *params) -> None:
    """One row, behind the portal's back."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        assert cursor.rowcount == 1


def without_guard(table: str) -> None:
    """The database itself refuses to change a published scheme; whoever owns it can take the guard away."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def the(model, **where) -> tuple[str, int]:
    return model._meta.db_table, model.objects.filter(**where).values_list("pk", flat=True).get()


def test_an_untouched_quarter_verifies_from_end_to_end(frozen):
    year = verify_year(frozen.root_id, 2026)
    assert ([one.month for one in year.months], [one.period for one in year.periods]) == (MONTHS, [Q1])
    assert (year.is_valid, [one.difference for one in year.results]) == (True, [""] * 4)
    assert all(one.digest == one.found_digest for one in year.results)


@pytest.mark.parametrize(
    ("column", "value", "frozen_words", "found_words"),
    [
        ("quantity", 3000, "数量1", "数量3"),
        ("happened_on", "2026-01-10", "日期2026-01-09", "日期2026-01-10"),
        ("state", "pending", "状态已确认", "状态待审"),
        ("occurrence", "X", "事项编号无", "事项编号X"),
    ],
)
def test_an_altered_fact_is_named(frozen, column, value, frozen_words, found_words):
    table, pk = the(Fact, branch=frozen, happened_on=date(2026, 1, 9))
    alter(f"UPDATE {table} SET {column} = %s WHERE id = %s", value, pk)
    first = verify(frozen.root_id, MARCH).first
    assert (first.table, first.frozen, first.found) == ("计分依据", frozen_words, found_words)
    assert first.where.startswith(f"{frozen.short_name}2026-01-09")
    assert verify(frozen.root_id, MONTHS[0]).first.frozen == frozen_words


def test_a_fact_that_moves_no_score_is_named_all_the_same(root, frozen):
    extra = tell(frozen, "theme_day.held", date(2026, 4, 9))
    assert extra is None or extra >= 0
    tell(frozen, "general_meeting.held", date(2026, 1, 12))  # recorded after the closing: not of it
    assert verify(root.pk, MARCH).is_valid


def test_a_fact_slipped_in_with_an_old_stamp_is_named(root, frozen):
    fact = Fact.objects.get(branch=frozen, happened_on=date(2026, 1, 9))
    fact.pk, fact.source_key = None, "slipped:1:1"
    fact.save()
    first = verify(root.pk, MARCH).first
    assert (first.table, first.frozen) == ("计分依据", "没有这一条")
    assert first.found.startswith("有（")


def test_an_altered_seal_is_told_from_an_altered_fact(frozen):
    fact = Fact.objects.get(branch=frozen, happened_on=date(2026, 1, 9))
    alter(f"UPDATE {FactSeal._meta.db_table} SET quantity = 5000 WHERE fact_id = %s", fact.pk)
    first = verify(frozen.root_id, MARCH).first
    assert (first.table, first.frozen, first.found) == ("依据存底", "数量1", "数量5")


def test_an_altered_rule_score_is_named_with_both_figures(frozen):
    rule = Rule.objects.get(scheme__year=2026, code="D4.1")
    alter(
        f"UPDATE {RuleScore._meta.db_table} SET earned_confirmed = 6000000 WHERE branch_id = %s AND month = %s"
        " AND rule_id = %s",
        frozen.pk,
        MARCH.key,
        rule.pk,
    )
    first = verify(frozen.root_id, MARCH).first
    assert (first.table, first.where) == ("规则得分", f"{frozen.short_name}2026年3月 D4.1")
    assert (first.frozen, first.found) == (
        "得4分，应得6分（完成2，应3）",
        "得6分，应得6分（完成2，应3）",
    )


def test_an_altered_mark_is_named_by_its_rule(frozen):
    table, pk = the(ReviewMark, branch=frozen)
    alter(f"UPDATE {table} SET factor = 1000000 WHERE id = %s", pk)
    first = verify(frozen.root_id, MARCH).first
    assert (first.table, "A3.4" in first.where) == ("由依据重算的得分", True)


def test_an_altered_rule_of_the_scheme_is_named(frozen):
    table, pk = the(Rule, scheme__year=2026, scheme__subject="branch", code="D4.1")
    without_guard(table)
    alter(f"UPDATE {table} SET target = 2000 WHERE id = %s", pk)
    first = verify(frozen.root_id, MARCH).first
    assert (first.table, "D4.1" in first.where) == ("由依据重算的得分", True)
    assert (first.frozen, first.found) == (
        "得4分，应得6分（完成2，应3）",
        "得2分，应得6分（完成2，应6）",
    )


@pytest.mark.parametrize(
    ("model", "change", "table", "words"),
    [
        (ExtraScore, "points_confirmed = points_confirmed + 1", "附加分得分", "P02"),
        (ExtraScore, "quantity_confirmed = quantity_confirmed + 1000", "附加分得分", "P02"),
        (BranchMonth, "has_committee = NOT has_committee", "支部月度状况", "设支委会"),
        (BranchMonth, "first_month = 2", "支部月度状况", "2026年3月"),
    ],
)
def test_an_altered_row_of_the_month_is_named(frozen, model, change, table, words):
    alter(f"UPDATE {model._meta.db_table} SET {change} WHERE branch_id = %s AND month = %s", frozen.pk, MARCH.key)
    first = verify(frozen.root_id, MARCH).first
    assert (first.table, frozen.short_name in first.where, words in first.where) == (table, True, True)
    assert first.frozen != first.found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("score_confirmed = score_confirmed + 1", "得分"),
        ("base_confirmed = base_confirmed - 1", "基础分"),
        ("shown_confirmed = 9999", "显示得分"),
        ("row_digest = 'x'", "摘要"),
        ("items = '{}'", ""),
    ],
)
def test_an_altered_closed_score_is_named(frozen, change, words):
    table, pk = the(ClosedScore, branch=frozen, closing__month=MARCH.key)
    alter(f"UPDATE {table} SET {change} WHERE id = %s", pk)
    result = verify(frozen.root_id, MARCH)
    if not words:  # closings of before the items were kept have none; the quarter's own copy notices
        assert result.is_valid and not verify_period(frozen.root_id, Q1).is_valid
        return
    assert (result.first.table, words in result.first.where) == ("封存得分", True)


@pytest.mark.parametrize(
    ("change", "words"),
    [("digest = 'x'", "摘要"), ("fact_count = fact_count + 1", "依据条数"), ("facts_digest = 'x'", "依据摘要")],
)
def test_an_altered_closing_is_named(frozen, change, words):
    table, pk = the(MonthClosing, root=frozen.root, month=MARCH.key)
    alter(f"UPDATE {table} SET {change} WHERE id = %s", pk)
    first = verify(frozen.root_id, MARCH).first
    assert (first.table, first.where) == ("封存记录", f"2026年3月{words}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("score = score + 1", "期末得分"),
        ("change = 0", "本期增减"),
        ("shown = 1", "显示得分"),
        ("months = '[]'", "各月得分"),
    ],
)
def test_an_altered_period_score_is_named(frozen, change, words):
    table, pk = the(PeriodScore, branch=frozen)
    alter(f"UPDATE {table} SET {change} WHERE id = %s", pk)
    first = verify_period(frozen.root_id, Q1).first
    assert (first.table, words in first.where) == ("期间得分", True)


@pytest.mark.parametrize("change", ["digest = 'x'", "sources = '[]'"])
def test_an_altered_snapshot_is_named(frozen, change):
    table, pk = the(PeriodSnapshot)
    alter(f"UPDATE {table} SET {change} WHERE id = %s", pk)
    assert verify_period(frozen.root_id, Q1).is_valid is False


def test_a_deep_verification_of_the_quarter_finds_the_fact(frozen):
    table, pk = the(Fact, branch=frozen, happened_on=date(2026, 1, 9))
    alter(f"UPDATE {table} SET quantity = 3000 WHERE id = %s", pk)
    assert verify_period(frozen.root_id, Q1).first.table == "计分依据"
    assert verify_year(frozen.root_id, 2026).first.month == MONTHS[0]


def test_command_verifies_a_year_and_names_what_differs(frozen, capsys):
    call_command("verify_months", "--year", "2026")
    assert "2026年第一季度：一致" in capsys.readouterr().out
    table, pk = the(PeriodScore, branch=frozen)
    alter(f"UPDATE {table} SET score = score + 1 WHERE id = %s", pk)
    with pytest.raises(CommandError):
        call_command("verify_months")
    assert f"{frozen.short_name}2026年第一季度期末得分" in capsys.readouterr().out


def test_a_period_that_was_never_frozen_cannot_be_verified(root):
    with pytest.raises(Conflict, match="没有定格"):
        verify_period(root.pk, Q1)
    assert verify_year(root.pk, 2026).results == ()
    assert periods.standing_snapshot(root.pk, Q1) is None
