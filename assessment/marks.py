"""Marks of reviewers: given, replaced and withdrawn; never edited (scoring.md, reviewer)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from assessment import ledger
from assessment.models import ReviewMark, Rule
from assessment.rules import POINT, RuleKind, divided, millionths
from assessment.schemes import scheme_for
from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict, InvalidInput
from core.periods import Month


@transaction.atomic
def give_mark(
    *,
    actor: Viewer,
    branch_id: int,
    rule_code: str,
    year: int,
    level: str = "",
    mark: int | None = None,
    reason: str = "",
    now: datetime,
) -> ReviewMark:
    """Mark one reviewer rule of one branch for a year, by a level (好 …) or by 0–100; an earlier mark is withdrawn.

    It counts from the month it is given, from December of its year at the latest; a dirty mark has those months
    computed again.
    """
    branch = Organisation.objects.get(pk=branch_id)
    check(actor, "score.mark", branch)
    rule = _reviewer_rule(branch.root_id, rule_code, year)
    factor = _factor(rule, level, mark)
    stamp = ledger.enter(branch.root_id, now)
    _standing(branch, rule_code, year).update(withdrawn_at=stamp)
    given = ReviewMark.objects.create(
        root_id=branch.root_id,
        branch=branch,
        rule_code=rule_code,
        year=year,
        factor=factor,
        level_code=level,
        counts_from=counts_from(Month.of(now), year),
        reason=reason.strip()[:200],
        marked_by_id=actor.user_id,
        marked_at=stamp,
    )
    ledger.mark_dirty(branch, Month.from_key(given.counts_from))
    audit.record(actor=actor, action="score.mark", target=given, after={"rule": rule_code, "factor": factor})
    return given


@transaction.atomic
def withdraw_mark(*, actor: Viewer, branch_id: int, rule_code: str, year: int, now: datetime) -> int:
    """Take the standing mark of a rule back; Conflict if there is none."""
    branch = Organisation.objects.get(pk=branch_id)
    check(actor, "score.mark", branch)
    standing = _standing(branch, rule_code, year)
    months = list(standing.values_list("counts_from", flat=True))
    if not standing.update(withdrawn_at=ledger.enter(branch.root_id, now)):
        raise Conflict("没有可以撤回的评价。", remedy="请刷新页面后再看。")
    ledger.mark_dirty(branch, Month.from_key(min(months)))
    audit.record(actor=actor, action="score.unmark", target=branch, branch_id=branch.pk, summary=rule_code)
    return len(months)


def counts_from(given: Month, year: int) -> int:
    """The month key from which a mark counts: when it was given, within the year it is for (docs/adr)."""
    return min(max(given, Month(year, 1)), Month(year, 12)).key


def _standing(branch: Organisation, rule_code: str, year: int):
    marks = ReviewMark.objects.filter(root_id=branch.root_id, branch=branch, year=year, rule_code=rule_code)
    return marks.filter(withdrawn_at__isnull=True)


def _reviewer_rule(root_id: int, rule_code: str, year: int) -> Rule:
    scheme = scheme_for(root_id, Month(year, 12))
    rule = Rule.objects.filter(scheme=scheme, code=rule_code, kind=RuleKind.REVIEWER).first() if scheme else None
    if rule is None:
        raise InvalidInput(f"{year}年的方案没有人工评分规则{rule_code}。", remedy="请核对规则编号。")
    return rule


def _factor(rule: Rule, level: str, mark: int | None) -> int:
    if mark is not None:
        if not 0 <= mark <= 100:
            raise InvalidInput("评分应在0到100之间。", fields={"mark": ["评分应在0到100之间。"]})
        return divided(mark * POINT, 100)
    for row in rule.levels:
        if row["code"] == level:
            return millionths(row["factor"])
    raise InvalidInput("请选择评价档次。", fields={"level": ["请选择评价档次。"]})
