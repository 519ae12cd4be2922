"""The constant tables of defaults/ that rules and forms share, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DEFAULTS = Path(__file__).resolve().parent.parent / "defaults"


@lru_cache(maxsize=2)
def read_defaults(name: str) -> dict[str, Any]:
    """One file of defaults/ as it stands."""
    return yaml.safe_load((DEFAULTS / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def tag_table() -> dict[str, dict[str, Any]]:
    """What a record may also be: code → name, metric, only_kinds, needs, purpose."""
    return {row["code"]: row for row in read_defaults("record_types.yaml")["tags"]}


@lru_cache(maxsize=1)
def kind_names() -> tuple[tuple[str, str], ...]:
    """Code and name of every type as delivered, in the order of the form: for filters, at no query."""
    named = {row["code"]: row["name"] for row in read_defaults("organisational_life_calendar.yaml")["activities"]}
    rows = read_defaults("record_types.yaml")["types"]
    return tuple((row["code"], named.get(row["code"]) or row["name"]) for row in rows)
