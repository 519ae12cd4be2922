"""The commands of an installation: found the committee once, prepare as often as one likes."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from assessment.models import Scheme
from branches.models import Organisation, RoleGrant

NAME = "中共某市某局机关委员会"


def found(name: str = NAME, administrator: str = "guanli") -> str:
    out = StringIO()
    call_command(
        "found", name=name, short="某局机关党委", founded="2001-07-01", administrator=administrator, stdout=out
    )
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.both_databases
def test_found_opens_an_administrator_who_must_change_the_password(client):
    password = found().split("一次性密码 ")[1].splitlines()[0]
    client.post(reverse("login"), {"username": "guanli", "password": password})
    assert client.get(reverse("home")).url == reverse("password_change")
    assert RoleGrant.objects.get().organisation == Organisation.objects.get(name=NAME)


@pytest.mark.django_db
def test_found_brings_the_scheme_of_the_year():
    found()
    assert Scheme.objects.filter(root__isnull=True, subject="branch", status="published").count() == 1


@pytest.mark.django_db
def test_found_a_second_time_changes_nothing():
    found()
    with pytest.raises(CommandError, match="已经建立"):
        found()
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
def test_found_with_a_name_already_taken_writes_nothing():
    found()
    with pytest.raises(CommandError):
        found(name="另一个党委")
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
def test_prepare_publishes_static_files_once(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    call_command("prepare", no_demo=True, stdout=StringIO())
    stamp = settings.STATIC_ROOT / ".portal-stamp"
    published = stamp.stat().st_mtime_ns
    call_command("prepare", no_demo=True, stdout=StringIO())
    assert stamp.stat().st_mtime_ns == published
    assert (settings.STATIC_ROOT / "icons.svg").is_file()
