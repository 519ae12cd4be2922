"""The optimistic lock: a change is written only onto the version that its author saw."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F

from core.errors import Conflict


class StaleVersion(Conflict):
    """Somebody else wrote in between; `version` is what stands there now."""

    version: int = 0


def save_changes(target: models.Model, *, version: int, changes: dict[str, Any]) -> dict[str, Any]:
    """Write `changes` onto the version seen and return the old values of what really changed.

    Raises Conflict naming both versions when somebody else wrote in between.
    """
    old = {name: getattr(target, name) for name in changes}
    changed = {name: value for name, value in changes.items() if value != old[name]}
    if target.version != version:
        raise conflict(target, version, changes)
    if not changed:
        return {}
    rows = type(target)._default_manager.filter(pk=target.pk, version=version)
    if not rows.update(**changed, version=F("version") + 1):
        target.refresh_from_db()
        raise conflict(target, version, changes)
    for name, value in changed.items():
        setattr(target, name, value)
    target.version = version + 1
    return {name: old[name] for name in changed}


def conflict(target: models.Model, version: int, mine: dict[str, Any]) -> StaleVersion:
    """The refusal that shows mine beside theirs, field by field."""
    fields = {
        name: [f"您填写的：{_word(target, name, value)}", f"现在的：{_word(target, name, getattr(target, name))}"]
        for name, value in mine.items()
        if value != getattr(target, name)
    }
    refusal = StaleVersion(
        f"您打开后，这条记录已被别人修改（您看到第 {version} 版，现在是第 {target.version} 版）。",
        remedy="请对照下面的两个版本；改好后再次保存，以您填写的为准。",
        fields=fields,
    )
    refusal.version = target.version
    return refusal


def _word(target: models.Model, name: str, value: Any) -> str:
    field = target._meta.get_field(name)
    if name in ("id_number", "phone"):
        return "（已隐藏）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value) if value not in (None, "") else "（空）"
