"""The canonical writing of a frozen round, its digests, and where two writings first differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

LABELS = {
    "branch": "支部",
    "score": "得分",
    "inspector": "检查人",
    "conclusion": "检查结论",
    "items": "逐项检查",
    "records": "抽查记录",
    "findings": "发现的问题",
    "population": "参加抽取的记录",
}


def canonical(value: Any) -> str:
    """JSON of integers and texts only, keys sorted, no spaces (as the closings of months write it)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """SHA-256 of a canonical writing."""
    return hashlib.sha256(text.encode()).hexdigest()


def round_digest(head: dict[str, Any], row_digests: Iterable[str]) -> str:
    """The digest of a whole round, over its head and the digests of its branches in their order."""
    return digest_of(canonical({**head, "branches": list(row_digests)}))


def first_difference(frozen: Any, present: Any, path: str = "") -> str:
    """The first place where two rows differ, in words; "" if they are the same."""
    if frozen == present:
        return ""
    if isinstance(frozen, dict) and isinstance(present, dict):
        for key in sorted(frozen.keys() | present.keys()):
            if found := first_difference(frozen.get(key), present.get(key), f"{path}{LABELS.get(key, key)}"):
                return found
    if isinstance(frozen, list) and isinstance(present, list) and len(frozen) == len(present):
        for n, (old, new) in enumerate(zip(frozen, present, strict=True), start=1):
            if found := first_difference(old, new, f"{path}第{n}项"):
                return found
    return f"{path or '内容'}：封存时{_words(frozen)}，现在{_words(present)}"


def _words(value: Any) -> str:
    if value in (None, "", []):
        return "无"
    text = value if isinstance(value, str) else canonical(value)
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
