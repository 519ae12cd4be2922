"""Pure rules of the democratic appraisal: the quota of 优秀, who is graded, what a decision still lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EXCELLENT = "excellent"


@dataclass(frozen=True, slots=True)
class Graded:
    """One member with the grade that is proposed or decided."""

    name: str
    is_graded: bool
    grade: str


def excellent_limit(members: int) -> int:
    """How many may be 优秀: a third of the branch's members, probationary ones among them, rounded down."""
    return max(0, members) // 3


def grading_faults(people: Sequence[Graded], *, complete: bool = True) -> list[str]:
    """What forbids these grades, in words; with `complete` every full member must have one."""
    faults = []
    if wrong := [one.name for one in people if one.grade and not one.is_graded]:
        faults.append(f"预备党员参加评议，不评定等次：{'、'.join(wrong)}。")
    if complete and (lacking := [one.name for one in people if one.is_graded and not one.grade]):
        faults.append(f"还有{len(lacking)}名党员没有评定：{'、'.join(lacking[:8])}{'等' if len(lacking) > 8 else ''}。")
    count, limit = sum(one.grade == EXCELLENT for one in people), excellent_limit(len(people))
    if count > limit:
        faults.append(f"优秀{count}名，超过党员总数{len(people)}名的三分之一（{limit}名）。")
    return faults
