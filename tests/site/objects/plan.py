"""A year plan's keys, and a live calendar feed of the secretary."""

from __future__ import annotations

from typing import Any

from activities.services.feeds import open_feed
from branches.permissions import Viewer
from tests.factories.activities import NOW
from tests.factories.branches import TODAY, Cast


def objects_of(cast: Cast, values: dict[str, Any]) -> dict[str, Any]:
    token = open_feed(actor=Viewer.of(cast.secretary, TODAY), now=NOW)
    return {
        "plan_key": "theme_day~202612",
        "committee_key": "half_year_check~2026",
        "feed_token": token,
    }
