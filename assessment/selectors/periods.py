"""Frozen quarters, halves and years as pages show them, and every restatement in one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404

from assessment.models import MonthClosing, PeriodScore, PeriodSnapshot, Restatement
from branches.models import Organisation
from branches.permissions import Viewer, visible, visible_branches
from branches.rules import READ
from core.http import whole
from core.periods import Month, Period

POINT = 1_000_000


@dataclass(frozen=True)
class PeriodState:
    """One period of a year: its standing snapshot, and the months that are not closed yet."""

    period: Period
    snapshot: PeriodSnapshot | None
    revisions: int
    open_months: tuple[Month, ...]
    is_outdated: bool

    @property
    def state(self) -> str:
        if self.snapshot is None:
            return "waiting"
        return "reopened" if self.is_outdated else "closed"


@dataclass(frozen=True)
class PeriodLine:
    """One branch of a snapshot beside what the snapshot before it said."""

    row: PeriodScore
    old: PeriodScore | None

    @property
    def changes(self) -> list[tuple[Month, int | None, int | None]]:
        """(month, old, new) of the months that the revision before showed otherwise."""
        if self.old is None:
            return []
        before = dict(self.old.months)
        return [
            (Month.from_key(key), before.get(key), shown) for key, shown in self.row.months if before.get(key) != shown
        ]

    @property
    def months(self) -> list[tuple[Month, int | None]]:
        return [(Month.from_key(key), shown) for key, shown in self.row.months]


def period_years(viewer: Viewer, root: Organisation) -> list[int]:
    """The years with a closed month, newest first."""
    require(viewer)
    keys = MonthClosing.objects.filter(root=root).order_by().values_list("month", flat=True).distinct()
    return sorted({key // 100 for key in keys}, reverse=True)


def period_states(viewer: Viewer, root: Organisation, year: int) -> list[PeriodState]:
    """The seven periods of a year; 2 queries."""
    require(viewer)
    snapshots: dict[Period, list[PeriodSnapshot]] = {}
    rows = PeriodSnapshot.objects.filter(root=root, year=year).select_related("taken_by").order_by("revision")
    for row in rows:
        snapshots.setdefault(row.period, []).append(row)
    closed = _closed(root, year)
    return [_state(period, snapshots.get(period, []), closed) for period in Period.all_of(year)]


def _closed(root: Organisation, year: int) -> dict[int, MonthClosing]:
    span = (year * 100 + 1, year * 100 + 12)
    rows = MonthClosing.objects.filter(root=root, month__range=span, reopened_at__isnull=True)
    return {row.month: row for row in rows}


def _state(period: Period, snapshots: list[PeriodSnapshot], closed: dict[int, MonthClosing]) -> PeriodState:
    last = snapshots[-1] if snapshots else None
    is_outdated = False
    if last:
        now = [[key, closed[key].revision, closed[key].digest] if key in closed else None for key, _, _ in last.sources]
        is_outdated = now != last.sources
    missing = tuple(month for month in period.months if month.key not in closed)
    return PeriodState(period, last, len(snapshots), missing, is_outdated)


def snapshots_of(viewer: Viewer, root: Organisation, period: Period) -> list[PeriodSnapshot]:
    """Every revision of a period, newest first; 404 where there is none."""
    require(viewer)
    rows = PeriodSnapshot.objects.filter(root=root, year=period.year, kind=period.kind, number=period.number)
    found = list(rows.select_related("taken_by").order_by("-revision"))
    if not found:
        raise Http404
    return found


def period_lines(viewer: Viewer, snapshot: PeriodSnapshot, older: PeriodSnapshot | None) -> list[PeriodLine]:
    """The branches the viewer may see, in their order, each beside the older revision."""
    rows = visible(PeriodScore.objects.filter(snapshot=snapshot).select_related("branch"), viewer)
    old = {row.branch_id: row for row in PeriodScore.objects.filter(snapshot=older)} if older else {}
    ordered = sorted(rows, key=lambda row: (row.branch.sort_key, row.branch.code))
    return [PeriodLine(row, old.get(row.branch_id)) for row in ordered]


def restatement_rows(viewer: Viewer, asked: Mapping[str, str]) -> QuerySet[Restatement]:
    """Restatements of the branches the viewer may see, by `branch` and `year`."""
    rows = visible(Restatement.objects.all(), viewer)
    if branch := asked.get("branch"):
        branch_id = whole(branch)
        rows = rows.none() if branch_id is None else rows.filter(branch_id=branch_id)
    if year := whole(asked.get("year", "")):
        rows = rows.filter(month__range=(year * 100 + 1, year * 100 + 12)) if year < 10_000 else rows.none()
    return rows.select_related("branch", "restated_by", "old_closing", "new_closing")


def restated_branches(viewer: Viewer) -> list[tuple[int, str]]:
    """The branches to choose from."""
    seen = visible_branches(viewer, "score").order_by("sort_key", "code")
    return list(seen.values_list("pk", "short_name"))


def changed_items(row: Restatement, scores: Mapping[tuple[int, int], dict]) -> list[tuple[str, int, int]]:
    """(item, old, new) earned points of the items that a restatement changed, from the two frozen scores."""
    old = scores.get((row.old_closing_id, row.branch_id), {})
    new = scores.get((row.new_closing_id, row.branch_id), {})
    return [
        (code, (old.get(code) or [0])[0], (new.get(code) or [0])[0])
        for code in sorted(old.keys() | new.keys())
        if old and new and old.get(code) != new.get(code)
    ]


def require(viewer: Viewer) -> None:
    """404 for whom closings are not."""
    if not viewer.is_system and not viewer.is_a(*READ["closing"]):
        raise Http404
