"""Four users at once on the list of members: pages a second from a real server, and how long each page took.

    python bench/crowd.py                 four users for ten seconds, two worker processes
    python bench/crowd.py --users 8 --url /activities/

It reads the demo in the database of the present settings (DATABASE_URL or PORTAL_VAR), starts a server of its own on
a free port and leaves nothing behind but the sessions it signs in with, which it removes. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
os.environ["PORTAL_DEBUG"] = "off"

import django  # noqa: E402 -- the path and the settings come first

django.setup()

from django.conf import settings  # noqa: E402 -- needs the settings
from django.test import Client  # noqa: E402 -- needs the settings

from branches.models import User  # noqa: E402 -- needs the settings

BACKEND = "django.contrib.auth.backends.ModelBackend"
START_SECONDS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--url", default="/members/")
    parser.add_argument("--account", default="dangwei")
    options = parser.parse_args()
    client = Client()
    client.force_login(User.objects.get(username=options.account), backend=BACKEND)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    try:
        with server(options.workers) as port:
            one_page(http.client.HTTPConnection("127.0.0.1", port), options.url, cookie)  # templates are read once
            show(options, crowd(port, options, cookie))
    finally:
        client.session.flush()


@contextmanager
def server(workers: int) -> Iterator[int]:
    """A gunicorn of its own; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    command += ["--workers", str(workers), "--threads", "2"]
    running = subprocess.Popen(command, cwd=ROOT)
    try:
        _wait_for(port)
        yield port
    finally:
        running.terminate()
        running.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise SystemExit("the server did not start")


def crowd(port: int, options: argparse.Namespace, cookie: str) -> list[float]:
    """Milliseconds of every page that all users got in the time."""
    taken: list[float] = []
    until = time.monotonic() + options.seconds

    def user() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.monotonic() < until:
            begin = time.perf_counter()
            one_page(connection, options.url, cookie)
            taken.append((time.perf_counter() - begin) * 1000)

    threads = [threading.Thread(target=user) for _ in range(options.users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def one_page(connection: http.client.HTTPConnection, url: str, cookie: str) -> None:
    connection.request("GET", url, headers={"Cookie": cookie, "Host": "127.0.0.1"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{url} answered {answer.status}")


def show(options: argparse.Namespace, taken: list[float]) -> None:
    ordered = sorted(taken)
    print(f"{options.users} users on {options.url}, {options.workers} workers, {options.seconds:.0f} s")
    print(f"{len(taken) / options.seconds:8.1f} pages a second")
    print(
        f"{statistics.median(ordered):8.1f} ms half of the pages, {ordered[int(len(ordered) * 0.95)]:.1f} ms nineteen of twenty"
    )


if __name__ == "__main__":
    main()
