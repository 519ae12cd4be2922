"""Random committees for the property tests: branches of every kind, facts in every state, marks; no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from assessment import ledger, schemes
from assessment.models import ReviewMark, Scheme
from branches.models import Organisation
from core.periods import Month
from tests.factories.assessment import branch, committee, group, noon, spec, term

YEAR = 2026
DAYS = st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31))


@dataclass(frozen=True)
class FactPlan:
    """A fact as drawn: of which branch, pending or confirmed, and whether it is taken back."""

    branch: int
    metric: str
    day: date
    quantity: Decimal
    occurrence: str
    confirmed: bool
    reversed: bool


@dataclass(frozen=True)
class BranchPlan:
    founded_on: date
    dissolved_on: date | None
    committee_from: date | None
    committee_until: date | None
    groups_from: date | None


@dataclass(frozen=True)
class World:
    """One committee, whole."""

    scheme: dict[str, Any] = field(repr=False)
    go_live: int | None
    branches: list[BranchPlan]
    facts: list[FactPlan]
    marks: list[tuple[int, str, int, int]]  # branch, rule code, factor, month from which it counts
    month: Month = field(default=Month(YEAR, 6))
    today: date = date(YEAR + 1, 1, 31)


def branch_plans() -> st.SearchStrategy[BranchPlan]:
    sometimes = st.one_of(st.none(), DAYS)
    founded = st.one_of(st.just(date(2020, 1, 1)), DAYS)
    return st.builds(BranchPlan, founded, sometimes, sometimes, sometimes, sometimes)


def fact_plans(metrics: list[str]) -> st.SearchStrategy[FactPlan]:
    quantity = st.one_of(st.just(Decimal(1)), st.integers(0, 40).map(Decimal), st.decimals("0", "3", places=3))
    return st.builds(
        FactPlan,
        branch=st.integers(0, 2),
        metric=st.sampled_from(metrics),
        day=DAYS,
        quantity=quantity,
        occurrence=st.sampled_from(["", "甲", "乙"]),
        confirmed=st.booleans(),
        reversed=st.booleans() | st.just(False),
    )


@st.composite
def worlds(draw) -> World:
    data = draw(schemes_of_this_year())
    metrics = [row["code"] for row in data["metrics"]] + [
        "bonus.P01",
        "bonus.P02",
        "bonus.P03",
        "bonus.P05",
        "penalty.N01",
    ]
    month = Month(YEAR, draw(st.integers(1, 12)))
    running = draw(st.booleans())
    today = month.first_day + timedelta(draw(st.integers(0, 30))) if running else date(YEAR + 1, 1, 31)
    codes = [rule["code"] for rule in _rules(data) if rule["type"] == "reviewer"]
    marks = st.tuples(st.integers(0, 2), st.sampled_from(codes), st.integers(0, 1_000_000), st.integers(1, 12))
    return World(
        scheme=data,
        go_live=draw(st.one_of(st.none(), st.integers(1, 12).map(lambda n: Month(YEAR, n).key))),
        branches=draw(st.lists(branch_plans(), min_size=3, max_size=3)),
        facts=draw(st.lists(fact_plans(metrics), max_size=40)),
        marks=draw(st.lists(marks, max_size=4)),
        month=month,
        today=today,
    )


@st.composite
def schemes_of_this_year(draw) -> dict[str, Any]:
    """The default scheme with its rules turned about: other periods, targets, caps, deadlines, conditions."""
    data = schemes.read_default()
    conditions = st.sampled_from(["", "", "no_committee", "no_groups"])
    for rule in _rules(data):
        rule["na_if"] = rule.get("na_if") or draw(conditions)
        rule["from_month"] = draw(st.sampled_from([rule.get("from_month", 1), 1, 6]))
        if "per" in rule:
            rule["per"] = draw(st.sampled_from(["month", "quarter", "half", "year"]))
            rule["target"] = draw(st.sampled_from([1, 1, 2, "1.5"]))
            rule["cap_per_period"] = draw(st.booleans())
        if "deadline" in rule:
            rule["deadline"] = draw(st.sampled_from([rule["deadline"], "1-15", "4-30", "7-10", "11-29"]))
        for event in rule.get("events", []):
            event["once"] = draw(st.booleans())
    return data


def _rules(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [rule for category in data["categories"] for item in category["items"] for rule in item["rules"]]


@dataclass(frozen=True)
class Made:
    root: Organisation
    branches: list[Organisation]
    scheme: Scheme


def make(world: World) -> Made:
    """The world in the database."""
    root = committee(go_live_month=world.go_live)
    scheme = schemes.publish(schemes.load(world.scheme, year=YEAR, root=root), now=noon(date(YEAR, 1, 1)))
    branches = [_branch(root, plan) for plan in world.branches]
    for plan in world.facts:
        tell(branches[plan.branch], plan)
    ReviewMark.objects.bulk_create(_mark(branches, mark) for mark in world.marks)
    return Made(root, branches, scheme)


def _branch(root: Organisation, plan: BranchPlan) -> Organisation:
    made = branch(root, with_committee=False, founded_on=plan.founded_on, dissolved_on=plan.dissolved_on)
    if plan.committee_from:
        term(made, from_on=plan.committee_from)
    if plan.committee_until:
        term(made, from_on=plan.committee_until, has_committee=False)
    if plan.groups_from:
        group(made, founded_on=plan.groups_from)
    return made


def tell(of: Organisation, plan: FactPlan) -> None:
    one = spec(of, plan.metric, plan.day, plan.quantity, occurrence=plan.occurrence, confirmed=plan.confirmed)
    ledger.record_facts([one], now=noon(plan.day))
    if plan.reversed:
        ledger.reverse_source(one.source_type, one.source_id, by_id=None, reason="误报", now=noon(plan.day))


def _mark(branches: list[Organisation], mark: tuple[int, str, int, int]) -> ReviewMark:
    n, code, factor, month = mark
    return ReviewMark(
        root=branches[n].root,
        branch=branches[n],
        rule_code=code,
        year=YEAR,
        factor=factor,
        counts_from=Month(YEAR, month).key,
        marked_at=noon(date(YEAR, month, 1)),
    )
