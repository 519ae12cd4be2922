"""Pure rules of integrity risk: likelihood × impact gives a score, the score a grade (domain.md §5.1)."""

from __future__ import annotations

GRADES = ("low", "medium", "high")
MEDIUM_FROM = 8
HIGH_FROM = 15


def risk_score(likelihood: int, impact: int) -> int:
    """Likelihood (1–5) times impact (1–5); ValueError outside those ranges."""
    for value in (likelihood, impact):
        if not 1 <= value <= 5:
            raise ValueError(f"outside 1 to 5: {value}")
    return likelihood * impact


def risk_grade(likelihood: int, impact: int, *, floor: str = "low") -> str:
    """The grade of a risk point: by its score, and never under `floor`."""
    score = risk_score(likelihood, impact)
    by_score = "high" if score >= HIGH_FROM else "medium" if score >= MEDIUM_FROM else "low"
    return max(by_score, floor, key=GRADES.index)


def matrix_counts(tags: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How many measures stand in each of the nine cells line × phase; empty cells are there with 0."""
    cells = {(line, phase): 0 for line in LINES for phase in PHASES}
    for tag in tags:
        cells[tag] += 1
    return cells


LINES = ("education", "institution", "supervision")
PHASES = ("before", "during", "after")
