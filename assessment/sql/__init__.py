"""The set-based statements of the rollup: read from the files beside this one, the same for every database.

A file may name a fragment ({_told}), lists of integers ({months}) and the place where a restriction to some
branches goes (/* only:s */, or /* only:g as parent_id */ where the column has another name). Everything else is
bound as a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_COMMENT = re.compile(r"--[^\n]*")
_FRAGMENT = re.compile(r"\{(_\w+)\}")
_ONLY = re.compile(r"/\* only:(\w+)(?: as (\w+))? \*/")
NONE = "0"  # no row has this id, so an empty list stays valid SQL


@cache
def text(name: str) -> str:
    """A statement with its fragments put in and its comments left out."""
    return _FRAGMENT.sub(lambda found: text(found[1]), raw(name))


def raw(name: str) -> str:
    """A file's statement without comments, its fragments still to be put in."""
    return _COMMENT.sub("", (_HERE / f"{name}.sql").read_text(encoding="utf-8")).strip()


@cache
def judged_by(rule_file: str) -> str:
    """The writing frame of the rules around the statement of one rule type."""
    return text("write_rules").replace("{judged}", text(rule_file))


def into_empty(statement: str) -> str:
    """The statement for a month that holds no row yet: no conflict to look for, a fifth less work."""
    return statement.partition("ON CONFLICT")[0]


def rendered(statement: str, lists: Mapping[str, Iterable[int]], branch_ids: Iterable[int] | None) -> str:
    """The statement with its integer lists, restricted to some branches where they are given."""
    for name, numbers in lists.items():
        statement = statement.replace(f"{{{name}}}", integers(numbers))
    if branch_ids is None:
        return _ONLY.sub("", statement)
    only = integers(branch_ids)
    return _ONLY.sub(lambda found: f"AND {found[1]}.{found[2] or 'branch_id'} IN ({only})", statement)


def integers(numbers: Iterable[int]) -> str:
    """1, 2, 3 -- integers only, so that nothing typed by anybody can come in here."""
    return ", ".join(str(int(number)) for number in numbers) or NONE
