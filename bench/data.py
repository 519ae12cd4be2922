"""Data of the benchmark: committees, branches and facts made by the server itself, and resets between rounds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.test.runner import DiscoverRunner

from assessment import ledger, rollup, schemes
from assessment.models import Fact, FactState, RuleScore
from branches.models import Organisation
from core.periods import SHANGHAI, Month

MONTH = Month(2026, 8)
MONTHS_BACK = 3  # facts of this many months of the year, the last being MONTH
NOW = datetime(2026, 9, 8, 12, tzinfo=SHANGHAI)
RUNNING = datetime(2026, 8, 28, 12, tzinfo=SHANGHAI)  # a record is entered in the month that is running
LARGEST_ROOT = 100_000
FACTS = (
    "theme_day.held",
    "theme_day.expected",
    "theme_day.present",
    "committee_meeting.held",
    "record.due",
    "record.on_time",
    "group_meeting.due",
    "group_meeting.held",
    "member.count",
    "integrity_education.held",
)  # fmt: skip -- ten facts a branch and month


@contextmanager
def database() -> Iterator[float]:
    """A database of its own, dropped at the end; gives the seconds of migrating it from nothing.

    PostgreSQL only: the floor is its COPY.
    """
    if connection.vendor != "postgresql":
        raise SystemExit("bench needs PostgreSQL: set DATABASE_URL=postgres://…")
    runner = DiscoverRunner(verbosity=0, interactive=False)
    begin = time.perf_counter()
    kept = runner.setup_databases()
    try:
        yield time.perf_counter() - begin
    finally:
        runner.teardown_databases(kept)


def make(size: int) -> list[int]:
    """`size` branches in committees of at most 100 000, their facts, and all but the last month computed."""
    _empty()
    schemes.load_default(2026)
    roots = [_committee(n, min(LARGEST_ROOT, size - start)) for n, start in enumerate(range(0, size, LARGEST_ROOT))]
    settle_tables()
    for root_id in roots:
        for month in MONTH.plus(1 - MONTHS_BACK).until(MONTH.previous):
            rollup.run(root_id=root_id, month=month, now=NOW)
    sql("TRUNCATE assessment_rulescore, assessment_dirtymark")
    return roots


def _committee(n: int, branches: int) -> int:
    root = Organisation.objects.create(
        tier="committee", code=f"B{n}", name=f"第{n}党委", short_name=f"第{n}党委", founded_on=date(2015, 1, 1)
    )
    Organisation.objects.filter(pk=root.pk).update(root=root, path=f"{root.pk}/")
    sql(_BRANCHES, {"root": root.pk, "branches": branches, "n": n})
    sql("UPDATE branches_organisation SET path = root_id || '/' || id || '/' WHERE tier = 'branch' AND path = ''")
    sql(_TERMS, {"root": root.pk})
    for month in MONTH.plus(1 - MONTHS_BACK).until(MONTH):
        params = {"root": root.pk, "month": month.key, "first": month.first_day, "last": month.last_day}
        sql(_FACTS, {**params, "metrics": list(FACTS)})
    return root.pk


_BRANCHES = """
INSERT INTO branches_organisation (root_id, parent_id, path, tier, kind, code, external_code, name, short_name,
    rank_group, sort_key, founded_on, theme_day_rule, contact_phone, version, created_at)
SELECT %(root)s, %(root)s, '', 'branch', 'ordinary', 'B' || %(n)s || '.' || i, '', '第' || i || '党支部',
    '第' || i || '支部', '', lpad(i::text, 8, '0'), DATE '2018-01-01', '', '', 1, now()
FROM generate_series(1, %(branches)s) i
"""
_TERMS = """
INSERT INTO branches_branchterm (root_id, branch_id, term_no, has_committee, seats, from_on, due_on, extension_document)
SELECT root_id, id, 1, id %% 15 <> 0, 3, DATE '2024-01-01', DATE '2027-01-01', ''
FROM branches_organisation WHERE root_id = %(root)s AND tier = 'branch'
"""
_FACTS = """
INSERT INTO assessment_fact (root_id, branch_id, metric_id, happened_on, month, quantity, state, source_type, source_id,
    revision, source_key, label, url, occurrence, entered_at, recorded_at, confirmed_at, reason)
