"""The same statements about members: what stands in sql/member/ is theirs alone, all else is the branches' own text, renamed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from assessment import sql

_HERE = Path(__file__).parent / "member"
_TABLES = {
    "assessment_branchmonth": "assessment_membermonth",
    "assessment_monthsum": "assessment_membersum",
    "assessment_rulescore": "assessment_memberrulescore",
    "assessment_extrascore": "assessment_memberextrascore",
    "assessment_reviewmark": "assessment_memberreviewmark",
    "assessment_fact": "assessment_memberfact",
    "branch_id": "member_id",
}
_NAMES = re.compile(rf"\b({'|'.join(_TABLES)})\b")
_FRAGMENT = re.compile(r"\{(_\w+)\}")
_COMMENT = re.compile(r"--[^\n]*")
_ONLY = re.compile(r"/\* only:(\w+) \*/")


@cache
def text(name: str) -> str:
    """A statement about members, with its fragments put in and its comments left out."""
    own = _HERE / f"{name}.sql"
    if own.exists():
        raw = _COMMENT.sub("", own.read_text(encoding="utf-8")).strip()
    else:
        raw = _NAMES.sub(lambda found: _TABLES[found[1]], sql.raw(name))
    return _ONLY.sub(r"/* only:\1 as member_id */", _FRAGMENT.sub(lambda found: text(found[1]), raw))


@cache
def judged_by(rule_file: str) -> str:
    """The writing frame of the rules around the statement of one rule type, about members."""
    return text("write_rules").replace("{judged}", text(rule_file))
