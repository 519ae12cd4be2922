"""Slowing down those who try codes: counted in this process's memory alone, by a keyed digest of the address."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time

from django.http import HttpRequest

FAILURES = 30
WINDOW = 600.0  # seconds
MOST_ADDRESSES = 10_000
LOOPBACK = ("", "127.0.0.1", "::1")

_key = secrets.token_bytes(16)  # of this process: after a restart nothing can be looked up
_failures: dict[bytes, list[float]] = {}
_lock = threading.Lock()


def is_blocked(request: HttpRequest) -> bool:
    """Whether too many wrong codes came from the same place within ten minutes."""
    now = time.monotonic()
    with _lock:
        return len(_recent(_place(request), now)) >= FAILURES


def note_failure(request: HttpRequest) -> None:
    """One more wrong code from this place."""
    now = time.monotonic()
    with _lock:
        if len(_failures) > MOST_ADDRESSES:
            _failures.clear()
        place = _place(request)
        _failures[place] = [*_recent(place, now), now]


def forget_all() -> None:
    """Begin anew (tests)."""
    with _lock:
        _failures.clear()


def _recent(place: bytes, now: float) -> list[float]:
    return [moment for moment in _failures.get(place, []) if now - moment < WINDOW]


def _place(request: HttpRequest) -> bytes:
    """A digest of where the request comes from; behind a proxy on this machine, of what the proxy says."""
    address = request.META.get("REMOTE_ADDR", "")
    if address in LOOPBACK:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
    return hashlib.blake2b(address.encode(), key=_key, digest_size=16).digest()
