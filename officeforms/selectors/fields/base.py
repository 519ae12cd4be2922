"""What a field is: its name in the users' words, what it is about, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from officeforms.models import Source

COPY, BRANCH, MEMBER, RECORD, ITEM = "copy", "branch", "member", "record", "item"
ABOUT_OF_SOURCE = {
    Source.BRANCHES: BRANCH,
    Source.MEMBERS: MEMBER,
    Source.RECORDS: RECORD,
    Source.RECORDS_YEAR: RECORD,
    Source.ITEMS: ITEM,
}
LINE_NUMBER = "line.number"


class Figure(NamedTuple):
    """One value as it goes into a cell, with the words and the address of what it was made of."""

    value: Any
    origin: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `about` is what must be known to read it, `place` is where users see it, `words` are other names of it."""

    code: str
    name: str
    group: str
    about: str
    read: Callable[[Any, Any], Figure]
    place: str
    words: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.group}：{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.words)
