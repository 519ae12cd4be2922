"""Pure rules of the year end: composition, ranks, quota, grades, publication (scoring.md, Year-end total)."""

from .composition import Bracket, Composition, Part, Shares, compose, mark_mean, mark_value, poll_value
from .deciding import Place, Refusal, over_quota, refusal, seats_of
from .grading import Candidate, GradeStep, Standing, grade_all, grade_for, quota_seats, worse_grade
from .veto import reply_until, system_vetoes

__all__ = [
    "Bracket",
    "Candidate",
    "Composition",
    "GradeStep",
    "Part",
    "Place",
    "Refusal",
    "Shares",
    "Standing",
    "compose",
    "grade_all",
    "grade_for",
    "mark_mean",
    "mark_value",
    "over_quota",
    "poll_value",
    "quota_seats",
    "refusal",
    "reply_until",
    "seats_of",
    "system_vetoes",
    "worse_grade",
]
