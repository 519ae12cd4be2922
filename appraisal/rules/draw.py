"""The draw: which branches and records are checked, by a seed that anybody can use again with any SHA-256 tool."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

SEED_LIMIT = 40


def place_of(seed: str, key: str) -> str:
    """The lot of one key: SHA-256 over seed, line break, key, in hexadecimal."""
    return hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()


def draw(seed: str, keys: Iterable[str], size: int) -> list[str]:
    """The `size` keys with the smallest lots, in the order of their lots; all of them if there are fewer.

    The same seed and keys give the same draw for ever, in whatever order the keys come and however often each.
    """
    return sorted(set(keys), key=lambda key: (place_of(seed, key), key))[: max(0, size)]


def deal(keys: list[str], hands: list[int], barred: dict[int, set[str]]) -> dict[str, int | None]:
    """Deal the keys out in turn: key → the hand with the fewest so far that is not barred from it, first come first.

    None where every hand is barred.
    """
    counts = dict.fromkeys(hands, 0)
    found: dict[str, int | None] = {}
    for key in keys:
        free = [hand for hand in hands if key not in barred.get(hand, set())]
        found[key] = min(free, key=lambda hand: counts[hand]) if free else None
        if (hand := found[key]) is not None:
            counts[hand] += 1
    return found
