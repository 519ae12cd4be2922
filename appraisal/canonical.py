"""The one canonical writing of a year's results, over which notices, decisions and publications take their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from appraisal.models import YearEnd, YearResult

COMPOSED = (
    "branch_id",
    "rank_group",
    "numerator",
    "denominator",
    "shown_hundredths",
    "rank",
    "proposed_grade",
    "at_quota_border",
)
DECIDED = ("decided_grade", "decision_reason", "decision_document", "is_over_quota")


def rows_of(year_end: YearEnd, revision: int | None = None) -> list[YearResult]:
    """The results of a revision (the present one) in their one order."""
    rows = YearResult.objects.filter(year_end=year_end, revision=revision or year_end.revision)
    return list(rows.order_by("branch_id"))


def composed_digest(rows: Iterable[YearResult]) -> str:
    """Over totals, ranks and proposals with their composition: what a notice shows."""
    return _sha256([_row(row, COMPOSED) for row in rows])


def row_digests(rows: Iterable[YearResult]) -> dict[str, str]:
    """Branch id (as text) → digest of its whole result with what the committee decided."""
    return {str(row.branch_id): _sha256(_row(row, COMPOSED + DECIDED)) for row in rows}


def decided_digest(rows: Iterable[YearResult]) -> str:
    """Over the digests of the rows: what is decided and published."""
    return _sha256(sorted(row_digests(rows).items(), key=lambda pair: int(pair[0])))


def _row(row: YearResult, fields: Iterable[str]) -> list[Any]:
    return [*(getattr(row, name) for name in fields), row.composition]


def _sha256(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
