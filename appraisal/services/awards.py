"""The conditions of awards: loaded once from the defaults, changed by an officer under its version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.shortcuts import get_object_or_404

from appraisal.models import AwardRule
from appraisal.services._year import said
from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput

DEFAULTS = Path(__file__).parent.parent / "defaults" / "award_rules.yaml"
FIELDS = (
    "name",
    "min_grade",
    "years_in_row",
    "min_hundredths",
    "without_veto",
    "without_open_items",
    "basis",
    "is_active",
)


@transaction.atomic
def load_default_awards(*, actor: Viewer, root: Organisation, now: datetime) -> int:
    """The awards of the defaults that the committee does not have yet. Returns how many are new."""
    check(actor, "year.settle", root)
    known = set(AwardRule.objects.filter(root=root).values_list("code", flat=True))
    rows = [
        AwardRule(root=root, edited_by_id=actor.user_id, edited_at=now, **row)
        for row in yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
        if row["code"] not in known
    ]
    AwardRule.objects.bulk_create(rows)
    if rows:
        audit.record(
            actor=actor, action="award.load", target=root, root_id=root.pk, summary=f"载入评先条件{len(rows)}项"
        )
    return len(rows)


@transaction.atomic
def edit_award(
    *, actor: Viewer, rule_id: int, version: int, values: Mapping[str, Any], grades: tuple[str, ...], now: datetime
) -> AwardRule:
    """Change the conditions of an award; Conflict if somebody else changed them since `version`."""
    rule = get_object_or_404(AwardRule.objects.select_for_update(of=("self",)).select_related("root"), pk=rule_id)
    check(actor, "year.settle", rule.root)
    if rule.version != version:
        raise Conflict("条件刚被别人改过。", remedy="请刷新页面，看过新的条件再改。")
    before = audit.snapshot(rule, list(FIELDS))
    _check(values, grades)
    for name in FIELDS:
        setattr(rule, name, values[name])
    rule.name = said(str(values["name"]), what="奖项", limit=60)
    rule.version, rule.edited_by_id, rule.edited_at = rule.version + 1, actor.user_id, now
    rule.save()
    audit.record(actor=actor, action="award.edit", target=rule, before=before, after=audit.snapshot(rule, list(FIELDS)))
    return rule


def _check(values: Mapping[str, Any], grades: tuple[str, ...]) -> None:
    if values["min_grade"] not in grades:
        raise InvalidInput("请从方案的等次中选择。", fields={"min_grade": ["请从方案的等次中选择。"]})
    if not isinstance(values["years_in_row"], int) or not 1 <= values["years_in_row"] <= 5:
        raise InvalidInput("连续年数应在1到5之间。", fields={"years_in_row": ["连续年数应在1到5之间。"]})
    least = values["min_hundredths"]
    if least is not None and not 0 <= least <= 12_000:
        raise InvalidInput("最低总分应在0到120之间。", fields={"min_total": ["最低总分应在0到120之间。"]})
