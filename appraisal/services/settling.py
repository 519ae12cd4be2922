"""Composing the year: totals, ranks and proposed grades of every branch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from appraisal.explain import composition_lines, composition_record
from appraisal.models import YearEnd, YearResult, YearState
from appraisal.selectors import branch_years, year_frame
from appraisal.selectors.composing import Composed, compose_all
from appraisal.services._year import locked_year, open_for_entry
from branches.permissions import Viewer
from core import audit
from core.errors import Conflict

COMPUTED = (
    "rank_group",
    "numerator",
    "denominator",
    "shown_hundredths",
    "composition",
    "rank",
    "proposed_grade",
    "proposal_reason",
    "at_quota_border",
    "computed_at",
    "is_over_quota",
    "decided_grade",
    "decision_reason",
)


@transaction.atomic
def settle(*, actor: Viewer, year_end_id: int, now: datetime) -> int:
    """Compose every branch's total, rank and proposed grade of the present revision. Returns how many branches.

    Grades already decided by the committee stay; an earlier revision is never touched.
    """
    year_end = locked_year(actor=actor, year_end_id=year_end_id)
    open_for_entry(year_end)
    frame = year_frame(year_end)
    years = branch_years(year_end)
    if not years:
        raise Conflict(f"{year_end.year}年12月还没有得分。", remedy="请先运行12月的汇总。")
    made = compose_all(years, frame)
    rows = YearResult.objects.filter(year_end=year_end, revision=year_end.revision)
    rows.exclude(branch_id__in=made).delete()
    present = {row.branch_id: row for row in rows}
    _store(year_end, made.values(), present, now)
    year_end.state = YearState.SETTLING
    year_end.save(update_fields=["state"])
    audit.record(actor=actor, action="year.settle", target=year_end, summary=f"合成{len(years)}个支部的年终得分")
    return len(years)


def _store(year_end: YearEnd, composed: Iterable[Composed], present: dict[int, YearResult], now: datetime) -> None:
    """Write every result in two statements; what the committee decided of a branch stays."""
    rows = [_filled(present.get(one.year.branch_id) or _blank(year_end, one), one, now) for one in composed]
    YearResult.objects.bulk_create([row for row in rows if row.pk is None], batch_size=500)
    YearResult.objects.bulk_update([row for row in rows if row.branch_id in present], COMPUTED, batch_size=500)


def _blank(year_end: YearEnd, one: Composed) -> YearResult:
    return YearResult(
        root_id=year_end.root_id, year_end=year_end, revision=year_end.revision, branch_id=one.year.branch_id
    )


def _filled(row: YearResult, one: Composed, now: datetime) -> YearResult:
    total, standing = one.made.total, one.standing
    record = composition_record(one.year, one.made, standing)
    record["lines"] = composition_lines(one.made)
    row.rank_group = one.year.rank_group
    row.numerator = str(total.numerator) if total is not None else ""
    row.denominator = str(total.denominator) if total is not None else ""
    row.shown_hundredths = int(standing.shown * 100) if standing.shown is not None else None
    row.composition, row.rank = record, standing.rank
    row.proposed_grade, row.proposal_reason = standing.grade, standing.reason
    row.at_quota_border, row.computed_at = standing.at_quota_border, now
    if row.is_over_quota and not row.at_quota_border:
        row.is_over_quota, row.decided_grade, row.decision_reason = False, "", ""
    return row
