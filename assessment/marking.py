"""The marks page's save: only what differs is given or withdrawn, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from assessment.marks import give_mark, withdraw_mark
from assessment.models import ReviewMark
from branches.models import Organisation
from branches.permissions import Viewer, check
from core.errors import InvalidInput
from core.http import whole
from core.periods import Month


@dataclass(frozen=True)
class MarkInput:
    """What was chosen for one branch: a level's code, a whole number 0–100, or nothing to take the mark back."""

    branch_id: int
    value: str
    reason: str = ""


@transaction.atomic
def give_marks(
    *, actor: Viewer, root: Organisation, year: int, rule_code: str, marks: Sequence[MarkInput], now: datetime
) -> int:
    """Give one reviewer rule's marks for a year. Returns how many changed; a year to come is refused."""
    check(actor, "score.mark", root)
    if year > Month.of(now).year:
        raise InvalidInput(f"{year}年还没有开始，不能评定。", remedy="请选择当年或以前的年度。")
    known = set(Organisation.objects.filter(root=root, tier="branch").values_list("pk", flat=True))
    if any(mark.branch_id not in known for mark in marks):
        raise InvalidInput("没有这个支部。", remedy="请刷新页面后再评定。")
    rows = ReviewMark.objects.filter(root=root, year=year, rule_code=rule_code, withdrawn_at__isnull=True)
    standing = {row.branch_id: row for row in rows.order_by("marked_at")}
    return sum(_save(actor, rule_code, year, mark, standing.get(mark.branch_id), now) for mark in marks)


def _save(actor: Viewer, rule_code: str, year: int, mark: MarkInput, old: ReviewMark | None, now: datetime) -> int:
    """1 if the mark differed from the standing one."""
    value, reason = mark.value.strip(), mark.reason.strip()[:200]
    number = whole(value)
    if not value:
        if old is None:
            return 0
        withdraw_mark(actor=actor, branch_id=mark.branch_id, rule_code=rule_code, year=year, now=now)
        return 1
    same = old is not None and (old.level_code == value or (number is not None and old.factor == number * 10_000))
    if same and old is not None and old.reason == reason:
        return 0
    level = "" if number is not None else value
    give_mark(
        actor=actor,
        branch_id=mark.branch_id,
        rule_code=rule_code,
        year=year,
        level=level,
        mark=number,
        reason=reason,
        now=now,
    )
    return 1
