"""The change of a score split over items: exact sums, symmetry, zeros, and rounding that still adds up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from assessment.rules.contribution import (
    CLAMP,
    ItemStand,
    Standing,
    apportioned,
    contributions,
    mean_contributions,
    shared_cap,
)
from assessment.rules.terms import POINT, rounded
from assessment.rules.total import CategorySum, base, extras_total, score

CODES = ("A1", "A2", "B1", "B2", "C1")
CATEGORY = {"A": 18, "B": 16, "C": 66}


@st.composite
def standings(draw: st.DrawFn, *, capped: bool = True) -> Standing:
    """A branch in a month: e ≤ a ≤ a′ in every item, categories summed over their items, extras, floor and cap."""
    triples = {}
    for code in CODES:
        top = draw(st.integers(0, 8)) * POINT
        available = draw(st.integers(0, top)) if draw(st.booleans()) else top
        triples[code] = (draw(st.integers(0, available)), available, top)
    ceilings = {name: sum(t[2] for code, t in triples.items() if code[0] == name) for name in CATEGORY}
    points = st.integers(0, 6 * POINT)
    return Standing(
        items=tuple(
            ItemStand(code, CATEGORY[code[0]] * POINT, ceilings[code[0]], e, a) for code, (e, a, _) in triples.items()
        ),
        bonus={"P1": draw(points), "P2": draw(points)},
        penalty={"N1": draw(points)},
        bonus_cap=5 * POINT,
        penalty_cap=4 * POINT,
        floor=0,
        cap=100 * POINT if capped else 1000 * POINT,
    )


def triple_score(standing: Standing) -> Fraction | None:
    """The score by the rules of scoring.md, from category sums."""
    sums = []
    for name, points in CATEGORY.items():
        mine = [one for one in standing.items if one.code.startswith(name)]
        sums.append(
            CategorySum(points * POINT, sum(o.earned for o in mine), sum(o.available for o in mine), mine[0].ceiling)
        )
    found = base(sums)
    if found is None:
        return None
    bonus = extras_total(standing.bonus.values(), standing.bonus_cap)
    penalty = extras_total(standing.penalty.values(), standing.penalty_cap)
    return score(found, bonus, penalty, floor=standing.floor, cap=standing.cap)


@given(standings())
def test_standing_is_the_score_of_the_rules(standing: Standing) -> None:
    assert standing.score == triple_score(standing)


@given(standings(), standings())
def test_parts_add_up_exactly_to_the_change(before: Standing, after: Standing) -> None:
    parts = contributions(before, after)
    if before.score is None or after.score is None:
        assert parts == {}
    else:
        assert sum(parts.values()) == after.score - before.score


@given(standings(), standings())
def test_the_way_back_is_the_way_there_with_the_other_sign(before: Standing, after: Standing) -> None:
    there, back = contributions(before, after), contributions(after, before)
    assert {code: -value for code, value in back.items()} == there


@given(standings())
def test_nothing_moved_is_nothing(standing: Standing) -> None:
    assert all(value == 0 for value in contributions(standing, standing).values())


@given(standings(), standings())
def test_item_that_stands_still_moves_nothing(before: Standing, after: Standing) -> None:
    still = {one.code: one for one in before.items}
    after = Standing(
        tuple(still[one.code] if one.code == "C1" else one for one in after.items),
        after.bonus, after.penalty, after.bonus_cap, after.penalty_cap, after.floor, after.cap,
    )  # fmt: skip
    assert contributions(before, after).get("C1", 0) == 0


@given(standings(capped=False), st.integers(1, 10))
def test_earning_more_and_nothing_else_never_counts_against_the_item(standing: Standing, more: int) -> None:
    standing = replace(standing, penalty={})  # so that the floor is never met
    items = tuple(
        ItemStand(o.code, o.points, o.ceiling, min(o.available, o.earned + more * POINT // 4), o.available)
        if o.code == "A1" else o
        for o in standing.items
    )  # fmt: skip
    after = Standing(items, standing.bonus, standing.penalty, standing.bonus_cap, standing.penalty_cap, 0, standing.cap)
    parts = contributions(standing, after)
    assert parts.get("A1", 0) >= 0
    assert all(parts[code] == 0 for code in parts if code != "A1")


def test_by_hand() -> None:
    """Two items of one category of 10: 4 of 5, then a second falls due and is earned in full."""

    def month(second: tuple[int, int]) -> Standing:
        return Standing((ItemStand("A1", 10, 10, 4, 5), ItemStand("A2", 10, 10, *second)), {}, {}, 0, 0, 0, 100 * POINT)

    before, after = month((0, 0)), month((5, 5))
    assert (before.score, after.score) == (80, 90)
    # N 4 → 9, D 5 → 10: 100 × (5 × (1/5 + 1/10) / 2 − 5 × 13 / 100) = 10
    assert contributions(before, after) == {"A1": 0, "A2": 10}


def test_cap_of_the_score_is_a_part_of_its_own() -> None:
    def month(bonus: int) -> Standing:
        return Standing((ItemStand("A1", 10, 10, 10, 10),), {"P1": bonus}, {}, 9 * POINT, 0, 0, 102 * POINT)

    assert contributions(month(0), month(5 * POINT)) == {"A1": 0, "P1": 5, CLAMP: -3}


@given(st.dictionaries(st.sampled_from("PQRS"), st.integers(0, 9 * POINT)), st.integers(0, 12 * POINT))
def test_cap_is_dealt_in_proportion(points: dict[str, int], cap: int) -> None:
    shares = shared_cap(points, cap)
    assert sum(shares.values()) == Fraction(min(cap, sum(points.values())), POINT)
    assert all(0 <= share <= Fraction(points[code], POINT) for code, share in shares.items())


@given(st.lists(st.tuples(standings(), standings()), min_size=1, max_size=4))
def test_mean_over_branches_adds_up_to_the_mean_change(pairs: list[tuple[Standing, Standing]]) -> None:
    known = [(b, a) for b, a in pairs if b.score is not None and a.score is not None]
    if known:
        parts = mean_contributions(contributions(before, after) for before, after in known)
        changes = [(after.score or 0) - (before.score or 0) for before, after in known]
        assert sum(parts.values()) == Fraction(sum(changes), len(changes))


@given(standings(), standings())
def test_parts_as_shown_add_up_to_the_change_as_shown(before: Standing, after: Standing) -> None:
    parts = contributions(before, after)
    if before.score is None or after.score is None:
        return
    total = rounded(after.score) - rounded(before.score)
    shown = apportioned(parts, total)
    assert sum(shown.values(), Decimal(0)) == total
    for code, exact in parts.items():
        assert abs(Fraction(shown[code]) - exact) < Fraction(1, 100)
        assert shown[code] == 0 or exact != 0
