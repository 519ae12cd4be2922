"""The floor: the least that a month close costs here -- grouping its facts once, and COPY of the rows it wrote."""

from __future__ import annotations

import tempfile
import time

from django.db import connection

TABLES = ("assessment_rulescore", "assessment_monthsum", "assessment_branchmonth")
_GROUPED = """
SELECT COUNT(*) FROM (
    SELECT branch_id, metric_id, SUM(quantity), SUM(CASE WHEN state = 'confirmed' THEN quantity ELSE 0 END)
    FROM assessment_fact WHERE root_id = %s AND month = %s GROUP BY branch_id, metric_id
) grouped
"""


def seconds(root_id: int, month: int) -> float:
    """Grouping plus COPY into a table of the same columns and keys."""
    return _grouping(root_id, month) + sum(_copying(table, root_id, month) for table in TABLES)


def _grouping(root_id: int, month: int) -> float:
    with connection.cursor() as cursor:
        begin = time.perf_counter()
        cursor.execute(_GROUPED, [root_id, month])
        cursor.fetchone()
        return time.perf_counter() - begin


def _copying(table: str, root_id: int, month: int) -> float:
    with connection.cursor() as cursor, tempfile.TemporaryFile() as rows:
        cursor.execute(f"CREATE TABLE bench_floor (LIKE {table} INCLUDING ALL)")
        raw = cursor.cursor  # COPY is the driver's own
        raw.copy_expert(f"COPY (SELECT * FROM {table} WHERE root_id = {root_id} AND month = {month}) TO STDOUT", rows)
        rows.seek(0)
        begin = time.perf_counter()
        raw.copy_expert("COPY bench_floor FROM STDIN", rows)
        taken = time.perf_counter() - begin
        cursor.execute("DROP TABLE bench_floor")
        return taken
