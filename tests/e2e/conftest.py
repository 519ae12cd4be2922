"""What the browser tests share: the demo on a chosen day, and people who sign in and click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache

from portal.demo.register import PASSWORD
from portal.demo.year import build

WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


class Person:
    """Somebody at a browser; everything the page complained about is in `complaints`."""

    def __init__(self, browser, base: str, size: dict[str, int]) -> None:
        self.context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=size)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.base = base
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, message) -> None:
        if message.type == "error":
            self.complaints.append(f"{self.page.url}: {message.text}")

    def sign_in(self, username: str, password: str = PASSWORD) -> Person:
        self.go("/login/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(f"{self.base}/")
        return self

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def press(self, name: str, *, confirm: bool = False) -> None:
        """Press the button of that name; with `confirm`, say yes to the question that comes."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        if confirm:
            self.page.locator("dialog[open] .btn-primary").click()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def download(self, opener: Callable[[], None]) -> bytes:
        with self.page.expect_download() as info:
            opener()
        return info.value.path().read_bytes()

    def leave(self) -> None:
        self.context.close()


@pytest.fixture
def demo_on(transactional_db) -> Callable[[datetime, bool], None]:
    """Load the demo as of a moment; with settled=False the finished year is still to be settled."""

    def load(now: datetime, settled: bool = True) -> None:
        cache.clear()
        build(now=now, say=lambda text: None, settled=settled)

    return load


@pytest.fixture
def at_browser(chromium, live_server, request) -> Iterator[Callable[..., Person]]:
    """A person at a browser of a given size."""
    people: list[Person] = []
    request.node.people = people

    def arrive(size: dict[str, int] = WIDE) -> Person:
        people.append(Person(chromium, live_server.url, size))
        return people[-1]

    yield arrive
    for person in people:
        person.leave()


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """The portal's clock stands at a moment and goes on from there."""
    with time_machine.travel(moment, tick=True):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where a browser test fails, what its people had before their eyes stands in the report."""
    report = yield
    if call.when == "call" and report.failed:
        here = [person for person in getattr(item, "people", []) if not person.page.is_closed()]
        for n, person in enumerate(here):
            words = person.page.locator("body").inner_text()[:3000]
            report.sections.append((f"person {n + 1} at {person.page.url}", words))
    return report
