"""The three promises of scoring.md as properties: more is never less, what does not apply costs nothing, and
every figure can be done again by hand from its two numbers."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from assessment import rules, schemes
from assessment.rules import CategorySum, Event, ExtraTerms, RuleKind, RuleResult, RuleTerms, Tier, Window
from assessment.rules.gather import BoundExtra, BoundRule, BranchYear, FactLine, Tally, extra_results, rule_results
from assessment.rules.terms import POINT, QUANTITY, divided, millionths
from core.periods import MONTHS_PER, Month

YEAR = 2026
DATA = schemes.read_default()
METRICS = {row["code"]: n for n, row in enumerate(DATA["metrics"], 1)}
LEVELS = frozenset(METRICS[row["code"]] for row in DATA["metrics"] if row["kind"] == "level")
BONUS = {row["code"]: n for n, row in enumerate(DATA["bonus_items"], 101)}


def terms_of(data: dict) -> RuleTerms:
    return RuleTerms(
        kind=RuleKind(data["type"]),
        points=millionths(data["points"]),
        per_months=MONTHS_PER.get(data.get("per", ""), 0),
        target=QUANTITY * data.get("target", 0),
        cap_per_period=data.get("cap_per_period", False),
        deadline_on=schemes.deadline_columns(data.get("deadline"), YEAR).get("deadline_on"),
        from_month=data.get("from_month", 1),
        events=tuple(
            Event(millionths(e["points"]), e.get("once", False), millionths(e["cap"]) if "cap" in e else -1)
            for e in data.get("events", [])
        ),
        tiers=tuple(Tier(millionths(t["min"]), millionths(t["score"])) for t in data.get("tiers", [])),
    )


def bound_rules() -> list[tuple[str, BoundRule]]:
    """Every rule of the default scheme with its category, without a database."""
    found = []
    for category in DATA["categories"]:
        for item in category["items"]:
            for data in item["rules"]:
                rule = BoundRule(
                    pk=len(found),
                    code=data["code"],
                    terms=terms_of(data),
                    metric_id=METRICS.get(data.get("metric") or data.get("numerator", "")),
                    need_metric_id=METRICS.get(data.get("target_metric") or data.get("denominator", "")),
                    event_metric_ids=tuple(METRICS[event["metric"]] for event in data.get("events", [])),
                    na_if=data.get("na_if") or item.get("na_if", ""),
                )
                found.append((category["code"], rule))
    return found


RULES = bound_rules()
POINTS = {category["code"]: millionths(category["points"]) for category in DATA["categories"]}
EXTRAS = [
    BoundExtra(
        BONUS[row["code"]],
        "bonus",
        ExtraTerms(
            row["code"], millionths(row["points"]), millionths(row["cap"]) if "cap" in row else -1, row.get("group", "")
        ),
        BONUS[row["code"]],
    )
    for row in DATA["bonus_items"]
]
ASKED_FOR = {rule.need_metric_id for _, rule in RULES}
TAKEN_AWAY = {pk for _, rule in RULES if rule.terms.kind == RuleKind.DEDUCT for pk in rule.event_metric_ids}
POSITIVE = sorted(set(METRICS.values()) - LEVELS - ASKED_FOR - TAKEN_AWAY) + sorted(BONUS.values())

lines = st.builds(
    FactLine,
    metric_id=st.sampled_from([*METRICS.values(), *BONUS.values()]),
    happened_on=st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31)),
    quantity=st.integers(0, 40).map(lambda n: n * QUANTITY),
    is_confirmed=st.just(True),
    occurrence=st.sampled_from(["", "甲", "乙"]),
)
windows = st.builds(
    lambda number, running, s: Window.at(
        Month(YEAR, number), Month(YEAR, number).first_day + timedelta(running), min(s, number)
    ),
    st.integers(1, 12),
    st.integers(0, 40),
    st.integers(1, 12),
)
branches = st.builds(
    lambda gone, factors: BranchYear({"no_committee": gone}, {"A3.4": factors}),
    st.frozensets(st.integers(1, 12)),
    st.lists(st.integers(0, POINT), max_size=3).map(tuple),
)


def results(facts: list[FactLine], branch: BranchYear, window: Window) -> dict[int, RuleResult]:
    tally = Tally(facts, window, LEVELS, confirmed_only=True)
    return rule_results([rule for _, rule in RULES], tally, branch, window)


def base(found: dict[int, RuleResult]) -> Fraction | None:
    return rules.base(
        CategorySum.of(points, [found[rule.pk] for code, rule in RULES if code == category])
        for category, points in POINTS.items()
    )


def bonus(facts: list[FactLine], window: Window) -> Fraction:
    counted = extra_results(EXTRAS, Tally(facts, window, LEVELS, confirmed_only=True))
    points = (rules.extra_points(one.terms, counted[one.pk]) for one in EXTRAS)
    return rules.extras_total(points, millionths(DATA["bonus_cap"]))


@settings(deadline=None)
@given(
    st.lists(lines, max_size=60),
    st.builds(
        FactLine,
        metric_id=st.sampled_from(POSITIVE),
        happened_on=st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31)),
        quantity=st.integers(1, 5).map(lambda n: n * QUANTITY),
        is_confirmed=st.just(True),
        occurrence=st.sampled_from(["", "甲"]),
    ),
    branches,
    windows,
)
def test_doing_more_never_lowers_a_score(facts, one_more, branch, window):
    before, after = base(results(facts, branch, window)), base(results([*facts, one_more], branch, window))

    assert before is None or after is None or after >= before
    assert bonus([*facts, one_more], window) >= bonus(facts, window)


@settings(deadline=None)
@given(st.lists(lines, max_size=60), branches, windows)
def test_what_does_not_apply_or_is_not_due_costs_nothing(facts, branch, window):
    found = results(facts, branch, window)
    faultless = {
        pk: RuleResult(one.available, one.available, one.ceiling, one.done, one.need) for pk, one in found.items()
    }

    assert all(one.earned <= one.available <= one.ceiling for one in found.values())
    assert base(faultless) in (None, 100)


@settings(deadline=None)
@given(st.lists(lines, max_size=60), branches, st.integers(1, 12), st.integers(1, 12))
def test_at_the_end_of_the_year_everything_applicable_is_due(facts, branch, s, _number):
    window = Window.at(Month(YEAR, 12), date(YEAR, 12, 31), s)

    assert all(one.available == one.ceiling for one in results(facts, branch, window).values())


@settings(deadline=None)
@given(st.lists(lines, max_size=60), branches, windows)
def test_every_figure_can_be_done_again_by_hand(facts, branch, window):
    for pk, one in results(facts, branch, window).items():
        if one.is_due:
            assert one.earned == by_hand(RULES[pk][1].terms, one.done, one.need)


def by_hand(rule: RuleTerms, done: int, need: int) -> int:
    """e from the two numbers of the statement, as a person would do it."""
    if rule.kind == RuleKind.DEDUCT:
        return max(0, need - done)
    if rule.kind == RuleKind.ADD_CAP:
        return min(need, done)
    if rule.kind == RuleKind.YES_NO:
        return rule.points if done >= need else 0
    if rule.kind == RuleKind.TIER_RATE:
        return max((tier.score for tier in rule.tiers if done * POINT >= tier.threshold * need), default=0)
    return divided(rule.points * min(done, need), need)


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_division_is_to_the_nearest_and_half_up(numerator, denominator):
    assert abs(divided(numerator, denominator) - Fraction(numerator, denominator)) <= Fraction(1, 2)
    assert divided(2 * numerator + 1, 2) == numerator + 1
