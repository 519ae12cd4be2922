"""Who reaches what: one line per URL name, for objects of the cast's branch. A URL not listed here fails the test.

The lines stand in tests/site/access/, a module for each app or large subject.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.site import access
from tests.site.access.base import NOBODY, ROLES, Access

__all__ = ["NOBODY", "ROLES", "TABLE", "Access"]

TABLE: dict[str, Access] = {}
for _module in iter_modules(access.__path__):
    _lines: dict[str, Access] = getattr(import_module(f"{access.__name__}.{_module.name}"), "TABLE", {})
    assert not TABLE.keys() & _lines.keys(), f"listed twice: {TABLE.keys() & _lines.keys()}"
    TABLE |= _lines
