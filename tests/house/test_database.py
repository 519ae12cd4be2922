"""The tests' own database: what the migrations loaded is there for each test, whatever ran before."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection


def loaded_rows() -> dict[str, int]:
    counts = {model._meta.label: model.objects.count() for model in apps.get_app_config("activities").get_models()}
    return {label: count for label, count in counts.items() if count}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", [1, 2])
def test_rows_of_the_migrations_survive_tests_with_real_transactions(attempt):
    assert loaded_rows()
    assert ContentType.objects.exists()


@pytest.mark.django_db
def test_rows_of_the_migrations_are_there_afterwards():
    assert loaded_rows()


@pytest.mark.django_db
def test_database_belongs_to_this_run(settings):
    name = str(connection.settings_dict["NAME"])
    assert connection.vendor == "sqlite" or settings.PORTAL_TEST_RUN in name
