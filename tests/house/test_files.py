"""What no committed file may hold: addresses of registries, paths of one machine, third-party code."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from django.conf import settings

# Written in pieces, so that this file does not accuse itself.
FOREIGN = re.compile(
    "|".join(["registry" + r"\.np", "pypi" + r"\.(org|tuna)", "/wo" + "rk/", "/ro" + r"ot/", "/opt/py" + "pi"])
)
TEXT = {".py", ".toml", ".txt", ".json", ".md", ".html", ".js", ".css", ".yaml", ".yml", ".sql", ".csv", ".svg", ""}


def committed() -> list:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("no git here")
    paths = [settings.BASE_DIR / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_committed_files_name_no_registry_and_no_machine_path():
    texts = {path: path.read_text("utf-8", "replace") for path in committed() if path.suffix in TEXT}
    accused = [str(path.relative_to(settings.BASE_DIR)) for path, text in texts.items() if FOREIGN.search(text)]
    assert accused == []


def test_committed_files_hold_no_third_party_assets():
    assert [path.name for path in committed() if ".min." in path.name or "node_modules" in path.parts] == []


def test_package_lock_records_digests_and_no_addresses():
    packages = json.loads((settings.BASE_DIR / "package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def test_requirements_are_pinned():
    names = ("requirements.txt", "requirements-dev.txt")
    lines = [line for name in names for line in (settings.BASE_DIR / name).read_text().splitlines()]
    loose = [line for line in lines if line and not line.startswith(("#", "-r")) and "==" not in line]
    assert loose == []
