"""The set-based SQL and the pure rules give the same integers on random committees, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessment import ledger, rollup, schemes, touched
from assessment.binding import BoundScheme, bind
from assessment.models import BranchMonth, DirtyMark, ExtraScore, Fact, ReviewMark, RuleScore
from assessment.rules import RuleResult, Window, first_month, is_measured
from assessment.rules.gather import BranchYear, FactLine, Tally, extra_results, rule_results
from branches import selectors
from branches.models import Organisation
from core.periods import Month
from tests.assessment.worlds import YEAR, BranchPlan, Made, World, fact_plans, make, tell, worlds
from tests.factories.assessment import noon

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
# a world is a database full: shrinking one takes minutes, so a failure shows the world as it was drawn
SLOW = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@SLOW
@given(worlds())
def test_sql_equals_the_pure_rules_to_the_last_digit(world):
    with transaction.atomic():
        made = make(world)
        now = noon(world.today)

        rollup.run(root_id=made.root.pk, month=world.month, now=now)

        bound = bind(made.scheme)
        for of, plan in zip(made.branches, world.branches, strict=True):
            assert _stored(of, world.month) == _expected(world, made, bound, of, plan)
        assert rollup.run(root_id=made.root.pk, month=world.month, now=now).written == 0
        transaction.set_rollback(True)


@settings(SLOW, max_examples=15)
@given(worlds())
def test_branch_by_branch_equals_all_at_once(world):
    """Marks and refreshes, in the order in which facts come, end where one computation of everything ends."""
    with transaction.atomic():
        made = make(world)
        now = noon(world.today)
        for month in Month(YEAR, 1).until(world.month):
            rollup.run(root_id=made.root.pk, month=month, now=now, thorough=True)
        for of in made.branches:
            touched.refresh_branch(of.pk, now=now)

        assert rollup.run(root_id=made.root.pk, month=world.month, now=now).written == 0
        transaction.set_rollback(True)


@settings(SLOW, max_examples=25)
@given(worlds(), st.data())
def test_a_refresh_leaves_nothing_for_a_full_computation(world, data):
    """After a change only the rules that read it are computed again, and that is all there was to do."""
    with transaction.atomic():
        made = make(world)
        now = noon(world.today)
        months = Month(YEAR, 1).until(world.month)
        for month in months:
            rollup.run(root_id=made.root.pk, month=month, now=now, thorough=True)
        DirtyMark.objects.all().delete()

        for plan in data.draw(st.lists(fact_plans([row["code"] for row in world.scheme["metrics"]]), max_size=4)):
            tell(made.branches[plan.branch], replace(plan, day=min(plan.day, world.today)))
        pending = list(ledger.live_facts().filter(state="pending").order_by("pk"))
        ledger.confirm_facts(Fact.objects.filter(pk__in=[fact.pk for fact in pending[::2]]), by_id=None, now=now)
        ledger.reverse_facts(pending[1::2], by_id=None, reason="更正", now=now)
        for of in made.branches:
            touched.refresh_branch(of.pk, now=now)

        written = [rollup.run(root_id=made.root.pk, month=month, now=now).written for month in months]
        assert written == [0] * len(months)
        transaction.set_rollback(True)


def _stored(of: Organisation, month: Month) -> dict:
    rows = RuleScore.objects.filter(branch=of, month=month.key)
    extras = ExtraScore.objects.filter(branch=of, month=month.key)
    return {
        view: (
            {row.rule_id: _result(row, view) for row in rows},
            {row.extra_id: n for row in extras if (n := getattr(row, f"quantity_{view}"))},
        )
        for view in ("confirmed", "provisional")
    }


def _result(row: RuleScore, view: str) -> RuleResult:
    return RuleResult(*(getattr(row, f"{part}_{view}") for part in ("earned", "available", "ceiling", "done", "need")))


def _expected(world: World, made: Made, bound: BoundScheme, of: Organisation, plan: BranchPlan) -> dict:
    """The same by the pure rules, from the facts themselves and the register read with its own selectors."""
    first = first_month(YEAR, founded_on=plan.founded_on, go_live_month=world.go_live)
    measured = is_measured(world.month, first, plan.dissolved_on) and plan.founded_on <= world.today
    if not measured or world.today < world.month.first_day:
        return {"confirmed": ({}, {}), "provisional": ({}, {})}
    window = Window.at(world.month, world.today, first)
    branch = BranchYear(na_months=_na_months(of, window), marks=_marks(of, world.month))
    lines = _lines(of)
    found = {}
    for view in ("confirmed", "provisional"):
        tally = Tally(lines, window, bound.levels, confirmed_only=view == "confirmed")
        extras = {pk: n for pk, n in extra_results(bound.extras, tally).items() if n}
        found[view] = (rule_results(bound.rules, tally, branch, window), extras)
    return found


def _na_months(of: Organisation, window: Window) -> dict[str, frozenset[int]]:
    days = {one.number: min(one.last_day, window.end) for one in Month(YEAR, 1).until(window.month)}
    days = {n: day for n, day in days.items() if of.founded_on <= day}
    return {
        "no_committee": frozenset(n for n, day in days.items() if not selectors.has_committee_on([of.pk], day)[of.pk]),
        "no_groups": frozenset(n for n, day in days.items() if not selectors.groups_on([of.pk], day)[of.pk]),
    }


def _marks(of: Organisation, month: Month) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for mark in ReviewMark.objects.filter(branch=of, counts_from__lte=month.key):
        found[mark.rule_code] = (*found.get(mark.rule_code, ()), mark.factor)
    return found


def _lines(of: Organisation) -> list[FactLine]:
    rows = list(Fact.objects.filter(branch=of))
    gone = {row.reverses_id for row in rows}
    return [
        FactLine(
            row.metric_id,
            row.happened_on,
            row.quantity,
            row.state == "confirmed",
            row.reverses_id is None and row.pk not in gone,
            row.pk,
            row.occurrence,
        )
        for row in rows
    ]


def test_drivers_are_what_the_register_says(db):
    """Kept apart from the random worlds so that a fault of the drivers is named as one."""
    made = make(
        World(
            scheme=schemes.read_default(),
            go_live=None,
            branches=[BranchPlan(date(2020, 1, 1), None, date(2026, 3, 1), date(2026, 9, 1), date(2026, 4, 1))],
            facts=[],
            marks=[],
        )
    )
    for month in Month(YEAR, 1).until(Month(YEAR, 12)):
        rollup.run(root_id=made.root.pk, month=month, now=noon(date(2027, 1, 31)))

    rows = BranchMonth.objects.order_by("month")
    assert [row.has_committee for row in rows] == [3 <= n < 9 for n in range(1, 13)]
    assert [row.has_groups for row in rows] == [n >= 4 for n in range(1, 13)]
