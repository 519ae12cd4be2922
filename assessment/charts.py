"""ECharts options of the overview, each with the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessment.rules.terms import rounded
from assessment.selectors.scoreboard import Scoreboard
from assessment.selectors.trend import distribution, trend
from core.periods import Month


@dataclass(frozen=True)
class Chart:
    """One chart: its id, what it is called, the ECharts option, and its data as headings and rows."""

    id: str
    label: str
    option: dict[str, Any]
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def overview_charts(board: Scoreboard, which: str) -> list[Chart]:
    """Trend, radar and distribution of the branches on the board."""
    months = trend(board.root_id, board.month, [row.branch_id for row in board.rows])
    return [trend_chart(months), radar_chart(board, which), distribution_chart(board, which)]


def trend_chart(months: Sequence[tuple[Month, Decimal | None]], label: str = "平均得分走势") -> Chart:
    """The mean (or own) score month by month."""
    names = [f"{month.number}月" for month, _ in months]
    values = [None if score is None else float(score) for _, score in months]
    option = {
        "grid": {"left": 44, "right": 16, "top": 24, "bottom": 28},
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "scale": True},
        "series": [{"type": "line", "name": "得分", "data": values, "label": {"show": True, "position": "top"}}],
    }
    return Chart("chart-trend", label, option, ("月份", "得分"), tuple((month.label, score) for month, score in months))


def radar_chart(board: Scoreboard, which: str) -> Chart:
    """The mean rate of each category, in percent."""
    rates = []
    means = board.mean_categories(which)
    for category in board.frame.categories:
        mean = means[category.code]
        rates.append((category, None if mean is None else rounded(mean * 100_000_000 / category.points, 1)))
    option = {
        "tooltip": {"renderMode": "richText"},
        "radar": {"radius": "65%", "indicator": [{"name": category.name, "max": 100} for category, _ in rates]},
        "series": [
            {
                "type": "radar",
                "data": [{"name": "平均得分率", "value": [float(rate or 0) for _, rate in rates]}],
                "areaStyle": {"opacity": 0.15},
            }
        ],
    }
    rows = tuple((f"{category.code} {category.name}", rate) for category, rate in rates)
    return Chart("chart-radar", "各大类平均得分率（%）", option, ("大类", "平均得分率%"), rows)


def distribution_chart(board: Scoreboard, which: str) -> Chart:
    """How many branches there are in each band."""
    bands = distribution(row.figures(which).score for row in board.rows)
    option = {
        "grid": {"left": 36, "right": 16, "top": 24, "bottom": 28},
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
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
    return Chart("chart-distribution", "得分分布", option, ("得分", "支部数"), tuple(bands))


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
