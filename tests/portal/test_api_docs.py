"""The API's schema and its page: for signed-in people, in one piece, without anything inline."""

from __future__ import annotations

import pytest
from django.test import Client


def test_schema_describes_every_kind_of_row(client_as):
    schema = client_as("officer").get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    parts = {path.split("/")[3] for path in schema["paths"]}
    assert {"organisations", "members", "activities", "claims", "facts", "scores"} <= parts


def test_page_brings_its_script_as_a_file(client_as):
    client = client_as("officer")
    assert "/api/docs/?script=" in client.get("/api/docs/").content.decode()
    script = client.get("/api/docs/?script=")
    assert (script.status_code, script["Content-Type"]) == (200, "application/javascript")
    assert "/api/schema/" in script.content.decode()


@pytest.mark.django_db
def test_stranger_gets_neither():
    assert Client().get("/api/docs/").status_code == 302
    assert Client().get("/api/schema/").status_code in {401, 403}
