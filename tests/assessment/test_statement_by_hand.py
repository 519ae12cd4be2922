"""Every figure can be done again by hand: the statement is parsed like a reader would, and recalculated."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from assessment import schemes
from assessment.rules.terms import rounded
from assessment.statement import statement
from branches.permissions import Viewer
from core.periods import Month
from tests.factories.assessment import branch, committee
from tests.factories.branches import make_committee_officer
from tests.factories.scores import TODAY, Year, mark_all, roll

pytestmark = pytest.mark.django_db
NUMBER = r"\d+(?:\.\d+)?"


def calculated(text: str) -> Fraction:
    """What a calculator gives for "(1 + 2) ÷ 3 × 4"."""
    tokens = re.findall(rf"{NUMBER}|[+×÷()−]", text)
    words = {"×": "*", "÷": "/", "−": "-"}
    return eval("".join(f"Fraction('{t}')" if t[0].isdigit() else words.get(t, t) for t in tokens))


def equations(step: str) -> list[tuple[str, str]]:
    """(left, right) of every equation in a step; words around them are dropped."""
    found = []
    for part in re.split(r"[，：；。]", step):
        if " = " in part:
            left, *_, right = part.split(" = ")
            found.append((re.sub(r"^[^\d(]*", "", left), re.match(rf"−?{NUMBER}", right)[0]))
    return found


def same(left: Fraction, right: str, places: int) -> bool:
    return abs(left - calculated(right if not right.startswith("−") else f"0{right}")) <= Fraction(1, 2 * 10**places)


def earned_by_hand(steps: tuple[str, ...]) -> Fraction:
    """The points a reader takes from a rule's steps: the last figure named."""
    return Fraction(re.findall(NUMBER, steps[-1])[-1])


def redo(found) -> Decimal:
    """The score, from the lines' steps, the scheme's points and what is available, by hand."""
    top = bottom = Fraction(0)
    for part in found.categories:
        e = a = ceiling = Fraction(0)
        for item in part.items:
            for line in item.lines:
                if line.result.is_due:
                    assert earned_by_hand(line.arithmetic.steps) == Fraction(line.result.earned, 1_000_000), (
                        line.rule.code
                    )
                    e += earned_by_hand(line.arithmetic.steps)
                    a += Fraction(line.available)
                ceiling += Fraction(line.result.ceiling, 1_000_000)
        if ceiling:
            points = Fraction(part.category.points, 1_000_000)
            top += points * e / ceiling
            bottom += points * a / ceiling
    extras = {"bonus": Fraction(0), "penalty": Fraction(0)}
    for line in found.extras:
        extras[line.kind] += Fraction(re.findall(NUMBER, line.step)[-1])
    total = 100 * top / bottom + min(5, extras["bonus"]) - min(10, extras["penalty"])
    return rounded(max(Fraction(0), min(Fraction(105), total)))


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    seed=st.integers(0, 10**6),
    keenness=st.sampled_from([0.2, 0.5, 0.8, 1.0]),
    number=st.integers(1, 12),
    founded=st.sampled_from([date(2020, 1, 1), date(2025, 3, 9), date(2025, 7, 2)]),
    has_committee=st.booleans(),
)
def test_every_figure_can_be_done_again_by_hand(seed, keenness, number, founded, has_committee):
    assume(date(2025, number, 1) > founded)
    schemes.load_default(2025)
    root = committee()
    of = branch(root, founded_on=founded, with_committee=has_committee)
    month = Month(2025, number)
    year = Year(2025, date(2025, 12, 31), seed=seed)
    year.fill(of, keenness)
    year.record()
    mark_all(of, 2025, random.Random(seed).choice([1.0, 0.8, 0.6, 0.0]))
    roll(root, month)
    viewer = Viewer.of(make_committee_officer(root), TODAY)

    found = statement(viewer, of.pk, month)

    assert found.is_stale is False
    for line in found.lines:
        for step in line.arithmetic.steps:
            for left, right in equations(step):
                assert same(calculated(left), right, 6), step
    for place, step in zip((9, 9, 6, 2), found.formula.steps, strict=False):
        for left, right in equations(step):
            assert same(calculated(left), right, place if place < 9 else 8), step
    if found.figures.score is not None:
        assert redo(found) == found.figures.shown
