"""Verifying frozen quarters, halves and years: made again from their closed months, which are verified, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from assessment.models import MonthClosing, PeriodScore, PeriodSnapshot
from assessment.periods import FIGURES, PeriodRow, period_digest, period_rows, standing_snapshot
from assessment.verify.difference import Difference, decimal, points, short_name
from assessment.verify.facts import FactBook, first
from assessment.verify.month import Verification, verify
from core.errors import Conflict
from core.periods import Month, Period


@dataclass(frozen=True)
class PeriodVerification:
    """Whether a frozen period still follows from its closed months, and these from their facts."""

    period: Period
    revision: int
    is_valid: bool
    digest: str
    found_digest: str
    branch_count: int
    difference: str = ""
    first: Difference | None = None

    @property
    def label(self) -> str:
        return self.period.label


@dataclass(frozen=True)
class YearVerification:
    """Everything frozen of one year: its months, then the periods made of them."""

    months: tuple[Verification, ...]
    periods: tuple[PeriodVerification, ...]

    @property
    def results(self) -> tuple[Verification | PeriodVerification, ...]:
        return (*self.months, *self.periods)

    @property
    def is_valid(self) -> bool:
        return all(one.is_valid for one in self.results)

    @property
    def first(self) -> Verification | PeriodVerification | None:
        """The first that does not agree."""
        return next((one for one in self.results if not one.is_valid), None)


def verify_year(root_id: int, year: int) -> YearVerification:
    """Verify every closed month and every frozen period of a year; each fact is read once."""
    book = FactBook(root_id, year)
    rows = MonthClosing.objects.filter(root_id=root_id, month__range=(year * 100 + 1, year * 100 + 12))
    keys = sorted(rows.filter(reopened_at__isnull=True).values_list("month", flat=True))
    months = tuple(verify(root_id, Month.from_key(key), book) for key in keys)
    frozen = [one for one in Period.all_of(year) if standing_snapshot(root_id, one)]
    return YearVerification(months, tuple(verify_period(root_id, one, is_deep=False) for one in frozen))


def verify_period(
    root_id: int, period: Period, *, revision: int | None = None, is_deep: bool = True
) -> PeriodVerification:
    """Make a frozen period again from the months it names. Conflict where it was not frozen.

    `is_deep` verifies those months from their facts first, too; an earlier `revision` stands on its own closings.
    """
    snapshot = _snapshot(root_id, period, revision)
    closings, named = _sources(snapshot)
    rows = period_rows(period, closings)
    found = period_digest(root_id, period, snapshot.sources, [row.digest for row in rows])
    if named is None and is_deep:
        named = _months(root_id, closings.values())
    named = named or _rows(snapshot, rows)
    if named is None and found != snapshot.digest:
        named = Difference("期间定格", f"{period.label}摘要", f"{snapshot.digest[:16]}…", f"重算为{found[:16]}…")
    return PeriodVerification(
        period, snapshot.revision, named is None, snapshot.digest, found, len(rows), str(named or ""), named
    )


def _snapshot(root_id: int, period: Period, revision: int | None) -> PeriodSnapshot:
    rows = PeriodSnapshot.objects.filter(root_id=root_id, year=period.year, kind=period.kind, number=period.number)
    found = rows.filter(revision=revision).first() if revision else rows.order_by("-revision").first()
    if found is None:
        raise Conflict(f"{period.label}没有定格，无从核验。", remedy="各月封存后会自动定格。")
    return found


def _sources(snapshot: PeriodSnapshot) -> tuple[dict[int, MonthClosing], Difference | None]:
    """The closings a snapshot names, as they are; the first that is gone or has another digest."""
    keys = [key for key, _, _ in snapshot.sources]
    rows = MonthClosing.objects.filter(root_id=snapshot.root_id, month__in=keys)
    by_key = {(row.month, row.revision): row for row in rows}
    found: dict[int, MonthClosing] = {}
    named = None
    for key, revision, digest in snapshot.sources:
        row = by_key.get((key, revision))
        if row is not None:
            found[key] = row
        if named is None and (row is None or row.digest != digest):
            now = f"摘要{row.digest[:16]}…" if row else "没有这次封存"
            where = f"{snapshot.period.label}所含{Month.from_key(key).label}"
            named = Difference("期间定格", where, f"摘要{str(digest)[:16]}…", now)
    return found, named


def _months(root_id: int, closings: Iterable[MonthClosing]) -> Difference | None:
    """The first difference in the months that still stand."""
    standing = sorted((row for row in closings if row.is_closed), key=lambda row: row.month)
    book = FactBook(root_id, standing[0].month // 100) if standing else None
    return first(verify(root_id, Month.from_key(row.month), book).first for row in standing)


def _rows(snapshot: PeriodSnapshot, rows: list[PeriodRow]) -> Difference | None:
    """The first branch whose frozen row is not what the months give."""
    stored = {row.branch_id: row for row in PeriodScore.objects.filter(snapshot=snapshot)}
    made = {row.branch_id: row for row in rows}
    for branch_id in sorted(stored.keys() | made.keys()):
        one, other = stored.get(branch_id), made.get(branch_id)
        where = f"{short_name(branch_id)}{snapshot.period.label}"
        if one is None or other is None:
            words = ("有得分", "没有得分") if one is None else ("没有得分", "有得分")
            return Difference("期间得分", where, *words)
        for name in FIGURES:
            if getattr(one, name) != getattr(other, name):
                word = PeriodScore._meta.get_field(name).verbose_name
                words = [_word(name, getattr(row, name)) for row in (other, one)]
                return Difference("期间得分", f"{where}{word}", *words)
        if one.row_digest != other.digest:
            words = (f"{other.digest[:16]}…", f"{one.row_digest[:16]}…")
            return Difference("期间得分", f"{where}摘要", *words)
    return None


def _word(name: str, value) -> str:
    if name == "months":
        return "、".join(f"{key % 100}月{'无' if n is None else decimal(Fraction(n, 100))}" for key, n in value)
    if name == "items":
        return "、".join(f"{code} {points(pair[0])}" for code, pair in sorted(value.items()))[:200]
    return points(value * 10_000 if name == "shown" and value is not None else value)
