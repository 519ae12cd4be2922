"""A branch's own place: against the quartiles of its committee, never against a named other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.rules.terms import rounded
from assessment.selectors.trend import quartiles
from branches.permissions import Viewer

if TYPE_CHECKING:
    from assessment.statement.model import Place, Statement


def place_of(viewer: Viewer, found: Statement) -> Place | None:
    """The quarter in which the branch of a statement lies; None where nothing is due or there are too few branches."""
    from assessment.statement.model import Place

    bounds = quartiles(found.branch.root_id, found.month, found.frame)
    if bounds is None or found.figures.score is None:
        return None
    return Place(
        bounds.quarter(found.figures.score),
        rounded(bounds.lower),
        rounded(bounds.median),
        rounded(bounds.upper),
        bounds.count,
    )
