"""Grading of risk points (domain.md §5.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.rules import GRADES, matrix_counts, risk_grade, risk_score

FIVE = st.integers(1, 5)


@pytest.mark.parametrize(
    ("likelihood", "impact", "grade"),
    [(3, 5, "high"), (5, 3, "high"), (2, 5, "medium"), (2, 4, "medium"), (1, 5, "low"), (1, 1, "low")],
)
def test_grade_by_score(likelihood, impact, grade):
    assert risk_grade(likelihood, impact) == grade


@given(FIVE, FIVE, st.sampled_from(GRADES))
def test_grade_is_never_under_its_floor_nor_falls_with_likelihood(likelihood, impact, floor):
    grade = GRADES.index(risk_grade(likelihood, impact, floor=floor))
    assert grade >= GRADES.index(floor)
    if likelihood < 5:
        assert GRADES.index(risk_grade(likelihood + 1, impact, floor=floor)) >= grade


@pytest.mark.parametrize("pair", [(0, 3), (6, 3), (3, 0), (3, 6)])
def test_score_outside_the_scale_is_refused(pair):
    with pytest.raises(ValueError, match="outside 1 to 5"):
        risk_score(*pair)


def test_matrix_shows_empty_cells():
    counts = matrix_counts([("education", "before"), ("education", "before"), ("supervision", "after")])
    assert len(counts) == 9
    assert {cell: n for cell, n in counts.items() if n} == {("education", "before"): 2, ("supervision", "after"): 1}
