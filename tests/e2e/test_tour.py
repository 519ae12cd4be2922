"""Every page of the menu, as every kind of person, at both widths: it fits, it works, the browser has no complaint."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.periods import SHANGHAI
from tests.e2e.conftest import NARROW, WIDE, Person, clock_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PEOPLE = ("shuji", "weiyuan", "dangyuan", "dangwei", "lingdao", "guanli")


def test_every_page_of_every_menu_fits_both_widths(demo_on, at_browser):
    now = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
    demo_on(now)
    faults: list[str] = []
    with clock_at(now):
        for username in PEOPLE:
            person = at_browser().sign_in(username)
            faults += walk(person, username)
            faults += person.complaints
            person.leave()
    assert faults == []


def walk(person: Person, username: str) -> list[str]:
    """What is wrong with the pages of this person's menu, and with the first row each of them opens."""
    menu = hrefs(person, "nav.side a")
    assert menu, username
    faults = []
    for address in menu:
        faults += look(person, username, address)
        for deeper in hrefs(person, "main .table tbody a")[:1]:
            faults += look(person, username, deeper)
    return faults


def hrefs(person: Person, selector: str) -> list[str]:
    found = person.page.locator(selector).evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [address for address in dict.fromkeys(found) if address.startswith("/") and "export" not in address]


def look(person: Person, username: str, address: str) -> list[str]:
    """A page that does not answer, or is wider than the screen it is shown on."""
    answer = person.page.goto(person.base + address)
    if answer.status != 200:
        return [f"{username} {address}: {answer.status}"]
    faults = []
    for size in (NARROW, WIDE):
        person.page.set_viewport_size(size)
        width = person.page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            faults.append(f"{username} {address}: {width} px wide on {size['width']}")
    return faults
