"""A calendar file (RFC 5545) of feed entries; the only importer of the icalendar package."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from activities.selectors.feed import FeedEvent
from core.periods import SHANGHAI

PRODUCT = "-//branch-portal//year plan//ZH"
REFRESH = timedelta(hours=12)


def calendar_of(events: Iterable[FeedEvent], *, name: str, host: str, base_url: str, today: date) -> bytes:
    """The entries as whole-day events; the same entries on the same day give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    stamp = datetime.combine(today, time(0), SHANGHAI).astimezone(UTC)
    for entry in events:
        calendar.add_component(_event(entry, host, base_url, stamp))
    return calendar.to_ical()


def _event(entry: FeedEvent, host: str, base_url: str, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@{host}")
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("url", f"{base_url}{entry.url}")
    event.add("transp", "TRANSPARENT")  # a duty does not block the day
    return event
