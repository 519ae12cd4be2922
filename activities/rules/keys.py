"""The natural key of a record: what makes a second sending of the same thing the same thing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, time


def natural_key(
    *,
    kind_code: str,
    shape: str,
    branch_id: int,
    group_id: int | None,
    held_on: date,
    starts_at: time | None,
    for_year: int | None,
    title: str,
    pairs: Iterable[tuple[str, int]] = (),
) -> str:
    """Gatherings: type, group, day and time; papers: type and year (or day and title); talks: day and who with whom."""
    parts = [kind_code, str(branch_id), str(group_id or "")]
    if shape == "paper" and for_year:
        parts.append(str(for_year))
    elif shape == "gathering":
        parts += [held_on.isoformat(), starts_at.strftime("%H:%M") if starts_at else ""]
    else:
        said = "|".join([title, *(f"{name}>{member}" for name, member in sorted(pairs))])
        parts += [held_on.isoformat(), hashlib.sha256(said.encode()).hexdigest()[:32]]
    return ":".join(parts)
