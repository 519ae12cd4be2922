"""Nobody can be linked to a ballot: what the tables keep after voting, also to someone who reads every byte of them."""

from __future__ import annotations

import random
import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection, models

from appraisal.models import Poll, PollCode, PollGroup, PollSubject, PollTally
from appraisal.services import casting
from core.errors import Conflict
from core.models import AuditEntry
from tests.factories.branches import MemberFactory, build_cast
from tests.factories.polls import close, codes, new_poll, people, vote
from tests.services import SQLITE, database_url

POLL_MODELS = (Poll, PollSubject, PollGroup, PollCode, PollTally)
postgres_only = pytest.mark.skipif(database_url() == SQLITE, reason="needs PostgreSQL")


@pytest.mark.django_db
def test_no_table_has_a_place_for_voter_time_or_order() -> None:
    """Codes and counts: no person, no moment, no number that grows with the ballots."""
    for model, kept in (
        (PollCode, {"digest", "group", "is_used"}),
        (PollTally, {"id", "poll", "subject", "grade", "votes"}),
    ):
        assert {field.name for field in model._meta.get_fields()} == kept
        assert not [field for field in model._meta.fields if isinstance(field, (models.DateField, models.TimeField))]
    assert PollCode._meta.pk.name == "digest"


@pytest.mark.django_db
def test_a_ballot_adds_no_row_anywhere(cast: Any) -> None:
    people(cast)
    poll = new_poll(cast)
    slips = codes(cast, poll)[cast.branch.short_name]
    before = _rows_everywhere()

    vote(slips[0])

    assert _rows_everywhere() == before
    assert not AuditEntry.objects.filter(action__contains="cast").exists()


@pytest.mark.django_db
def test_two_orders_of_the_same_ballots_leave_the_same_rows(cast: Any) -> None:
    """Whoever voted first or last: the stored counts are the same, so no order can be read from them."""
    people(cast)
    kept = []
    for order in (1, -1):
        poll = new_poll(cast, "committee", year=2020 + order)
        group = poll.groups.get()
        PollGroup.objects.filter(pk=group.pk).update(size=6)
        slips = codes(cast, poll)[group.label]
        for code, grade in list(zip(slips, ["good", "good", "fair", "fair", "poor", "plain"], strict=True))[::order]:
            vote(code, grade)
        kept.append(list(PollTally.objects.filter(poll=poll).order_by("id").values_list("grade", "votes")))
    assert kept[0] == kept[1]


@pytest.mark.django_db
def test_codes_are_stored_in_an_order_that_is_not_that_of_the_slips(cast: Any) -> None:
    MemberFactory.create_batch(40, branch=cast.branch)
    poll = new_poll(cast)
    codes(cast, poll)
    for group in poll.groups.all():
        digests = [digest for (digest,) in _physical(PollCode, "digest", f"group_id = {group.pk}")]
        assert digests == sorted(digests)


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_neither_transaction_nor_place_on_disk_says_what_a_code_voted() -> None:
    """xmin: every tally carries the last ballot's transaction, whatever it voted; after the closing none does."""
    cast = build_cast()
    people(cast)
    poll = new_poll(cast)
    slips = codes(cast, poll)[cast.branch.short_name]
    grades = [random.Random(7).choice(["good", "fair", "plain", "poor"]) for _ in slips]
    for code, grade in zip(slips, grades, strict=True):
        vote(code, grade)
        stamps = {xmin for (xmin,) in _physical(PollTally, "xmin::text", f"poll_id = {poll.pk}")}
        assert len(stamps) == 1  # raised or not, each count was written by this ballot
    used = {xmin for (xmin,) in _physical(PollCode, "xmin::text", "is_used")}

    close(cast, poll)

    left = {xmin for (xmin,) in _physical(PollTally, "xmin::text", f"poll_id = {poll.pk}")}
    assert not left & used
    assert _physical(PollCode, "digest", "true") == []
    own = poll.subjects.get(branch=cast.branch)
    counted = dict(PollTally.objects.filter(subject=own).values_list("grade", "votes"))
    assert counted == {grade: Counter(grades)[grade] for grade in ("good", "fair", "plain", "poor")}


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_one_code_in_twenty_hands_at_once_counts_once() -> None:
    cast = build_cast()
    people(cast)
    poll = new_poll(cast)
    code = codes(cast, poll)[cast.branch.short_name][0]
    subject = poll.subjects.get(branch=cast.branch)

    outcomes = _at_once(20, lambda n: casting.cast_ballot(typed=code, grades={subject.pk: "good"}))

    assert Counter(outcomes) == {"done": 1, "Conflict": 19}
    assert sum(PollTally.objects.filter(poll=poll).values_list("votes", flat=True)) == 1
    assert PollCode.objects.filter(is_used=True).count() == 1


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_many_ballots_at_once_are_all_counted_and_none_waits_for_ever() -> None:
    cast = build_cast()
    people(cast, 10)
    poll = new_poll(cast)
    slips = [code for found in codes(cast, poll).values() for code in found][:24]

    outcomes = _at_once(len(slips), lambda n: vote(slips[n], "fair"))

    assert outcomes == ["done"] * len(slips)
    assert sum(PollTally.objects.filter(poll=poll).values_list("votes", flat=True)) == len(slips)


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_ballots_during_the_closing_are_in_or_refused_and_the_count_agrees() -> None:
    cast = build_cast()
    people(cast, 10)
    poll = new_poll(cast)
    slips = codes(cast, poll)[cast.branch.short_name]

    def act(n: int) -> None:
        close(cast, poll) if n == 4 else vote(slips[n])

    outcomes = _at_once(10, act, kinds=(Exception,))

    group = poll.groups.get(branch=cast.branch)
    counted = sum(PollTally.objects.filter(poll=poll).values_list("votes", flat=True))
    assert outcomes[4] == "done"
    assert counted == group.returned == outcomes.count("done") - 1


def _rows_everywhere() -> dict[str, int]:
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def _physical(model: type[models.Model], columns: str, where: str) -> list[tuple]:
    """The rows as they lie on disk, not as any index gives them."""
    place = "ctid" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {where} ORDER BY {place}')
        return cursor.fetchall()


def _at_once(count: int, act: Any, kinds: tuple = (Conflict,)) -> list[str]:
    """What came of doing it in so many threads in the same instant."""
    gate, outcomes = threading.Barrier(count), [""] * count

    def run(n: int) -> None:
        try:
            gate.wait(20)
            act(n)
            outcomes[n] = "done"
        except kinds as error:
            outcomes[n] = type(error).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes
