"""The set-based SQL about members and the pure rules give the same integers on random people, on every database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessment.binding import bind
from assessment.members import ledger, rollup, schemes
from assessment.models import (
    ClassOverride,
    MemberExtraScore,
    MemberFact,
    MemberMonth,
    MemberReviewMark,
    MemberRuleScore,
)
from assessment.rules import RuleResult, Window
from assessment.rules.gather import BranchYear, FactLine, Tally, extra_results, rule_results
from assessment.rules.study import (
    collective_hours,
    credits_total,
    first_month_of,
    minimum_to_date,
    year_minimum,
)
from assessment.statement.member_book import terms_of_kind
from branches.models import Member
from core.periods import Month
from tests.factories.assessment import noon
from tests.factories.branches import AppointmentFactory, BranchFactory, MemberFactory
from tests.factories.members import mark_member, member_spec, move

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
YEAR = 2026
DAYS = st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31))
SLOW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
METRICS = [row["code"] for row in schemes.read_default()["metrics"] if row["reported_by"] != "study"] + [
    "bonus.MP1",
    "bonus.MP2",
    "bonus.MP4",
]


@dataclass(frozen=True)
class PersonPlan:
    since: date
    status: str
    is_retired: bool
    is_mobile: bool
    office_from: date | None
    override: tuple[str, date, date | None] | None
    moves_on: date | None


@dataclass(frozen=True)
class FactPlan:
    member: int
    branch: int
    metric: str
    day: date
    quantity: Decimal
    occurrence: str
    confirmed: bool
    reversed: bool


def person_plans() -> st.SearchStrategy[PersonPlan]:
    sometimes = st.one_of(st.none(), DAYS)
    override = st.tuples(st.sampled_from(["M1", "M3", "M6"]), DAYS, sometimes)
    return st.builds(
        PersonPlan,
        since=st.one_of(st.just(date(2015, 7, 1)), DAYS, DAYS.map(lambda day: day.replace(day=1))),
        status=st.sampled_from(["full", "probationary"]),
        is_retired=st.integers(0, 5).map(lambda n: n == 0),
        is_mobile=st.integers(0, 5).map(lambda n: n == 0),
        office_from=sometimes,
        override=st.one_of(st.none(), st.none(), override),
        moves_on=sometimes,
    )


fact_plans = st.builds(
    FactPlan,
    member=st.integers(0, 2),
    branch=st.integers(0, 1),
    metric=st.sampled_from(METRICS),
    day=DAYS,
    quantity=st.one_of(st.just(Decimal(1)), st.integers(0, 40).map(Decimal), st.decimals("0", "5", places=3)),
    occurrence=st.sampled_from(["", "甲"]),
    confirmed=st.booleans(),
    reversed=st.booleans() | st.just(False),
)
marks = st.tuples(st.integers(0, 2), st.sampled_from(["MD1", "ME2"]), st.integers(0, 100), st.integers(1, 12))


@SLOW
@given(
    plans=st.lists(person_plans(), min_size=3, max_size=3),
    facts=st.lists(fact_plans, max_size=30),
    given_marks=st.lists(marks, max_size=3),
    number=st.integers(1, 12),
    running=st.one_of(st.none(), st.integers(0, 27)),
)
def test_sql_equals_the_pure_rules_to_the_last_digit(plans, facts, given_marks, number, running):
    with transaction.atomic():
        month = Month(YEAR, number)
        today = date(YEAR + 1, 1, 31) if running is None else month.first_day + timedelta(running)
        scheme = schemes.load_default(YEAR)
        branches = [BranchFactory()]
        branches.append(BranchFactory(parent=branches[0].root))
        members = [_person(plan, branches) for plan in plans]
        for plan in facts:
            _tell(members[plan.member], branches[plan.branch], plan)
        for member, code, mark, from_month in given_marks:
            mark_member(members[member], code, mark, month=Month(YEAR, from_month))

        rollup.run(root_id=branches[0].root_id, month=month, now=noon(today))

        sources = _sources(min(today, month.last_day))
        for member, plan in zip(members, plans, strict=True):
            assert _stored(member, month) == _expected(member, plan, scheme, month, today, sources)
        assert rollup.run(root_id=branches[0].root_id, month=month, now=noon(today)).written == 0
        transaction.set_rollback(True)


def _person(plan: PersonPlan, branches: list) -> Member:
    member = MemberFactory(
        branch=branches[0],
        joined_on=plan.since,
        status=plan.status,
        is_retired=plan.is_retired,
        is_mobile=plan.is_mobile,
    )
    if plan.office_from:
        AppointmentFactory(member=member, from_on=plan.office_from, post="discipline_member")
    if plan.override:
        code, from_on, to_on = plan.override
        ClassOverride.objects.create(
            root=member.root,
            member=member,
            class_code=code,
            from_on=from_on,
            to_on=to_on,
            basis="会议",
            set_at=noon(from_on),
        )
    if plan.moves_on and plan.moves_on > plan.since:
        move(member, branches[1], plan.moves_on)
    return member


def _tell(member: Member, branch, plan: FactPlan) -> None:
    one = member_spec(
        member,
        plan.metric,
        plan.day,
        plan.quantity,
        branch=branch,
        occurrence=plan.occurrence if plan.metric.startswith("bonus") else "",
        confirmed=plan.confirmed,
    )
    ledger.record_facts([one], now=noon(plan.day))
    if plan.reversed:
        ledger.reverse_source(one.source_type, one.source_id, by_id=None, reason="误报", now=noon(plan.day))


def _sources(until: date) -> set[tuple[int, int]]:
    """(branch, metric) of what is entered by hand and stands, up to a day."""
    live = ledger.live_facts().filter(happened_on__lte=until, metric__reported_by="entry")
    return set(live.values_list("branch_id", "metric_id"))


def _stored(member: Member, month: Month) -> dict:
    rows = MemberRuleScore.objects.filter(member=member, month=month.key)
    extras = MemberExtraScore.objects.filter(member=member, month=month.key)
    state = MemberMonth.objects.filter(member=member, month=month.key).first()
    return {
        "standing": state and (state.class_code, state.first_month, state.is_measured, state.credits_minimum),
        **{
            view: (
                {row.rule_id: _result(row, view) for row in rows},
                {row.extra_id: n for row in extras if (n := getattr(row, f"quantity_{view}"))},
            )
            for view in ("confirmed", "provisional")
        },
    }


def _result(row: MemberRuleScore, view: str) -> RuleResult:
    return RuleResult(*(getattr(row, f"{part}_{view}") for part in ("earned", "available", "ceiling", "done", "need")))


def _class_of(plan: PersonPlan, on: date) -> str:
    if plan.override and plan.override[1] <= on and (plan.override[2] is None or on <= plan.override[2]):
        return plan.override[0]
    if plan.is_retired:
        return "M5"
    if plan.is_mobile:
        return "M4"
    return "M1" if plan.office_from and plan.office_from <= on else "M2"


def _expected(member: Member, plan: PersonPlan, scheme, month: Month, today: date, sources: set) -> dict:
    on = min(today, month.last_day)
    if plan.since > on:
        return {"standing": None, "confirmed": ({}, {}), "provisional": ({}, {})}
    first = first_month_of(YEAR, plan.since)
    study = schemes.study_plan(scheme)
    klass = study.classes[_class_of(plan, on)]
    measured = klass.is_scored and first <= month.number
    least = year_minimum(klass.min_credits, first)
    found: dict = {"standing": (klass.code, first, measured, least)}
    if not measured:
        return {**found, "confirmed": ({}, {}), "provisional": ({}, {})}
    window = Window.at(month, today, first)
    bound = bind(scheme)
    has_moved = plan.moves_on is not None and plan.moves_on > plan.since
    branch_id = MemberMonth.objects.get(member=member, month=month.key).branch_id
    assert (branch_id == member.branch_id) == (not has_moved or plan.moves_on <= on)
    untold = [
        rule
        for rule in bound.rules
        if rule.na_if == "unreported"
        and not any((branch_id, pk) in sources for pk in (rule.metric_id, rule.need_metric_id, *rule.event_metric_ids))
    ]
    lines = list(_lines(member))
    for view in ("confirmed", "provisional"):
        tally = _StudyTally(lines, window, bound.levels, study, klass, confirmed_only=view == "confirmed")
        all_months = frozenset(range(1, 13))
        year = BranchYear(na_months={"unreported": frozenset()}, marks=_marks(member, month))
        gone = BranchYear(na_months={"unreported": all_months}, marks=_marks(member, month))
        results = rule_results([rule for rule in bound.rules if rule not in untold], tally, year, window)
        results |= rule_results(untold, tally, gone, window)
        extras = {pk: n for pk, n in extra_results(bound.extras, tally).items() if n}
        found[view] = (results, extras)
    return found


class _StudyTally(Tally):
    """What is computed of study, from the same facts by the pure functions."""

    def __init__(self, facts, window: Window, levels, study, klass, *, confirmed_only: bool) -> None:
        super().__init__(facts, window, levels, confirmed_only=confirmed_only)
        kinds = [terms_of_kind(kind) for kind in study.kinds]
        units = {kind.metric_id: super(_StudyTally, self).quantity(kind.metric_id) for kind in study.kinds}

        def asked(least: int) -> int:
            return minimum_to_date(year_minimum(least, window.first_month), window.first_month, window.ended_months)

        ids = study.metric_ids
        self._studied = {
            ids["member.credits"]: credits_total(kinds, units),
            ids["member.collective_hours"]: collective_hours(kinds, units),
            ids["member.credits_minimum_to_date"]: asked(klass.min_credits),
            ids["member.collective_hours_minimum_to_date"]: asked(klass.min_hours),
            ids["member.volunteer_hours_to_date"]: asked(klass.volunteer_hours),
        }

    def quantity(self, metric_id: int | None, until: date | None = None) -> int:
        known = self._studied.get(metric_id or 0)
        return super().quantity(metric_id, until) if known is None else known


def _lines(member: Member) -> Iterable[FactLine]:
    rows = list(MemberFact.objects.filter(member=member))
    gone = {row.reverses_id for row in rows}
    for row in rows:
        live = row.reverses_id is None and row.pk not in gone
        yield FactLine(
            row.metric_id, row.happened_on, row.quantity, row.state == "confirmed", live, row.pk, row.occurrence
        )


def _marks(member: Member, month: Month) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for mark in MemberReviewMark.objects.filter(member=member, counts_from__lte=month.key):
        found[mark.rule_code] = (*found.get(mark.rule_code, ()), mark.factor)
    return found
