"""One finding of the linter, and what the linter must be told besides the scheme."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error keeps the scheme from being published; a warning may be confirmed with a reason."""

    ERROR = "error"
    WARNING = "warning"

    @property
    def label(self) -> str:
        return "错误" if self is Severity.ERROR else "提醒"


@dataclass(frozen=True, slots=True)
class Place:
    """Where: the kind of part, its row, its code as people say it, and the field of its form."""

    kind: str
    pk: int = 0
    label: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, why it matters and how to mend it."""

    code: str
    severity: Severity
    place: Place
    what: str
    why: str
    mend: str

    @property
    def key(self) -> str:
        """The same finding in the same words has the same key, in a copy, too."""
        return f"{self.code}@{self.place.label}#{hashlib.sha256(self.what.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A metric that comes about at most `times` a year, and not before a month."""

    times: int = 1
    first_month: int = 1


@dataclass(frozen=True, slots=True)
class LintContext:
    """What the portal can do.

    reporters: metric → who reports it, in words; a metric that is not in it is reported by nobody
    occasions: metrics that come about only so often in a year
    roles, conditions, bodies: what reviewers, conditions and deciding bodies there are, with their words
    """

    reporters: Mapping[str, str] = field(default_factory=dict)
    occasions: Mapping[str, Occasion] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)


def place_of(part: Any, field_name: str = "") -> Place:
    """The place of a part of the document."""
    kind = type(part).__name__.removesuffix("Part").lower()
    return Place(kind, part.pk, getattr(part, "code", "") or "总则", field_name)


def error(code: str, part: Any, field_name: str, what: str, why: str, mend: str) -> Finding:
    return Finding(code, Severity.ERROR, place_of(part, field_name), what, why, mend)


def warning(code: str, part: Any, field_name: str, what: str, why: str, mend: str) -> Finding:
    return Finding(code, Severity.WARNING, place_of(part, field_name), what, why, mend)
