"""Readings of the year end: what it is composed of, what still stands in the way, what is shown to whom."""

from .inputs import (
    BranchYear,
    VetoDefinition,
    branch_years,
    grade_steps,
    shares_of,
    system_grounds,
    veto_definitions,
    year_frame,
)
from .obstacles import (
    Unmarked,
    closing_state,
    decision_obstacles,
    notice_obstacles,
    publication_obstacles,
    standing_decision,
    standing_notice,
    unmarked_rules,
)
from .pages import MarkRow, mark_rows, published_results, results_of, year_end_of, years_of

__all__ = [
    "BranchYear",
    "MarkRow",
    "Unmarked",
    "VetoDefinition",
    "branch_years",
    "closing_state",
    "decision_obstacles",
    "grade_steps",
    "mark_rows",
    "notice_obstacles",
    "publication_obstacles",
    "published_results",
    "results_of",
    "shares_of",
    "standing_decision",
    "standing_notice",
    "system_grounds",
    "unmarked_rules",
    "veto_definitions",
    "year_end_of",
    "year_frame",
    "years_of",
]
