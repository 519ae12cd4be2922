"""The audit trail: one row for one change, in the transaction of the change, without plain personal numbers."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models

from core.identity import mask_id_number, mask_phone
from core.models import AuditEntry

ID_FIELDS = frozenset({"id_number", "id_no"})
PHONE_FIELDS = frozenset({"phone", "mobile", "telephone"})
SECRET_WORDS = ("password", "token", "secret", "digest")
SYSTEM_NAME = "系统"


def record(
    *,
    actor: Any,
    action: str,
    target: models.Model,
    root_id: int | None = None,
    branch_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    summary: str = "",
) -> AuditEntry:
    """One audit row for one change; call it inside the transaction that makes the change.

    `actor` is a Viewer, a user or None (the system). Of `before` and `after` only what differs is kept.
    """
    user = user_of(actor)
    return AuditEntry.objects.create(
        actor=user,
        actor_name=_name_of(user),
        action=action[:60],
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=str(target)[:200],
        root_id=root_id if root_id is not None else getattr(target, "root_id", None),
        branch_id=branch_id if branch_id is not None else getattr(target, "branch_id", None),
        changes=changed(before, after),
        summary=summary[:500],
    )


def user_of(actor: Any) -> Any:
    """The account behind a Viewer or a user; None for the system and for nobody signed in."""
    user = getattr(actor, "user", actor)
    return user if getattr(user, "pk", None) is not None else None


def changed(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, list[Any]]:
    """`{field: [old, new]}` of the fields that differ; what is absent on one side counts as null."""
    old, new = before or {}, after or {}
    names = [*old, *(name for name in new if name not in old)]
    return {
        name: [safe_value(name, old.get(name)), safe_value(name, new.get(name))]
        for name in names
        if old.get(name) != new.get(name)
    }


def snapshot(instance: models.Model, fields: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """The present values of `fields` (foreign keys by id), to hand to `record` as before or after."""
    return {name: getattr(instance, instance._meta.get_field(name).attname) for name in fields}


def safe_value(name: str, value: Any) -> Any:
    """`value` as JSON may keep it: dates as text, numbers exact, personal numbers masked, secrets not at all."""
    if any(word in name for word in SECRET_WORDS):
        return None if value in (None, "") else "***"
    if value and name in ID_FIELDS:
        return mask_id_number(str(value))
    if value and name in PHONE_FIELDS:
        return mask_phone(str(value))
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dict):
        return {str(key): safe_value(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)


def _name_of(user: Any) -> str:
    return str(user)[:50] if user is not None else SYSTEM_NAME
