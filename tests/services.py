"""Which real services the tests use: those of the environment, else those that answer here, else SQLite and none."""

from __future__ import annotations

import json
import os
import shutil
import socket
from functools import cache

SQLITE = "sqlite://:memory:"
LOCAL_POSTGRES = ("127.0.0.1", 5432)
LOCAL_REDIS = ("127.0.0.1", 6379)


def database_url() -> str:
    """TEST_DATABASE_URL, DATABASE_URL, a PostgreSQL on :5432 that lets us create databases, or SQLite in memory."""
    for name in ("TEST_DATABASE_URL", "DATABASE_URL"):
        if os.environ.get(name):
            return os.environ[name]
    return local_postgres() or SQLITE


def redis_url() -> str:
    """TEST_REDIS_URL, REDIS_URL, a Redis on :6379, or "" where there is none. Database 15 is the tests' own."""
    for name in ("TEST_REDIS_URL", "REDIS_URL"):
        if os.environ.get(name):
            return os.environ[name]
    return "redis://127.0.0.1:6379/15" if answers(*LOCAL_REDIS) else ""


def browser() -> str:
    """The path of an installed Chromium, or "" where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), "")


def answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False


@cache
def local_postgres() -> str:
    """The URL of a user who may create databases on 127.0.0.1:5432, or ""."""
    if not answers(*LOCAL_POSTGRES):
        return ""
    import psycopg2

    for account in ("postgres", "postgres:postgres", os.environ.get("USER", "root")):
        url = f"postgres://{account}@127.0.0.1:5432/postgres"
        try:
            connection = psycopg2.connect(url, connect_timeout=2)
        except psycopg2.Error:
            continue
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            allowed = cursor.fetchone()
        connection.close()
        if allowed and allowed[0]:
            return url
    return ""


def found() -> dict[str, str]:
    """What there is, for bin/check: the URLs and the path, "" for what is missing."""
    database = database_url()
    return {"database": "" if database == SQLITE else database, "redis": redis_url(), "browser": browser()}


if __name__ == "__main__":
    print(json.dumps(found()))  # noqa: T201 -- the answer of this small command
