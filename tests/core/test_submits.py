"""A form's token takes effect once, also in the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import Conflict, InvalidInput
from core.models import Draft, SubmittedForm
from core.submits import forget_old, new_token, once
from tests.factories.branches import UserFactory


def send(user, token: str, **options) -> str:
    """Do the work of the form once (a draft stands for it); its result."""
    with once(token, user, **options) as submit:
        if not submit.replayed:
            made = Draft.objects.create(owner=user, key=f"k{Draft.objects.count()}", updated_at=timezone.now())
            submit.result_url = f"/made/{made.pk}/"
    return submit.result_url


@pytest.mark.django_db
def test_replay_returns_the_first_result() -> None:
    user = UserFactory()
    token = new_token(user, "f")

    assert send(user, token) == send(user, token)
    assert Draft.objects.count() == 1


@pytest.mark.django_db
def test_failed_sending_leaves_the_token_free() -> None:
    user = UserFactory()
    token = new_token(user)
    with pytest.raises(RuntimeError), once(token, user):
        raise RuntimeError

    assert send(user, token).startswith("/made/")


@pytest.mark.django_db
def test_token_belongs_to_its_user_and_form() -> None:
    user, other = UserFactory(), UserFactory()
    token = new_token(user, "f")

    for wrong in (lambda: send(other, token), lambda: send(user, token, form="g"), lambda: send(user, "made.up.token")):
        with pytest.raises(InvalidInput, match="失效"):
            wrong()
    assert send(user, token, form="f")


@pytest.mark.django_db
def test_without_a_token_each_sending_is_a_new_one() -> None:
    user = UserFactory()

    assert send(user, "") != send(user, "")
    assert not SubmittedForm.objects.exists()


@pytest.mark.django_db
def test_clients_key_with_another_body_is_a_conflict() -> None:
    user = UserFactory()
    first = send(user, "key-1", is_signed=False, digest="a")

    assert send(user, "key-1", is_signed=False, digest="a") == first
    with pytest.raises(Conflict):
        send(user, "key-1", is_signed=False, digest="b")
    assert send(UserFactory(), "key-1", is_signed=False, digest="b") != first


@pytest.mark.django_db
def test_old_tokens_are_forgotten() -> None:
    user = UserFactory()
    send(user, new_token(user))

    assert forget_old(now=timezone.now()) == 0
    assert forget_old(now=timezone.now() + timedelta(days=15)) == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_twelve_sendings_in_the_same_instant_have_one_effect() -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads share no SQLite database in memory")
    user = UserFactory()
    token = new_token(user)
    together = threading.Barrier(12)

    results = in_threads(12, lambda: (together.wait(timeout=20), send(user, token))[1])

    assert len(results) == 12
    assert set(results) == {f"/made/{Draft.objects.get().pk}/"}


def in_threads(n: int, work: Callable[[], str]) -> list[str]:
    """What `work` returned in each of n threads, each with a connection of its own."""
    results: list[str] = []

    def job() -> None:
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=job) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
