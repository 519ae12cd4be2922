"""Jobs run once per period; a half-done run is recognised and done again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from core.locks import claim, job_lock, lock_number, run_once
from core.models import JobRun
from tests.core.test_submits import in_threads

NOW = datetime(2026, 11, 6, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def runs_of(n: int = 1, **options) -> list[bool]:
    """Try n times to run the job; where it really ran."""
    ran = []
    for _ in range(n):
        with run_once("rollup", "2026-10", now=NOW, clock=lambda: NOW, **options) as run:
            ran.append(run is not None)
    return ran


def test_second_run_of_a_period_does_nothing() -> None:
    assert runs_of(2) == [True, False]
    assert JobRun.objects.get().state == JobRun.State.DONE


def test_done_run_is_done_again_on_demand() -> None:
    runs_of()

    assert runs_of(again=True) == [True]
    assert JobRun.objects.get().attempt == 2


def test_counts_and_heartbeat_are_kept() -> None:
    later = NOW + timedelta(minutes=3)
    with run_once("rollup", "2026-10", now=NOW, clock=lambda: later) as run:
        assert run is not None
        assert run.beat(rows=30)

    row = JobRun.objects.get()
    assert (row.counts, row.started_at, row.finished_at) == ({"rows": 30}, NOW, later)


def test_failed_run_says_why_and_is_done_again() -> None:
    with pytest.raises(RuntimeError, match="disk"), run_once("rollup", "2026-10", now=NOW) as _:
        raise RuntimeError("disk")

    row = JobRun.objects.get()
    assert (row.state, row.error) == (JobRun.State.FAILED, "RuntimeError: disk")
    assert runs_of() == [True]
    assert JobRun.objects.get().error == ""


def test_half_done_run_is_taken_over_when_its_heartbeat_is_old() -> None:
    claim("rollup", "2026-10", now=NOW - timedelta(minutes=9))
    assert claim("rollup", "2026-10", now=NOW) is None
    JobRun.objects.update(heartbeat_at=NOW - timedelta(minutes=11))

    assert runs_of() == [True]
    assert JobRun.objects.get().attempt == 2


def test_worker_that_was_taken_over_learns_it_and_writes_nothing() -> None:
    with run_once("rollup", "2026-10", now=NOW, clock=lambda: NOW) as run:
        assert run is not None
        assert claim("rollup", "2026-10", now=NOW + timedelta(hours=1)) is not None
        assert not run.beat(rows=1)

    row = JobRun.objects.get()
    assert (row.state, row.attempt, row.counts) == (JobRun.State.STARTED, 2, {})


def test_two_who_saw_the_same_dead_run_do_not_both_take_it() -> None:
    claim("rollup", "2026-10", now=NOW - timedelta(hours=1))

    assert [claim("rollup", "2026-10", now=NOW) is not None for _ in range(2)] == [True, False]


def test_lock_number_fits_a_signed_64_bit_column() -> None:
    assert -(2**63) <= lock_number("a", "b") < 2**63
    assert lock_number("a", "bc") != lock_number("ab", "c")


@pytest.mark.django_db(transaction=True)
def test_lock_is_held_by_one_connection_and_freed() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("advisory locks are PostgreSQL's")

    def attempt() -> str:
        with job_lock("rollup", "2026-10") as held:
            return str(held)

    with job_lock("rollup", "2026-10") as held:
        assert held
        assert in_threads(1, attempt) == ["False"]
    assert in_threads(1, attempt) == ["True"]


@pytest.mark.django_db(transaction=True)
def test_run_of_a_dead_worker_is_taken_over_at_once_and_of_a_living_one_never() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("elsewhere the lease decides")
    number = lock_number("rollup", "2026-10")

    def begin_and_be_looked_at() -> str:
        lock(number)
        claim("rollup", "2026-10", now=NOW - timedelta(days=1))
        return in_threads(1, lambda: str(runs_of()))[0]  # then this thread dies, and its connection with it

    assert in_threads(1, begin_and_be_looked_at) == ["[False]"]
    lock(number)  # waits until the server has noticed the death
    unlock(number)
    assert runs_of() == [True]
    assert JobRun.objects.get().attempt == 2


def lock(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])


def unlock(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
