"""The probe: no login, says ok or 503, and nothing else."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection


@pytest.mark.django_db
def test_healthz_answers_a_stranger(client):
    response = client.get("/healthz")
    assert response.json() == {"status": "ok", "database": "ok"}


@pytest.mark.django_db
def test_healthz_says_when_the_database_is_away(client, monkeypatch):
    def away(*_args, **_kwargs):
        raise DatabaseError("no")

    monkeypatch.setattr(connection, "cursor", away)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "error", "database": "unreachable"}
