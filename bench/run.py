"""One command that makes the data, measures floor and product in turn in the same run, and prints the ratios.

    python bench/run.py                 30 and 3 000 branches
    python bench/run.py --large         30 000 and 100 000 too
    python bench/run.py --million       a million, split into ten committees of 100 000
    python bench/run.py --sizes 30,500

It needs a PostgreSQL server (DATABASE_URL or 127.0.0.1:5432), on which it makes and drops a database of its own.
The floor is the least the same work costs here: grouping the same facts once, and COPY of the rows written.
Ratios of one run carry over to other machines, times do not. Never a timed test.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")

import django  # noqa: E402 -- the path and the settings come first

django.setup()

import data  # noqa: E402 -- needs the settings
import floor  # noqa: E402 -- needs the settings
from office import office_rows, score_pages  # noqa: E402 -- needs the settings
from readings import page_rows  # noqa: E402 -- needs the settings

from assessment import ledger, rollup, touched  # noqa: E402 -- needs the settings

MONTH, NOW = data.MONTH, data.NOW
OVERVIEW_BRANCHES = 100  # a page that shows every branch is made for a committee of tens


def timed(work: Callable[[], object]) -> float:
    """Seconds one call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def month_close(roots: list[int], rounds: int) -> tuple[float, float, int]:
    """Seconds of product and floor for all committees (the best of the rounds, measured in turn) and rows written."""
    product, least, written = [], [], 0
    for _ in range(rounds):
        data.forget_month(roots)
        seconds, written = 0.0, 0
        for root_id in roots:
            begin = time.perf_counter()
            written += rollup.run(root_id=root_id, month=MONTH, now=NOW).written
            seconds += time.perf_counter() - begin
        product.append(seconds)
        data.settle_tables()
        least.append(sum(floor.seconds(root_id, MONTH.key) for root_id in roots))
    return min(product), min(least), written


def touched_branch(root_id: int, times: int = 25) -> float:
    """Median milliseconds of recomputing one branch after one new fact; the fact itself is not in it."""
    taken = []
    rollup.run(root_id=root_id, month=MONTH, now=data.RUNNING)
    data.settle_tables()
    for branch_id in data.some_branches(root_id, times):
        ledger.record_facts([data.one_fact(root_id, branch_id)], now=data.RUNNING)
        taken.append(timed(lambda branch_id=branch_id: touched.refresh_branch(branch_id, now=data.RUNNING)))
    return statistics.median(taken[2:]) * 1000


def measure(size: int) -> dict[str, float]:
    """All figures of one size, on fresh data."""
    roots = data.make(size)
    rounds = 3 if size <= 3000 else 1
    product, least, written = month_close(roots, rounds)
    again = timed(lambda: rollup.run(root_id=roots[0], month=MONTH, now=NOW)) * len(roots)
    loop = data.loop_seconds(roots[0]) * written
    found = {
        "branches": size,
        "product_s": product,
        "floor_s": least,
        "rows": written,
        "again_s": again,
        "loop_s": loop,
        "touched_ms": touched_branch(roots[0]),
    }
    found["pages"] = page_rows(roots[0]) if size <= 3000 else []
    if size <= OVERVIEW_BRANCHES:
        found["pages"] += score_pages(roots[0])
    return found


def show(rows: list[dict]) -> None:
    """The table of ratios, and what the pages cost."""
    print(f"\nmonth close of {MONTH}; ten facts a branch and month; {data.MONTHS_BACK} months of the year")
    print(
        f"{'branches':>9} {'rows':>9} {'product':>9} {'floor':>9} {'ratio':>6} {'growth':>7} {'x loop':>8} {'again':>8} {'one branch':>11}"
    )
    before = None
    for row in rows:
        growth = ""
        if before:
            growth = f"{row['product_s'] / before['product_s'] / (row['branches'] / before['branches']) * 10:.1f}"
        print(
            f"{row['branches']:>9} {row['rows']:>9} {row['product_s']:>8.3f}s {row['floor_s']:>8.3f}s "
            f"{row['product_s'] / row['floor_s']:>6.2f} {growth:>7} {row['loop_s'] / row['product_s']:>8.0f} "
            f"{row['again_s']:>7.3f}s {row['touched_ms']:>9.1f}ms"
        )
        before = row
    print("growth: time for ten times as many, from the row above (goal at most 11)")
    for row in rows:
        for line in row["pages"]:
            print(f"{row['branches']:>9} {line}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="30,3000")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--million", action="store_true")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    sizes += [30_000, 100_000] * (options.large or options.million) + [1_000_000] * options.million
    rows = []
    with data.database() as seconds:
        for size in sizes:
            rows.append(measure(size))
            print(f"{size} branches done", file=sys.stderr)
        office = office_rows((413, 10_000, 100_000, *(1_000_000,) * options.million))
    show(rows)
    print("\nthe office's work, median; the floor fetches the same rows or cells and does nothing with them")
    print(*office, sep="\n")
    print(f"migrate from nothing         {seconds:9.1f} s")


if __name__ == "__main__":
    main()
