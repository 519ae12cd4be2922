"""What every page costs each kind of user: SQL, median milliseconds, bytes; the pages are found by following links.

    python bench/pages.py                     every page of every demo account, dearest first
    python bench/pages.py --users dangwei     one account
    python bench/pages.py --sql /members/     the statements of one page, for the first of the users

It reads the demo in the database of the present settings (DATABASE_URL or PORTAL_VAR) and writes nothing but the
sessions it signs in with, which are rolled back. In-process test client, cached templates, DEBUG off.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
os.environ["PORTAL_DEBUG"] = "off"

import django

django.setup()

from django.conf import settings  # noqa: E402 -- needs the settings
from django.db import connection, transaction  # noqa: E402 -- needs the settings
from django.test import Client  # noqa: E402 -- needs the settings
from django.test.utils import CaptureQueriesContext  # noqa: E402 -- needs the settings
from django.urls import Resolver404, resolve  # noqa: E402 -- needs the settings

from branches.models import User  # noqa: E402 -- needs the settings

ACCOUNTS = ("shuji", "weiyuan", "dangwei", "lingdao", "dangyuan", "guanli")
LINK = re.compile(rb"""(?:href|hx-get)="(/[^"#]*)""")
ALSO = ("/api/v1/members/", "/api/v1/activities/", "/api/v1/facts/", "/api/v1/scores/", "/api/v1/organisations/")
LEFT_OUT = {"logout", "api_docs", "api_schema"}
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Page:
    """One page as one account gets it."""

    account: str
    url: str
    name: str
    status: int
    queries: int
    median: float
    least: float
    size: int

    def __str__(self) -> str:
        figures = f"{self.queries:>4} {self.median:>8.1f} {self.least:>8.1f} {self.size / 1000:>8.1f}"
        status = "" if self.status == 200 else f"  ({self.status})"
        return f"{figures}  {self.account:<9} {self.name:<34} {self.url}{status}"


def signed_in(account: str) -> Client:
    """A browser of the account; the session is rolled back with the rest."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=account), backend=BACKEND)
    return client


def pages_of(account: str, times: int) -> Iterator[Page]:
    """One page for each URL name the account can reach by links from its home."""
    client = signed_in(account)
    waiting, known = ["/", *ALSO], set()
    while waiting:
        url = waiting.pop(0).replace("&amp;", "&")
        name = _name_of(url)
        if name is None or name in known | LEFT_OUT:
            continue
        known.add(name)
        page, body = _measured(client, account, url, name, times)
        waiting += [link.decode() for link in LINK.findall(body)]
        yield page


def _name_of(url: str) -> str | None:
    try:
        return resolve(url.split("?")[0]).view_name
    except Resolver404:
        return None


def _measured(client: Client, account: str, url: str, name: str, times: int) -> tuple[Page, bytes]:
    response, _ = _asked(client, url)  # warm: the scheme and the templates are read once per process
    with CaptureQueriesContext(connection) as queries:
        _asked(client, url)
    asked = len(queries)  # the next request empties the log
    taken = [_asked(client, url)[1] for _ in range(times)]
    body = response.body_ if response.get("Content-Type", "").startswith("text/html") else b""
    figures = (asked, statistics.median(taken) * 1000, min(taken) * 1000, len(response.body_))
    return Page(account, url, name, response.status_code, *figures), body


def _asked(client: Client, url: str) -> tuple:
    begin = time.perf_counter()
    response = client.get(url)
    response.body_ = b"".join(response.streaming_content) if response.streaming else response.content
    return response, time.perf_counter() - begin


def show_sql(account: str, url: str) -> None:
    """Every statement of one page, in order, with its milliseconds."""
    client = signed_in(account)
    _asked(client, url)
    with CaptureQueriesContext(connection) as queries:
        _asked(client, url)
    for number, query in enumerate(queries, 1):
        print(f"{number:>3} {float(query['time']) * 1000:6.1f} ms  {query['sql']}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", default=",".join(ACCOUNTS))
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--sql", metavar="URL")
    options = parser.parse_args()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": PLAIN_STATIC}}  # nothing was collected
    accounts = options.users.split(",")
    with transaction.atomic():
        if options.sql:
            show_sql(accounts[0], options.sql)
        else:
            found = [page for account in accounts for page in pages_of(account, options.times)]
            print(" SQL   p50 ms  best ms       kB  account   page")
            print(*sorted(found, key=lambda page: (-page.queries, page.name)), sep="\n")
            held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB on Linux
            print(f"worker memory after {len(found)} pages: {held:.0f} MB at most")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
