"""What a replay says: moves explained to the last digit, dead and twin items, tops nobody reached. Pure."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.rules.replay import Dead, Move, Outcome, Part, bands, dead, replay, twins, unreached

POINT = 1_000_000


def part(earned, of=10, contribution=None):
    given_points = Fraction(earned) if contribution is None else Fraction(contribution)
    return Part(given_points, int(earned * POINT), int(of * POINT))


def outcome(items, bonus=0, penalty=0, score=None):
    base = sum((one.contribution for one in items.values()), Fraction(0))
    total = base + bonus - penalty if score is None else Fraction(score)
    return Outcome(total, base, Fraction(bonus), Fraction(penalty), "", items, items)


def branches(**rates):
    """One mapping for each branch, from lists of what the branches earned of 10."""
    return [{code: part(row[n]) for code, row in rates.items()} for n in range(len(next(iter(rates.values()))))]


def test_item_is_dead_where_all_got_everything_or_nothing():
    found = list(dead(branches(A=[10, 10, 10], B=[0, 0, 0], C=[10, 9, 10])))

    assert found == [Dead("A", True, 3), Dead("B", False, 3)]


def test_branches_where_nothing_was_due_do_not_count():
    rows = branches(A=[10, 10, 10, 0])
    rows[3]["A"] = Part(Fraction(0), 0, 0)

    assert list(dead(rows)) == [Dead("A", True, 3)]
    assert list(dead(rows[:2])) == []


def test_twins_rise_and_fall_together_exactly():
    rows = branches(A=[1, 5, 9, 3], B=[2, 6, 10, 4], C=[9, 5, 1, 7], D=[1, 5, 9, 4])

    assert list(twins(rows)) == [("A", "B", 4)]


def test_twins_of_thirds_are_seen_and_constants_are_none():
    thirds = [{"A": Part(Fraction(0), n, 3), "B": Part(Fraction(0), 2 * n + 1, 9)} for n in range(4)]

    assert list(twins(thirds)) == [("A", "B", 4)]
    assert list(twins(branches(A=[5, 5, 5], B=[1, 2, 3]))) == []


def test_top_that_nobody_reached_is_named_with_the_best_share():
    found = list(unreached(branches(A=[5, 8, 2], B=[10, 1, 1])))

    assert [(one.code, one.best, one.count) for one in found] == [("A", Fraction(4, 5), 3)]


def test_rules_that_never_came_due_are_named():
    moves = [Move(n, "", outcome({"A": part(1)}), outcome({"A": part(1)})) for n in range(3)]

    assert replay(moves, ["A", "B"]).never_due == ("B",)


def test_bands_hold_every_branch_once():
    found = dict(bands([Fraction(100), Fraction(95), Fraction(9499, 100), Fraction(60), Fraction(0), None]))

    assert found == {
        "100分以上": 1,
        "95—100": 1,
        "90—95": 1,
        "85—90": 0,
        "80—85": 0,
        "70—80": 0,
        "60—70": 1,
        "60以下": 1,
    }


def test_equal_scores_have_equal_ranks_and_the_next_is_further_down():
    scores = {1: 90, 2: 90, 3: 80}
    moves = [Move(pk, "", outcome({"A": part(score)}), outcome({"A": part(score)})) for pk, score in scores.items()]

    assert [(move.pk, move.new_rank) for move in replay(moves, []).moves] == [(1, 1), (2, 1), (3, 3)]


amounts = st.fractions(min_value=0, max_value=30, max_denominator=8)
itemised = st.dictionaries(st.sampled_from("ABCDEF"), amounts, min_size=1)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(itemised, itemised, amounts, amounts, amounts, st.integers(50, 120))
def test_causes_of_a_move_add_up_to_it_exactly(old, new, bonus, penalty, more, cap):
    def by(items, bonus):
        made = {code: Part(value, 1, 1) for code, value in items.items()}
        base = sum(items.values(), Fraction(0))
        return outcome(made, bonus, penalty, max(Fraction(0), min(Fraction(cap), base + bonus - penalty)))

    move = Move(1, "", by(old, bonus), by(new, more))

    assert sum((one.change for one in move.reasons), Fraction(0)) == move.change
    sizes = [abs(one.change) for one in move.reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 not in sizes
