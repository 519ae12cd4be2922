"""The rows of a round as they are frozen, and the verifying of a frozen round against the tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from appraisal.models import Finding, Inspection, InspectionRound, ItemCheck, SampledRecord
from appraisal.rules.draw import draw
from appraisal.rules.frozen import canonical, digest_of, first_difference, round_digest
from assessment.models import ClosedScore


@dataclass(frozen=True)
class Verified:
    """What verifying found: how many branches, and the faults in words, the first difference first."""

    branches: int
    digest: str
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def round_head(found: InspectionRound) -> dict[str, Any]:
    """What of the round itself is frozen: span, cut-off, seed, population, inspectors."""
    return {
        "root": found.root_id,
        "year": found.year,
        "kind": found.kind,
        "title": found.title,
        "months": [found.first_month, found.last_month],
        "cut_off": found.cut_off.isoformat(),
        "seed": found.seed,
        "population": found.population,
        "sizes": [found.branch_size, found.record_size],
        "inspectors": list(found.inspectors.order_by("user_id").values_list("user_id", flat=True)),
    }


def round_rows(found: InspectionRound) -> list[tuple[Inspection, dict[str, Any]]]:
    """Every inspection with its row as it stands in the tables, in the order of the round; 4 queries."""
    inspections = list(found.inspections.select_related("branch").order_by("place"))
    checks = _by_inspection(ItemCheck, found, "item_code")
    records = _by_inspection(SampledRecord, found, "place")
    findings = _by_inspection(Finding, found, "number")
    return [
        (
            one,
            {
                "branch": one.branch.code,
                "inspector": one.inspector_id,
                "score": one.score_hundredths,
                "conclusion": one.conclusion,
                "population": one.population,
                "items": [[row.item_code, row.verdict, row.note] for row in checks.get(one.pk, [])],
                "records": [[row.key, row.label, row.verdict, row.note] for row in records.get(one.pk, [])],
                "findings": [_finding(row) for row in findings.get(one.pk, [])],
            },
        )
        for one in inspections
    ]


def verify_round(found: InspectionRound) -> Verified:
    """A frozen round recomputed from the tables: the draw, every branch's row, the scores, the digest."""
    faults = _draw_faults(found)
    digests, rows = [], round_rows(found)
    for one, row in rows:
        name, present = one.branch.short_name, canonical(row)
        digests.append(digest_of(present))
        if digest_of(one.frozen_row) != one.row_digest:
            faults.append(f"{name}：封存内容与摘要不符")
        elif present != one.frozen_row:
            faults.append(f"{name} {first_difference(json.loads(one.frozen_row), row)}")
    faults += _score_faults(found, [one for one, _ in rows])
    digest = round_digest(round_head(found), digests)
    if digest != found.digest and not faults:
        faults.append("轮次的范围、种子或检查人与封存时不同")
    return Verified(len(rows), digest, tuple(faults))


def _draw_faults(found: InspectionRound) -> list[str]:
    """Whether the seed draws the same branches and records again."""
    faults = []
    inspections = list(found.inspections.select_related("branch").order_by("place"))
    if found.is_drawn:
        again = draw(found.seed, found.population, found.branch_size or 0)
        if sorted(again) != sorted(one.branch.code for one in inspections):
            faults.append("按种子重抽，抽中的支部与登记的不同")
    keys: dict[int, list[str]] = {}
    for inspection_id, key in SampledRecord.objects.filter(inspection__round=found).values_list("inspection_id", "key"):
        keys.setdefault(inspection_id, []).append(key)
    for one in inspections:
        if sorted(draw(found.seed, one.population, found.record_size)) != sorted(keys.get(one.pk, [])):
            faults.append(f"{one.branch.short_name}：按种子重抽，抽中的记录与登记的不同")
    return faults


def _score_faults(found: InspectionRound, inspections: list[Inspection]) -> list[str]:
    """Whether the frozen scores are those of the closing they were taken from."""
    if found.closing_id is None:
        return []
    rows = ClosedScore.objects.filter(closing_id=found.closing_id)
    scores = dict(rows.values_list("branch_id", "shown_confirmed"))
    return [
        f"{one.branch.short_name}：得分与所依据的月度封存不同"
        for one in inspections
        if one.score_hundredths != scores.get(one.branch_id)
    ]


def _finding(row: Finding) -> list[Any]:
    withdrawn = row.withdraw_reason if row.withdrawn_at else ""
    return [row.number, row.item_code, row.severity, row.text, row.demand, row.due_on.isoformat(), withdrawn]


def _by_inspection(model: Any, found: InspectionRound, order: str) -> dict[int, list[Any]]:
    rows: dict[int, list[Any]] = {}
    for row in model.objects.filter(inspection__round=found).order_by("inspection_id", order):
        rows.setdefault(row.inspection_id, []).append(row)
    return rows
