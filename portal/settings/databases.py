"""How the portal connects: SQLite beside the code, or the server that DATABASE_URL names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ

# WAL lets readers pass a writer; FULL keeps what was acknowledged through a power cut.
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"


def sqlite(path: Path | str) -> dict[str, Any]:
    """One file; a writing transaction takes its lock at the beginning, so it waits instead of failing half-way."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
    }


def from_url(url: str, *, keep_seconds: int = 60) -> dict[str, Any]:
    """The database of a URL such as postgres://name:password@host:5432/portal or sqlite:////path/db.sqlite3."""
    database = dict(environ.Env.db_url_config(url))
    if database["ENGINE"] == "django.db.backends.sqlite3":
        name = database["NAME"]
        return sqlite(":memory:" if name.endswith(":memory:") else name)
    return database | {"CONN_MAX_AGE": keep_seconds, "CONN_HEALTH_CHECKS": True}
