"""How much a branch was asked: fields, files, reminders and minutes, by what asked for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REMINDER, FILE = "reminder", "file"


@dataclass(frozen=True, slots=True)
class Ask:
    """What one piece of a kind costs, as declared: fields typed and minutes."""

    code: str
    label: str
    fields: int
    minutes: int


@dataclass(slots=True)
class Load:
    """What came together: pieces by kind, and their sums."""

    pieces: dict[str, int] = field(default_factory=dict)
    fields: int = 0
    minutes: int = 0

    @property
    def files(self) -> int:
        return self.pieces.get(FILE, 0)

    @property
    def reminders(self) -> int:
        return self.pieces.get(REMINDER, 0)

    def add(self, ask: Ask, count: int) -> None:
        self.pieces[ask.code] = self.pieces.get(ask.code, 0) + count
        self.fields += ask.fields * count
        self.minutes += ask.minutes * count


def load_of(asks: Mapping[str, Ask], counted: Iterable[tuple[str, int]]) -> Load:
    """The load of (kind, how many)."""
    load = Load()
    for code, count in counted:
        load.add(asks[code], count)
    return load


def total(loads: Iterable[Load]) -> Load:
    """Several loads as one."""
    whole = Load()
    for load in loads:
        whole.fields += load.fields
        whole.minutes += load.minutes
        for code, count in load.pieces.items():
            whole.pieces[code] = whole.pieces.get(code, 0) + count
    return whole


def tenths_of_mean(minutes: int, count: int) -> int:
    """The mean of a sum over so many, in tenths, half up; 0 of none."""
    return (minutes * 20 + count) // (2 * count) if count else 0
