"""Loading the types of record and the duties from defaults/: they are data and may be loaded again at any time."""

from __future__ import annotations

from typing import Any

from activities.rules.catalogue import read_defaults

PERIODS = {"month": "month", "quarter": "quarter", "half_year": "half", "year": "year"}
APPLIES_IF = {"branch.has_committee": "has_committee", "branch.group_count > 0": "has_groups"}


def load_calendar(*, type_model: Any = None, duty_model: Any = None) -> tuple[int, int]:
    """Bring types and duties to what defaults/ says; returns (types, duties). The models are given by a migration."""
    if type_model is None or duty_model is None:
        from activities.models import ActivityType, Duty  # a migration brings its own

        type_model, duty_model = ActivityType, Duty
    calendar = {row["code"]: row for row in read_defaults("organisational_life_calendar.yaml")["activities"]}
    shapes = read_defaults("record_types.yaml")
    kinds = {
        row["code"]: _load_type(type_model, row, calendar.get(row["code"], {}), position)
        for position, row in enumerate(shapes["types"])
    }
    duties = [
        _load_duty(duty_model, row, kinds, position, row["code"] in shapes["record_due"])
        for position, row in enumerate(calendar.values())
        if row["frequency"]["per"] in PERIODS
    ]
    return len(kinds), len(duties)


def _load_type(model: Any, row: dict[str, Any], entry: dict[str, Any], position: int) -> Any:
    fields = {
        "name": entry.get("name") or row["name"],
        "shape": row.get("shape", "gathering"),
        "attendees": row.get("attendees", "members"),
        "quorum": row.get("quorum", ""),
        "held_metric": row.get("held_metric", ""),
        "attendance_metric": row.get("attendance_metric", ""),
        "has_votes": row.get("has_votes", False),
        "has_for_year": row.get("has_for_year", False),
        "attachment_required": row.get("attachment_required", False),
        "tags": row.get("tags", []),
        "texts": row.get("texts", {}),
        "extras": row.get("extras", []),
        "basis": (row.get("basis") or entry.get("basis", ""))[:200],
        "hint": row.get("hint", ""),
        "sort_order": position,
    }
    return model.objects.update_or_create(code=row["code"], defaults=fields)[0]


def _load_duty(model: Any, row: dict[str, Any], kinds: dict[str, Any], position: int, is_due: bool) -> Any:
    scopes = row["scope"] if isinstance(row["scope"], list) else [row["scope"]]
    kind = kinds.get(row["code"])
    fields = {
        "name": row["name"],
        "kind": kind,
        "scope": scopes[0],
        "per": PERIODS[row["frequency"]["per"]],
        "target": row["frequency"].get("min", 1),
        "metric": kind.held_metric if kind else "",
        "applies_if": APPLIES_IF.get(row.get("applies_if", ""), ""),
        "window": str(row.get("window", "")),
        "counts_as_due": is_due,
        "basis": str(row.get("basis", ""))[:200],
        "sort_order": position,
    }
    return model.objects.update_or_create(code=row["code"], defaults=fields)[0]
