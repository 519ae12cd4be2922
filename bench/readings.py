"""What pages and sheets cost that read the scores: median milliseconds and number of queries, one user."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from importlib import import_module

from data import MONTH
from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext

from branches.models import Organisation
from branches.permissions import SYSTEM


def page_rows(root_id: int) -> list[str]:
    """One line for each reading that is built; what is not there yet is left out."""
    return [_measured(name, reading) for name, reading in _readings(root_id)]


def _readings(root_id: int) -> Iterator[tuple[str, Callable[[], object]]]:
    root = Organisation.objects.get(pk=root_id)
    branch = Organisation.objects.filter(root_id=root_id, tier="branch").first()
    for module, name, arguments in (
        ("assessment.selectors", "scoreboard", (SYSTEM, root.pk, MONTH)),
        ("assessment.statement", "statement", (SYSTEM, branch.pk, MONTH)),
    ):
        try:
            reading = getattr(import_module(module), name)
        except (ImportError, AttributeError):
            continue
        yield name, lambda reading=reading, arguments=arguments: reading(*arguments)


def _measured(name: str, reading: Callable[[], object], times: int = 7) -> str:
    reading()  # warm: the scheme is read once per process
    with CaptureQueriesContext(connection) as queries:
        reading()
    asked = len(queries)
    reset_queries()
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        reading()
        taken.append(time.perf_counter() - begin)
    return f"{name:<12} p50 {statistics.median(taken) * 1000:8.1f} ms  {asked:>3} queries"
