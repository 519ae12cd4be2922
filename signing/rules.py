"""Pure rules of signing: the digest of a paper, the chain of what happened to papers, whose turn it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = "0" * 64  # what the first link of a chain follows
TRIES, TRIES_WITHIN = 5, timedelta(minutes=15)  # wrong passwords, after which signing waits


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it is stored: its number, the digest before it, its text, its own digest."""

    number: int
    previous: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Place:
    """One place to sign: which in order, in what role, and the account if only one may."""

    place: int
    role: str
    user_id: int | None = None


def canonical(value: Any) -> str:
    """The one way in which a value is written down before it is digested."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def moment(at: datetime) -> str:
    """A moment as a canonical text: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def paper_digest(*, kind: str, source: str, revision: int, title: str, body: str, places: Iterable[Place]) -> str:
    """SHA-256 over everything that a signer is shown and bound to."""
    signers = [[one.place, one.role, one.user_id] for one in sorted(places, key=lambda one: one.place)]
    content = {"kind": kind, "source": source, "revision": revision, "title": title, "body": body, "signers": signers}
    return _sha256(canonical(content))


def link_digest(previous: str, text: str) -> str:
    """SHA-256 of a link: what was before it, and what it says."""
    return _sha256(f"{previous}\n{text}")


def next_link(previous: Link | None, text: str) -> Link:
    """The link that follows."""
    before = previous.digest if previous else BEGINNING
    return Link(previous.number + 1 if previous else 1, before, text, link_digest(before, text))


def chain_fault(links: Sequence[Link], head: tuple[int, str]) -> str:
    """The first thing wrong with a whole chain, in words; "" if nothing is. `head` is the (number, digest) of its end."""
    number, digest = 0, BEGINNING
    for link in links:
        if link.number != number + 1:
            return f"第{number + 1}环缺失"
        if link.previous != digest:
            return f"第{link.number}环与上一环不衔接"
        if link_digest(link.previous, link.text) != link.digest:
            return f"第{link.number}环的内容被改动"
        number, digest = link.number, link.digest
    if (number, digest) != head:
        return f"第{number + 1}环缺失" if head[0] > number else f"链尾与第{number}环不符"
    return ""


def well_ordered(places: Sequence[Place]) -> bool:
    """Whether the places are 1, 2, 3 … and no account stands in two of them."""
    named = [one.user_id for one in places if one.user_id is not None]
    return [one.place for one in places] == list(range(1, len(places) + 1)) and len(set(named)) == len(named)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