SELECT o.root_id, o.id, m.id,
    CASE WHEN m.kind = 'level' THEN %(last)s ELSE %(first)s + (o.id %% 27)::int END, %(month)s,
    CASE WHEN m.unit IN ('人', '人次') THEN 8000 + o.id %% 7000 ELSE 1000 END,
    CASE WHEN (o.id + m.id) %% 10 = 0 THEN 'pending' ELSE 'confirmed' END,
    'bench', o.id, 1, 'bench:' || o.id || ':' || %(month)s, '基准数据', '', '', now(), now(), now(), ''
FROM branches_organisation o CROSS JOIN assessment_metric m
WHERE o.root_id = %(root)s AND o.tier = 'branch' AND m.code = ANY(%(metrics)s)
"""


def forget_month(roots: list[int]) -> None:
    """As before the month was ever computed."""
    sql("TRUNCATE assessment_rulescore")
    sql("DELETE FROM assessment_monthsum WHERE month = %(month)s", {"month": MONTH.key})
    sql("DELETE FROM assessment_branchmonth WHERE month = %(month)s", {"month": MONTH.key})
    settle_tables()


def settle_tables() -> None:
    """What the server's own housekeeping does in time."""
    for table in ("fact", "monthsum", "branchmonth", "rulescore", "dirtymark"):
        sql(f"VACUUM ANALYZE assessment_{table}")
    sql("VACUUM ANALYZE branches_organisation")
    sql("CHECKPOINT")


def some_branches(root_id: int, times: int) -> list[int]:
    branches = Organisation.objects.filter(root_id=root_id, tier="branch")
    return list(branches.order_by("pk").values_list("pk", flat=True)[:times])


def one_fact(root_id: int, branch_id: int) -> ledger.FactSpec:
    return ledger.FactSpec(
        root_id=root_id,
        branch_id=branch_id,
        metric="party_lecture.held",
        happened_on=date(2026, 8, 20),
        source_type="touch",
        source_id=branch_id,
        revision=time.monotonic_ns() % 2_000_000_000,
        label="党课",
        url="",
        entered_at=NOW,
        confirmed=True,
    )


def loop_seconds(root_id: int, rows: int = 200) -> float:
    """Seconds a row by the usual loop, from a sample: for each branch and rule add up its facts, then update_or_create.

    All in one transaction, as the product is; the rows are not there yet, as in a month close.
    """
    sample = list(RuleScore.objects.filter(root_id=root_id, month=MONTH.key).select_related("rule")[:rows])
    window = {"root_id": root_id, "month__range": (Month(MONTH.year, 1).key, MONTH.key)}
    with transaction.atomic():
        RuleScore.objects.filter(root_id=root_id, month=MONTH.key).delete()
        begin = time.perf_counter()
        for row in sample:
            facts = Fact.objects.filter(branch_id=row.branch_id, metric_id=row.rule.metric_id, **window)
            done = facts.aggregate(
                confirmed=Sum("quantity", filter=Q(state=FactState.CONFIRMED)), provisional=Sum("quantity")
            )
            RuleScore.objects.update_or_create(
                root_id=row.root_id,
                month=row.month,
                branch_id=row.branch_id,
                rule_id=row.rule_id,
                defaults={name: getattr(row, name) for name in _SCORES}
                | {"done_confirmed": done["confirmed"] or 0, "done_provisional": done["provisional"] or 0},
            )
        taken = time.perf_counter() - begin
        transaction.set_rollback(True)
    return taken / max(1, len(sample))


_SCORES = [
    f"{part}_{view}" for part in ("earned", "available", "ceiling", "need") for view in ("confirmed", "provisional")
]


def _empty() -> None:
    sql(
        "TRUNCATE assessment_fact, assessment_monthsum, assessment_branchmonth, assessment_rulescore,"
        " assessment_extrascore, assessment_dirtymark, assessment_rootlock, branches_organisation CASCADE"
    )


def sql(statement: str, params: dict | None = None) -> None:
    """Run one statement; its rows, if any, are brought here."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        if cursor.description:
            cursor.fetchall()
