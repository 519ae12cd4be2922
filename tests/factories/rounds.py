"""Rounds for tests: started, inspected, with a finding, finished and frozen through the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from appraisal import services
from appraisal.models import Finding, Inspection, InspectionRound
from appraisal.services import FindingInput, Look, RoundInput
from branches.permissions import SYSTEM
from core.periods import Month
from tests.factories.activities import NOW
from tests.factories.branches import TODAY, Cast

SEED = "2026-11-20 摇号 0731"
DUE = date(2026, 12, 10)


def started(cast: Cast, *, by: str = "officer", now: Any = NOW, **fields: Any) -> InspectionRound:
    """A special round over October and November of all branches, inspected by the officer and the leader."""
    given = {
        "kind": "special",
        "title": "组织生活专项检查",
        "first": Month(2026, 10),
        "last": Month(2026, 11),
        "cut_off": TODAY,
        "inspectors": [cast.officer.pk, cast.leader.pk],
        "record_size": 2,
        "seed": SEED,
        **fields,
    }
    return services.start_round(actor=cast.viewer(by), root=cast.root, given=RoundInput(**given), now=now)


def inspection_of(found: InspectionRound, branch: Any) -> Inspection:
    return Inspection.objects.get(round=found, branch=branch)


def look_at_all(cast: Cast, one: Inspection, *, by: str = "officer", now: Any = NOW, **verdicts: str) -> None:
    """Every item and record looked at and in order, but for `verdicts` by item code."""
    from appraisal.selectors.rounds import round_frame

    items = {item.code: Look(verdicts.get(item.code, "ok")) for item in round_frame(one.round).items}
    services.check_items(actor=cast.viewer(by), inspection_id=one.pk, looks=items, now=now)
    records = {row.pk: Look("match") for row in one.records.all()}
    services.check_records(actor=cast.viewer(by), inspection_id=one.pk, looks=records, now=now)


def finding(cast: Cast, one: Inspection, *, by: str = "officer", now: Any = NOW, **fields: Any) -> Finding:
    given = {
        "item_code": "D4",
        "severity": "major",
        "text": "10月主题党日没有签到表",
        "demand": "补齐签到表",
        "due_on": DUE,
        **fields,
    }
    return services.add_finding(actor=cast.viewer(by), inspection_id=one.pk, given=FindingInput(**given), now=now)


def finished(cast: Cast, one: Inspection, *, by: str = "officer", now: Any = NOW, **verdicts: str) -> Inspection:
    look_at_all(cast, one, by=by, now=now, **verdicts)
    return services.finish_inspection(
        actor=cast.viewer(by), inspection_id=one.pk, conclusion="组织生活正常，台账基本齐全。", now=now
    )


def frozen(cast: Cast, *, now: Any = NOW, **fields: Any) -> InspectionRound:
    """A round in which one fault was found in the cast's branch, frozen by the officer."""
    found = started(cast, now=now, **fields)
    for one in found.inspections.all():
        if one.branch_id == cast.branch.pk:
            finding(cast, one, now=now)
        finished(cast, one, now=now)
    return services.freeze_round(actor=SYSTEM, round_id=found.pk, now=now)
