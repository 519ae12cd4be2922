"""Freezing the result of a round: the digest over its rows, on the month's closing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from appraisal.models import Inspection, InspectionRound, InspectionState, RoundKind, RoundState
from appraisal.rules.frozen import canonical, digest_of, round_digest
from appraisal.selectors.round_rows import round_head, round_rows
from appraisal.services.rounds import locked_round
from assessment.models import ClosedScore, MonthClosing
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict
from core.periods import Month


@transaction.atomic
def freeze_round(*, actor: Viewer, round_id: int, now: datetime) -> InspectionRound:
    """Freeze an inspected round: scores of the month's closing, every look and finding, one SHA-256 over all.

    A half-year or year round waits for the closing of its last month. Corrections go on after it.
    """
    found = locked_round(actor, round_id)
    left = found.inspections.exclude(state=InspectionState.DONE).count()
    if left:
        raise Conflict(f"还有{left}个支部没有检查完。", remedy="全部检查完再封存结果。")
    found.closing = _closing(found)
    _take_scores(found)
    rows = round_rows(found)
    for one, row in rows:
        one.frozen_row = canonical(row)
        one.row_digest = digest_of(one.frozen_row)
    Inspection.objects.bulk_update([one for one, _ in rows], ["frozen_row", "row_digest"], batch_size=500)
    found.digest = round_digest(round_head(found), [one.row_digest for one, _ in rows])
    found.state, found.frozen_at, found.frozen_by = RoundState.FROZEN, now, audit.user_of(actor)
    found.save(update_fields=["closing", "digest", "state", "frozen_at", "frozen_by"])
    audit.record(actor=actor, action="round.freeze", target=found, summary=f"封存{found.title}的结果")
    return found


def _closing(found: InspectionRound) -> MonthClosing | None:
    closings = MonthClosing.objects.filter(root_id=found.root_id, month=found.last_month, reopened_at__isnull=True)
    closing = closings.first()
    if closing is None and found.kind in (RoundKind.HALF, RoundKind.YEAR):
        month = Month.from_key(found.last_month)
        raise Conflict(f"{month.label}还没有封存。", remedy="请先封存这个月，检查结果以封存的得分为准。")
    return closing


def _take_scores(found: InspectionRound) -> None:
    """Beside each branch the score of the closing, where there is one."""
    scores: dict[int, int | None] = {}
    if found.closing is not None:
        rows = ClosedScore.objects.filter(closing=found.closing)
        scores = dict(rows.values_list("branch_id", "shown_confirmed"))
    inspections = list(found.inspections.all())
    for one in inspections:
        one.score_hundredths = scores.get(one.branch_id)
    Inspection.objects.bulk_update(inspections, ["score_hundredths"], batch_size=500)
