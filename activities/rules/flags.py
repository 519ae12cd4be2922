"""What a reader should look at twice: overlapping meetings and near-identical texts; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from difflib import SequenceMatcher

ALIKE = 0.9
SHORTEST = 40  # below this, texts are alike by chance
LONGEST = 3000  # compared no further: bounded work
MOST = 30


def span(held_on: date, starts_at: time | None, ends_at: time | None) -> tuple[datetime, datetime] | None:
    """Beginning and end; an end before the beginning lies on the next day. None where a time is missing."""
    if starts_at is None or ends_at is None:
        return None
    start, end = datetime.combine(held_on, starts_at), datetime.combine(held_on, ends_at)
    return (start, end if end > start else end + timedelta(days=1))


def overlap(one: tuple[datetime, datetime] | None, other: tuple[datetime, datetime] | None) -> bool:
    """Whether two gatherings ran at the same time."""
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def most_alike(text: str, others: Iterable[tuple[int, str]]) -> tuple[int, float] | None:
    """The id and likeness (0.9 to 1) of the most similar of at most 30 other texts; None if none is that near."""
    text = _plain(text)
    if len(text) < SHORTEST:
        return None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(text)
    best: tuple[int, float] | None = None
    for other_id, other in list(others)[:MOST]:
        other = _plain(other)
        if len(other) < SHORTEST:
            continue
        matcher.set_seq1(other)
        floor = best[1] if best else ALIKE
        if matcher.real_quick_ratio() < floor or matcher.quick_ratio() < floor:
            continue
        ratio = matcher.ratio()
        if ratio >= ALIKE and (best is None or ratio > best[1]):
            best = (other_id, ratio)
    return best


def _plain(text: str) -> str:
    return "".join(text.split())[:LONGEST]
