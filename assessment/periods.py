"""Freezing quarters, halves and years: made of closed months alone, whenever all of them are closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from assessment.canonical import canonical_json, sha256
from assessment.models import ClosedScore, MonthClosing, PeriodScore, PeriodSnapshot
from assessment.rollup import start_of
from branches.models import Organisation
from branches.permissions import Viewer, check
from core import audit
from core.errors import Conflict
from core.periods import Month, Period

FIGURES = ("before", "score", "change", "shown", "months", "items")


@dataclass(frozen=True)
class PeriodRow:
    """One branch of a period as it follows from the closed months."""

    branch_id: int
    before: int | None
    score: int | None
    change: int | None
    shown: int | None
    months: list[list[int | None]]
    items: dict[str, list[int]]

    @property
    def digest(self) -> str:
        return sha256(canonical_json([self.branch_id, *(getattr(self, name) for name in FIGURES)]))


@transaction.atomic
def freeze_period(*, actor: Viewer, root_id: int, period: Period, now: datetime) -> PeriodSnapshot:
    """Freeze a period whose months are all closed; the same months again give the same snapshot, not another one."""
    root = Organisation.objects.select_for_update(of=("self",)).get(pk=root_id)
    check(actor, "month.close", root)
    closings = closings_of(root_id, period)
    if missing := missing_months(root_id, period, closings):
        words = "、".join(f"{month.number}月" for month in missing)
        raise Conflict(f"{period.label}还有{words}没有封存，不能定格。", remedy="请先封存这些月份。")
    if not closings:
        raise Conflict(f"{period.label}没有计分的月份。", remedy="请核对启用月份。")
    rows = period_rows(period, closings)
    sources = sources_of(closings)
    digest = period_digest(root_id, period, sources, [row.digest for row in rows])
    standing = standing_snapshot(root_id, period)
    if standing and standing.digest == digest:
        return standing
    return _store(actor, root_id, period, rows, sources, digest, standing, now)


def freeze_due(*, actor: Viewer, root_id: int, year: int, now: datetime) -> list[PeriodSnapshot]:
    """Freeze every period of a year whose months are all closed and which does not stand on them yet."""
    made = []
    for period in Period.all_of(year):
        closings = closings_of(root_id, period)
        if not closings or missing_months(root_id, period, closings):
            continue
        standing = standing_snapshot(root_id, period)
        if standing is None or standing.sources != sources_of(closings):
            made.append(freeze_period(actor=actor, root_id=root_id, period=period, now=now))
    return made


def closings_of(root_id: int, period: Period) -> dict[int, MonthClosing]:
    """Month key → the standing closing, of the period's months and of the one before them in the year."""
    keys = [month.key for month in _months_asked(period)]
    rows = MonthClosing.objects.filter(root_id=root_id, month__in=keys, reopened_at__isnull=True)
    return {row.month: row for row in rows.order_by("month", "revision")}


def missing_months(root_id: int, period: Period, closings: dict[int, MonthClosing]) -> list[Month]:
    """The months from the committee's first on that would have to be closed, too."""
    start = start_of(root_id, period.year)
    return [month for month in _months_asked(period) if month.number >= start and month.key not in closings]


def period_rows(period: Period, closings: dict[int, MonthClosing]) -> list[PeriodRow]:
    """Every branch of the period's months, by id, from the frozen figures of the months alone."""
    scores: dict[int, dict[int, ClosedScore]] = {}
    for score in ClosedScore.objects.filter(closing__in=closings.values()).select_related("closing"):
        scores.setdefault(score.branch_id, {})[score.closing.month] = score
    inside = [month.key for month in period.months]
    found = [_row(branch_id, inside, by_month) for branch_id, by_month in sorted(scores.items())]
    return [row for row in found if row.months]


def period_digest(root_id: int, period: Period, sources: Sequence, row_digests: Iterable[str]) -> str:
    """The digest of a period, over its months and the digests of its rows in the order of the branches."""
    head = {"root": root_id, "period": str(period), "sources": list(sources), "branches": list(row_digests)}
    return sha256(canonical_json(head))


def sources_of(closings: dict[int, MonthClosing]) -> list[list[int | str]]:
    """The closings that a snapshot stands on, as it keeps them."""
    return [[key, row.revision, row.digest] for key, row in sorted(closings.items())]


def standing_snapshot(root_id: int, period: Period) -> PeriodSnapshot | None:
    """The latest snapshot of a period."""
    rows = PeriodSnapshot.objects.filter(root_id=root_id, year=period.year, kind=period.kind, number=period.number)
    return rows.select_related("taken_by").order_by("-revision").first()


def _months_asked(period: Period) -> list[Month]:
    first = period.months[0]
    return [*([first.previous] if first.number > 1 else []), *period.months]


def _row(branch_id: int, inside: list[int], by_month: dict[int, ClosedScore]) -> PeriodRow:
    keys = [key for key in inside if key in by_month]
    last = by_month[keys[-1]] if keys else None
    earlier = [key for key in by_month if key < inside[0]]
    before = by_month[max(earlier)].score_confirmed if earlier else None
    score = last.score_confirmed if last else None
    return PeriodRow(
        branch_id,
        before,
        score,
        score - before if score is not None and before is not None else None,
        last.shown_confirmed if last else None,
        [[key, by_month[key].shown_confirmed] for key in keys],
        last.items if last else {},
    )


def _store(
    actor: Viewer,
    root_id: int,
    period: Period,
    rows: list[PeriodRow],
    sources: list[list[int | str]],
    digest: str,
    standing: PeriodSnapshot | None,
    now: datetime,
) -> PeriodSnapshot:
    snapshot = PeriodSnapshot.objects.create(
        root_id=root_id,
        year=period.year,
        kind=period.kind,
        number=period.number,
        revision=standing.revision + 1 if standing else 1,
        sources=sources,
        branch_count=len(rows),
        reason=_reason(root_id, period) if standing else "",
        digest=digest,
        taken_by_id=actor.user_id,
        taken_at=now,
    )
    PeriodScore.objects.bulk_create(
        [
            PeriodScore(
                root_id=root_id,
                snapshot=snapshot,
                branch_id=row.branch_id,
                row_digest=row.digest,
                **{name: getattr(row, name) for name in FIGURES},
            )
            for row in rows
        ],
        batch_size=1000,
    )
    words = f"定格{period.label}，第{snapshot.revision}次"
    audit.record(actor=actor, action="period.freeze", target=snapshot, root_id=root_id, summary=words)
    return snapshot


def _reason(root_id: int, period: Period) -> str:
    """Why the months were frozen anew: the reason of the latest reopening among them."""
    keys = [month.key for month in _months_asked(period)]
    reopened = MonthClosing.objects.filter(root_id=root_id, month__in=keys).aggregate(at=Max("reopened_at"))["at"]
    found = MonthClosing.objects.filter(root_id=root_id, month__in=keys, reopened_at=reopened).first()
    return found.reopen_reason if found and reopened else ""
