"""Sealing the facts that a closing counts: a copy of what counts of each, written once, and the digest over them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from assessment.models import Fact, FactSeal, FactState, MonthClosing
from core.periods import Month


class Sealed(NamedTuple):
    """What of a fact counts in a closing."""

    fact_id: int
    branch_id: int
    metric_id: int
    happened_on: date
    quantity: int
    occurrence: str
    reverses_id: int | None
    is_confirmed: bool


COLUMNS = ("branch_id", "metric_id", "happened_on", "quantity", "occurrence", "reverses_id")

# State moves once, pending to confirmed, so a fact has at most two seals; the first closing that saw it so wrote each.
_SEAL = """
INSERT INTO assessment_factseal
    (root_id, fact_id, is_confirmed, closing_id, branch_id, metric_id, happened_on, quantity, occurrence, reverses_id)
SELECT f.root_id, f.id, f.was_confirmed, %(closing)s, f.branch_id, f.metric_id, f.happened_on, f.quantity,
       f.occurrence, f.reverses_id
FROM (
    SELECT g.*, (g.state = 'confirmed' AND (g.confirmed_at IS NULL OR g.confirmed_at <= %(closed_at)s)) AS was_confirmed
    FROM assessment_fact g
    WHERE g.root_id = %(root)s AND g.month >= %(first)s AND g.month <= %(last)s AND g.recorded_at <= %(closed_at)s
) f
WHERE NOT EXISTS (
    SELECT 1 FROM assessment_factseal s
    WHERE s.root_id = f.root_id AND s.fact_id = f.id AND s.is_confirmed = f.was_confirmed
)
"""


def seal(closing: MonthClosing) -> int:
    """Write the seals of what this closing is the first to count. Returns how many."""
    month = Month.from_key(closing.month)
    closed_at = connection.ops.adapt_datetimefield_value(closing.closed_at)
    params = {
        "closing": closing.pk,
        "closed_at": closed_at,
        "root": closing.root_id,
        "first": Month(month.year, 1).key,
        "last": month.key,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, params)
        return cursor.rowcount


def facts_digest(rows: Iterable[Sealed]) -> str:
    """SHA-256 over the lines of the facts, by id."""
    digest = hashlib.sha256()
    for row in sorted(rows):
        digest.update(line(row).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def line(row: Sealed) -> str:
    """The one writing of a fact."""
    day, reverses = row.happened_on.isoformat(), row.reverses_id or ""
    state = "c" if row.is_confirmed else "p"
    return f"{row.fact_id}|{row.branch_id}|{row.metric_id}|{day}|{row.quantity}|{row.occurrence}|{reverses}|{state}"


def facts_as_of(closing: MonthClosing) -> QuerySet[Fact]:
    """The facts of the window as the closing saw them."""
    month = Month.from_key(closing.month)
    span = (Month(month.year, 1).key, month.key)
    return Fact.objects.filter(root_id=closing.root_id, month__range=span, recorded_at__lte=closing.closed_at)


def read_facts(closing: MonthClosing) -> list[Sealed]:
    """The facts of the window as the closing saw them, as they stand now."""
    rows = facts_as_of(closing).values_list("pk", *COLUMNS, "state", "confirmed_at")
    return [
        Sealed(*row[:7], is_confirmed=was_confirmed(row[7], row[8], closing.closed_at))
        for row in rows.iterator(chunk_size=5000)
    ]


def was_confirmed(state: str, confirmed_at: datetime | None, at: datetime) -> bool:
    """Whether a fact in this state was confirmed at a moment."""
    return state == FactState.CONFIRMED and (confirmed_at is None or confirmed_at <= at)


def seals_of_year(root_id: int, year: int) -> list[tuple[int, Sealed]]:
    """(id of the closing that wrote it, seal) of every seal dated in a year."""
    days = (date(year, 1, 1), date(year, 12, 31))
    rows = FactSeal.objects.filter(root_id=root_id, happened_on__range=days)
    columns = ("closing_id", "fact_id", *COLUMNS, "is_confirmed")
    return [(closing, Sealed(*found)) for closing, *found in rows.values_list(*columns).iterator(chunk_size=5000)]
