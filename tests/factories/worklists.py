"""Items for tests: opened, reported done and verified through the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from branches.permissions import Viewer
from tests.factories.activities import NOW
from tests.factories.branches import TODAY, Cast
from worklists import services
from worklists.models import Item

DUE = date(2026, 11, 30)


def opened(cast: Cast, *, by: str = "officer", now: Any = NOW, **fields: Any) -> Item:
    """An item of the cast's branch, opened by the officer and due on 30 November."""
    given = {
        "branch": cast.branch,
        "title": "补齐会议记录",
        "demand": "补写9月支委会决议并由书记签字",
        "due_on": DUE,
        "source": "finding:1",
        **fields,
    }
    return services.open_item(actor=cast.viewer(by), now=now, **given)


def done(cast: Cast, item: Item | None = None, *, by: str = "secretary", now: Any = NOW, **fields: Any) -> Item:
    """An item reported done by the secretary."""
    item = item or opened(cast)
    return services.report_done(actor=cast.viewer(by), item_id=item.pk, note="已补写", now=now, **fields)


def closed(cast: Cast, item: Item | None = None, *, by: str = "second_officer", now: Any = NOW) -> Item:
    """An item verified by another officer."""
    item = done(cast, item)
    return services.verify(actor=cast.viewer(by), item_id=item.pk, now=now)


def on(cast: Cast, name: str, day: date) -> Viewer:
    """One of the cast on another day."""
    return cast.viewer(name, day)


__all__ = ["DUE", "NOW", "TODAY", "closed", "done", "on", "opened"]
