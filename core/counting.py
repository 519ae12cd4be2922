"""Counting beside other columns: how many rows a query finds, up to a cap, without a query of its own."""

from __future__ import annotations

from django.db.models import IntegerField, QuerySet, Subquery


class CappedCount(Subquery):
    """The number of rows of a query, counted no further than `cap`; one column of another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"

    def __init__(self, rows: QuerySet, cap: int) -> None:
        super().__init__(rows.order_by().values("pk")[:cap], output_field=IntegerField())


def counts_of(anchor: QuerySet, cap: int, **rows: QuerySet) -> dict[str, int]:
    """How many rows each query finds, all in one query; `anchor` finds one row, whichever."""
    return anchor.values(**{name: CappedCount(found, cap) for name, found in rows.items()}).get()
