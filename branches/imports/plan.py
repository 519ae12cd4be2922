"""The plan of an import: for every row of the roster what will be done, or why nothing will."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from branches.imports.reading import CellFault


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(slots=True)
class Change:
    """One field that will be changed: its label, what stands there now and what will stand there (masked)."""

    label: str
    old: str
    new: str


@dataclass(slots=True)
class PlannedRow:
    """One row of the preview. `target_id` is what it changes; `values` is written; `changes` and `summary` are shown."""

    number: int
    name: str
    place: str = ""
    summary: str = ""
    outcome: Outcome = Outcome.REFUSED
    target_id: int | None = None
    version: int = 0  # of the target, where it is to be changed
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    def refuse(self, column: str, label: str, value: str, message: str, remedy: str) -> None:
        self.faults.append(CellFault(column, label, value, message, remedy))

    def settle(self) -> None:
        """The outcome that follows from faults, target and changes."""
        if any(not fault.is_warning for fault in self.faults):
            self.outcome, self.values, self.changes, self.summary = Outcome.REFUSED, {}, [], ""
        elif self.target_id is None:
            self.outcome = Outcome.CREATED
        else:
            self.outcome = Outcome.CHANGED if self.values else Outcome.UNCHANGED


@dataclass(slots=True)
class Plan:
    """All rows of one roster with what will happen to them."""

    rows: list[PlannedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each outcome, all four named."""
        counted = Counter(row.outcome for row in self.rows)
        return {outcome.value: counted.get(outcome, 0) for outcome in Outcome}

    def of(self, outcome: Outcome) -> list[PlannedRow]:
        return [row for row in self.rows if row.outcome == outcome]

    def shown(self) -> dict[str, Any]:
        """What the preview page needs, without the values to be written."""
        rows = []
        for row in self.rows:
            said = asdict(row)
            said.pop("values")
            if row.outcome != Outcome.CHANGED:
                said.pop("version")
            rows.append(said)
        return {"rows": rows, "notes": self.notes}
