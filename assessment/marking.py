"""Giving the marks of reviewer rules: a new mark replaces the old one, which stays on record as withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from assessment.models import DirtyMark, ReviewMark
from assessment.rules.terms import POINT, millionths
from assessment.selectors.frame import RuleFrame, best_scheme, frame_of, scheme_rows
from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import InvalidInput
from core.periods import Month


@dataclass(frozen=True)
class MarkInput:
    """What was chosen for one branch: a level's code, a number 0–100, or nothing to take the mark back."""

    branch_id: int
    value: str
    reason: str = ""


@transaction.atomic
def give_marks(
    *, actor: Viewer, root: Organisation, year: int, rule_code: str, marks: Sequence[MarkInput], now: datetime
) -> int:
    """Give one reviewer rule's marks for a year; only what differs is written. Returns how many changed.

    A mark counts from the month in which it is given, December of its year at the latest.
    """
    check(actor, "score.mark", root)
    given = Month.of(now)
    if year > given.year:
        raise InvalidInput(f"{year}年还没有开始，不能评定。", remedy="请选择当年或以前的年度。")
    rule = reviewer_rule(root.pk, year, rule_code)
    known = set(Organisation.objects.filter(root=root, tier="branch").values_list("pk", flat=True))
    present = {one.branch_id: one for one in _standing(root, year, rule_code)}
    counts_from = given.number if given.year == year else 12
    changed = 0
    for mark in marks:
        if mark.branch_id not in known:
            raise InvalidInput("没有这个支部。", remedy="请刷新页面后再评定。")
        changed += _give(rule, root, year, counts_from, mark, present.get(mark.branch_id), actor, now)
    if changed:
        audit.record(actor=actor, action="score.mark", target=root, root_id=root.pk, summary=f"{year}年{rule_code}评定{changed}个支部")
    return changed


def reviewer_rule(root_id: int, year: int, code: str) -> RuleFrame:
    """A reviewer rule of the year's scheme; InvalidInput for any other."""
    best = best_scheme(scheme_rows(root_id, year * 100 + 12))
    rules = frame_of(best).rules if best else ()
    for rule in rules:
        if rule.code == code and rule.kind == "reviewer":
            return rule
    raise InvalidInput(f"{year}年方案里没有人工评分项{code}。", remedy="请从页面的列表中选择。")


def factor_of(rule: RuleFrame, value: str) -> tuple[int, str]:
    """(factor in millionths, level code) of a level's code or a mark 0–100."""
    for level in rule.row.levels:
        if value == level["code"]:
            return millionths(level["factor"]), level["code"]
    try:
        number = Decimal(value)
    except ArithmeticError:
        number = Decimal(-1)
    if rule.row.levels or not number.is_finite() or not 0 <= number <= 100:
        raise InvalidInput(f"“{value}”不是可选的档次。", remedy="请选择好、较好、一般、差，或填0—100的数。")
    return int(number * POINT / 100), ""


def _standing(root: Organisation, year: int, rule_code: str):
    rows = ReviewMark.objects.filter(root=root, year=year, rule_code=rule_code, withdrawn_at__isnull=True)
    return rows.order_by("marked_at")


def _give(
    rule: RuleFrame, root: Organisation, year: int, counts_from: int, mark: MarkInput, old: ReviewMark | None, actor: Viewer, now: datetime
) -> int:
    """Write one mark if it differs from the standing one; 1 if it did."""
    value, reason = mark.value.strip(), mark.reason.strip()[:200]
    factor, level = factor_of(rule, value) if value else (None, "")
    if (old.factor if old else None) == factor and (old is None or old.reason == reason):
        return 0
    if old is not None:
        ReviewMark.objects.filter(pk=old.pk).update(withdrawn_at=now)
    if factor is not None:
        ReviewMark.objects.create(
            root=root,
            branch_id=mark.branch_id,
            rule_code=rule.code,
            year=year,
            factor=factor,
            level_code=level,
            counts_from=counts_from,
            reason=reason,
            marked_by_id=actor.user_id,
            marked_at=now,
        )
    first = min(counts_from, old.counts_from) if old else counts_from
    DirtyMark.objects.create(root=root, branch_id=mark.branch_id, month=year * 100 + first)
    return 1
