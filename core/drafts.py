"""Drafts: what somebody has typed and not yet sent, kept on the server, theirs alone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from core.errors import InvalidInput
from core.models import Draft

MAX_BYTES = 256 * 1024
MAX_DRAFTS = 200
MAX_KEY = 100


def load(owner: Any, key: str) -> Draft | None:
    """The owner's draft under `key`; None if there is none."""
    return Draft.objects.filter(owner_id=_id(owner), key=key).first() if key.isprintable() else None


def save(owner: Any, key: str, data: dict[str, Any], *, now: datetime) -> Draft:
    """Keep `data` (a JSON object of at most 256 kB) as the owner's draft; the last saving wins."""
    if not key or len(key) > MAX_KEY or not key.isprintable():
        raise InvalidInput("草稿的编号不对。", remedy="请刷新页面后再填写。")
    if not isinstance(data, dict):
        raise InvalidInput("草稿的内容格式不对。", remedy="请刷新页面后再填写。")
    text = _storable(data)
    if len(text.encode()) > MAX_BYTES:
        raise InvalidInput("草稿超过 256 KB，没有保存。", remedy="请先提交，或把大段文字改成附件。")
    draft, _ = Draft.objects.update_or_create(
        owner_id=_id(owner), key=key, defaults={"data": json.loads(text), "updated_at": now}
    )
    _forget_oldest(draft)
    return draft


def drop(owner: Any, key: str) -> bool:
    """Remove the owner's draft; whether there was one."""
    return key.isprintable() and bool(Draft.objects.filter(owner_id=_id(owner), key=key).delete()[0])


def _storable(data: dict[str, Any]) -> str:
    """The data as JSON that every database takes: no NUL, no half of a surrogate pair, no NaN."""
    try:
        return json.dumps(_cleaned(data), ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        raise InvalidInput("草稿的内容格式不对。", remedy="请刷新页面后再填写。") from None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "ignore").decode()
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(item) for name, item in value.items()}
    return value


def _forget_oldest(draft: Draft) -> None:
    """Nobody keeps more than 200 drafts: the oldest go."""
    surplus = Draft.objects.filter(owner_id=draft.owner_id).order_by("-updated_at", "-id")[MAX_DRAFTS:]
    ids = list(surplus.values_list("id", flat=True))
    if ids:
        Draft.objects.filter(pk__in=ids).delete()


def _id(owner: Any) -> int:
    return getattr(owner, "user", owner).pk
