"""Reading the mark grid as it was sent."""

from __future__ import annotations

from django.http import QueryDict

from appraisal.models import PartCode
from appraisal.services import MarkEntry
from core.http import whole


def mark_entries(data: QueryDict) -> list[MarkEntry]:
    """One entry for every `<part>-<branch>` cell in the form, with its counts of ballots beside it."""
    found = []
    for name, value in data.items():
        part, _, branch = name.partition("-")
        if part in PartCode.values and whole(branch) is not None:
            found.append(
                MarkEntry(
                    int(branch),
                    part,
                    str(value),
                    data.get(f"{part}_out-{branch}", ""),
                    data.get(f"{part}_in-{branch}", ""),
                    data.get(f"{part}_v-{branch}", ""),
                )
            )
    return found
