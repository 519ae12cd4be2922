"""Verifying published results: the digests of their rows, and the totals made again from frozen scores and marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from appraisal.canonical import DECIDED, decided_digest, row_digests, rows_of
from appraisal.models import Publication, YearResult
from appraisal.selectors import branch_years, grade_steps, year_frame
from appraisal.selectors.composing import Composed, compose_all
from assessment.verify import Difference
from assessment.verify.difference import short_name

WORDS = {"numerator": "总分", "shown_hundredths": "显示总分", "rank": "名次", "proposed_grade": "建议等次"}


@dataclass(frozen=True)
class PublicationVerification:
    """Whether published rows are what was published, and still follow from scores and marks."""

    label: str
    is_valid: bool
    digest: str
    found_digest: str
    first: Difference | None = None

    @property
    def difference(self) -> str:
        return str(self.first or "")


def verify_publication(publication: Publication) -> PublicationVerification:
    """Compare a publication with its rows; the revision that stands is also composed again."""
    year_end = publication.year_end
    rows = rows_of(year_end, publication.revision)
    found = decided_digest(rows)
    is_standing = publication.revision == year_end.revision
    made = compose_all(branch_years(year_end), year_frame(year_end)) if is_standing else {}
    first = _altered(publication, rows, made)
    if first is None and found != publication.digest:
        words = (f"{publication.digest[:16]}…", f"{found[:16]}…")
        first = Difference("结果发布", f"{year_end.year}年度第{publication.revision}版摘要", *words)
    first = first or _recomputed(publication, rows, made)
    label = f"{year_end.year}年度结果第{publication.revision}版"
    return PublicationVerification(label, first is None, publication.digest, found, first)


def _altered(publication: Publication, rows: list[YearResult], made: dict[int, Composed]) -> Difference | None:
    """The first row whose digest is not the published one."""
    kept = {int(pk): digest for pk, digest in publication.row_digests.items()}
    found = {int(pk): digest for pk, digest in row_digests(rows).items()}
    by_branch = {row.branch_id: row for row in rows}
    for pk in sorted(kept.keys() | found.keys()) if kept else ():
        where = _where(publication, pk)
        if pk not in found or pk not in kept:
            words = ("有结果", "没有结果") if pk in kept else ("没有结果", "有结果")
            return Difference("年终结果", where, *words)
        if kept[pk] != found[pk]:
            return _column(publication, by_branch[pk], made.get(pk)) or Difference(
                "年终结果",
                f"{where}（{_decided_words(by_branch[pk])}）",
                f"摘要{kept[pk][:16]}…",
                f"摘要{found[pk][:16]}…",
            )
    return None


def _recomputed(publication: Publication, rows: Iterable[YearResult], made: dict[int, Composed]) -> Difference | None:
    """The first total that no longer follows from the frozen scores, the marks and the vetoes."""
    for row in rows if made else ():
        one = made.get(row.branch_id)
        difference = _column(publication, row, one, table="由封存得分和评价重算")
        if difference:  # the row is as published, so what it was made of has changed
            return Difference(difference.table, difference.where, difference.found, difference.frozen)
    return None


def _column(
    publication: Publication, row: YearResult, one: Composed | None, table: str = "年终结果"
) -> Difference | None:
    if one is None:
        return None
    where = _where(publication, row.branch_id)
    for name, (expected, present) in _pairs(row, one, publication).items():
        if expected != present:
            return Difference(table, f"{where}{WORDS[name]}", _said(expected), _said(present))
    return None


def _pairs(row: YearResult, one: Composed, publication: Publication) -> dict[str, tuple[Any, Any]]:
    names = {step.code: step.name for step in grade_steps(year_frame(publication.year_end))}
    shown = one.standing.shown
    grades = [names.get(code, code) for code in (one.standing.grade, row.proposed_grade)]
    return {
        "numerator": (one.made.total, row.total),
        "shown_hundredths": (None if shown is None else int(shown * 100), row.shown_hundredths),
        "rank": (one.standing.rank, row.rank),
        "proposed_grade": (grades[0], grades[1]),
    }


def _said(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{float(value):.6f}".rstrip("0").rstrip(".")
    return "无" if value in (None, "") else str(value)


def _decided_words(row: YearResult) -> str:
    found = [f"{row._meta.get_field(name).verbose_name}{getattr(row, name)}" for name in DECIDED if getattr(row, name)]
    return "；".join(found) or "合成明细"


def _where(publication: Publication, branch_id: int) -> str:
    return f"{short_name(branch_id)}{publication.year_end.year}年度第{publication.revision}版"


__all__ = ["PublicationVerification", "verify_publication"]
