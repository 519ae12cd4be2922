"""The import contracts of pyproject.toml hold."""

from __future__ import annotations

from django.conf import settings
from importlinter.cli import lint_imports


def test_import_contracts_hold(monkeypatch, capsys):
    monkeypatch.chdir(settings.BASE_DIR)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0, capsys.readouterr().out
