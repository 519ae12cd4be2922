"""What features above add to a statement: panels named by setting, so that scores need not know of them.

`settings.STATEMENT_PANELS` names functions `(viewer, statement) -> Panel | None`; the statement's page draws what
they return, its sheet adds their lines (docs/adr).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from assessment.statement.model import Statement
from branches.permissions import Viewer


@dataclass(frozen=True)
class Note:
    """One line beside an item or rule: its words, where it leads, and the key of its colour ("" for a plain link)."""

    text: str
    url: str
    badge: str = ""


@dataclass(frozen=True)
class Panel:
    """One part of the page below the score, notes beside items and rules by code, and lines for the sheet."""

    template: str
    context: Mapping[str, Any]
    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    lines: Sequence[str] = ()


def panels_of(viewer: Viewer, statement: Statement) -> list[Panel]:
    """What each of the named functions adds to this statement."""
    made = (import_string(path)(viewer, statement) for path in settings.STATEMENT_PANELS)
    return [panel for panel in made if panel is not None]
