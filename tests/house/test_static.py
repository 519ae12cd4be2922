"""The static files: the few of the packages are found, published under a digest, without their source maps."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.test import override_settings

from portal.finders import PACKAGE_FILES, AppFinder, PackageFinder
from portal.static_storage import StaticStorage

installed = pytest.mark.skipif(
    not (settings.BASE_DIR / "node_modules").is_dir(), reason="the front-end packages are not installed"
)


@installed
def test_package_finder_lists_exactly_the_named_files():
    assert [name for name, _ in PackageFinder().list([])] == list(PACKAGE_FILES.values())


@installed
def test_package_file_is_found_by_its_public_name():
    found = finders.find("vendor/tabler/tabler.min.css")
    assert found.endswith("node_modules/@tabler/core/dist/css/tabler.min.css")


def test_unlisted_package_file_is_not_found():
    assert finders.find("vendor/tabler/tabler.css") is None


def test_app_finder_leaves_out_what_no_page_uses():
    names = [name for name, _ in AppFinder().list([])]
    assert [name for name in names if "redoc" in name or name.startswith("rest_framework/")] == []
    assert "django_htmx/htmx-2.min.js" in names


def test_storage_publishes_css_that_names_an_absent_source_map(tmp_path):
    source = FileSystemStorage(tmp_path / "source")
    source.save("a.css", ContentFile(b"a{color:red}\n/*# sourceMappingURL=a.css.map */\n"))
    with override_settings(STATIC_ROOT=tmp_path / "out"):
        storage = StaticStorage(location=tmp_path / "out")
        with source.open("a.css") as original:
            storage.save("a.css", original)
        list(storage.post_process({"a.css": (source, "a.css")}))
    published = json.loads((tmp_path / "out" / "staticfiles.json").read_text())["paths"]["a.css"]
    assert (tmp_path / "out" / published).read_bytes() == b"a{color:red}\n"


@installed
@pytest.mark.slow
def test_collectstatic_writes_a_manifest_with_gzip(tmp_path):
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "portal.static_storage.StaticStorage"}}
    with override_settings(
        STATIC_ROOT=tmp_path, STORAGES=storages, STATICFILES_FINDERS=["portal.finders.PackageFinder"]
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert sorted(paths) == sorted(PACKAGE_FILES.values())
    assert all((tmp_path / f"{hashed}.gz").is_file() for hashed in paths.values())


@installed
def test_every_static_file_a_template_names_exists():
    named = re.compile(r"{%\s*static\s+['\"]([^'\"]+)['\"]")
    pages = list((settings.BASE_DIR / "templates").rglob("*.html"))
    names = {name for page in pages for name in named.findall(page.read_text("utf-8"))}
    assert names
    assert sorted(name for name in names if finders.find(name) is None) == []
