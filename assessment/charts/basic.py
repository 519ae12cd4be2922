"""Trend, radar and distribution of the branches shown in the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assessment.rules.terms import rounded
from assessment.selectors.frame import SchemeFrame
from assessment.selectors.scoreboard import BranchRow, mean
from assessment.selectors.trend import distribution
from core.periods import Month

GRID = {"left": 44, "right": 16, "top": 28, "bottom": 28}
AXIS_TOOLTIP = {"trigger": "axis", "renderMode": "richText"}


@dataclass(frozen=True)
class Chart:
    """One chart: its id, what it is called, the ECharts option, and its data as headings and rows.

    `totals` are the figures of the last line of its table, by the place of their column; `note` says how it is made.
    """

    id: str
    label: str
    option: dict[str, Any]
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    size: str = ""
    note: str = ""
    totals: dict[int, Any] = field(default_factory=dict)

    @property
    def total_row(self) -> tuple[Any, ...]:
        """The line under the table; empty where there is nothing to add up."""
        if not self.totals:
            return ()
        return ("合计", *(self.totals.get(place, "") for place in range(1, len(self.headings))))


def overview_charts(
    frame: SchemeFrame, rows: Sequence[BranchRow], months: Sequence[tuple[Month, Decimal | None]], which: str
) -> list[Chart]:
    """Trend, radar and distribution of exactly these branches; those without a single figure are left out."""
    charts = [trend_chart(months), radar_chart(frame, rows, which), distribution_chart(rows, which)]
    return [chart for chart in charts if chart is not None]


def trend_chart(months: Sequence[tuple[Month, Decimal | None]], label: str = "平均得分走势（已审核）") -> Chart | None:
    """The mean (or own) score month by month; None where no month has one."""
    if all(score is None for _, score in months):
        return None
    option = {
        "grid": GRID,
        "tooltip": AXIS_TOOLTIP,
        "xAxis": {"type": "category", "data": [f"{month.number}月" for month, _ in months]},
        "yAxis": {"type": "value", "scale": True},
        "series": [
            {
                "type": "line",
                "name": "得分",
                "data": [_point(score) for _, score in months],
                "label": {"show": True, "position": "top"},
            }
        ],
    }
    return Chart("chart-trend", label, option, ("月份", "得分"), tuple((month.label, score) for month, score in months))


def _point(score: Decimal | None) -> dict[str, Any] | None:
    """A score with its two places written beside it (a number loses its last nought)."""
    return None if score is None else {"value": float(score), "label": {"formatter": f"{score:.2f}"}}


def radar_chart(frame: SchemeFrame, rows: Sequence[BranchRow], which: str) -> Chart | None:
    """The mean rate of each category, in percent; None where nothing is due anywhere."""
    rates = []
    for category in frame.categories:
        found = mean(row.figures(which).categories[category.code].rate for row in rows)
        rates.append((category, None if found is None else rounded(found * 100, 1)))
    if all(rate is None for _, rate in rates):
        return None
    option = {
        "tooltip": {"renderMode": "richText"},
        "radar": {"radius": "62%", "indicator": [{"name": category.name, "max": 100} for category, _ in rates]},
        "series": [
            {
                "type": "radar",
                "data": [{"name": "平均得分率", "value": [float(rate or 0) for _, rate in rates]}],
                "areaStyle": {"opacity": 0.15},
            }
        ],
    }
    table = tuple((f"{category.code} {category.name}", rate) for category, rate in rates)
    return Chart("chart-radar", "各大类平均得分率（%）", option, ("大类", "平均得分率%"), table)


def distribution_chart(rows: Iterable[BranchRow], which: str) -> Chart | None:
    """How many branches there are in each band; None where no branch has a score."""
    bands = distribution(row.figures(which).score for row in rows)
    if not any(count for _, count in bands):
        return None
    option = {
        "grid": {**GRID, "left": 36},
        "tooltip": AXIS_TOOLTIP,
        "xAxis": {"type": "category", "data": [name for name, _ in bands]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "name": "支部数",
                "data": [count for _, count in bands],
                "label": {"show": True, "position": "top"},
            }
        ],
    }
    totals = {1: sum(count for _, count in bands)}
    return Chart("chart-distribution", "得分分布", option, ("得分", "支部数"), tuple(bands), totals=totals)


def band_chart(old: Sequence[tuple[str, int]], new: Sequence[tuple[str, int]]) -> Chart:
    """How many branches there are in each band by two schemes."""
    names = [name for name, _ in reversed(old)]
    series = [
        {"type": "bar", "name": word, "data": [count for _, count in reversed(rows)]}
        for word, rows in (("原方案", old), ("草稿", new))
    ]
    option = {
        "grid": {"left": 36, "right": 16, "top": 36, "bottom": 28},
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }
    rows = tuple((name, before, after) for (name, before), (_, after) in zip(old, new, strict=True))
    return Chart("chart-bands", "得分分布（支部数）", option, ("得分", "原方案", "草稿"), rows)
