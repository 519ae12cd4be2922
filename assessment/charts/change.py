"""The waterfall: from the score of one month to that of a later one, item by item."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from assessment.charts.basic import Chart
from assessment.selectors.changes import Change, ChangeLine
from assessment.selectors.figures import Share

NOTE = (
    "得分是比率，各项的贡献按“得分”和“可得分”两头的变化平均分摊（见使用手册），合计等于两个月得分之差；"
    "新到期的项目，得满分的抬高得分，没有得分的拉低得分。横轴不从零起。"
)
HEADINGS = ("小项", "名称", "原得分/可得分", "现得分/可得分", "对得分的影响")
MEAN_HEADINGS = ("小项", "名称", "对平均得分的影响")


def waterfall_chart(change: Change | None) -> Chart | None:
    """Start, every item that moved the score, end; None where there is nothing to compare."""
    if change is None:
        return None
    moved = change.moved
    names = [
        f"{change.since.number}月得分",
        *(f"{one.code} {one.name}" for one in moved),
        f"{change.month.number}月得分",
    ]
    steps = _steps(change, moved)
    option = {
        "grid": {"left": 8, "right": 56, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {"renderMode": "richText", "trigger": "item"},
        "xAxis": {"type": "value", "min": _floor(change, moved), "axisLabel": {"hideOverlap": True}},
        "yAxis": {
            "type": "category",
            "data": names,
            "inverse": True,
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "series": [
            {
                "type": "bar",
                "stack": "all",
                "silent": True,
                "data": [float(bottom) for bottom, _ in steps],
                "itemStyle": {"color": "transparent"},
                "tooltip": {"show": False},
            },
            {"type": "bar", "stack": "all", "name": "影响", "data": _bars(change, moved, steps)},
        ],
    }
    is_one = change.count == 1 and any(one.before for one in change.lines)
    rows = tuple(_row(one, is_one=is_one) for one in moved)
    words = "" if is_one else f"（{change.count}个支部平均）"
    return Chart(
        "chart-change",
        f"{change.since.number}月到{change.month.number}月，哪些项影响了得分{words}",
        option,
        HEADINGS if is_one else MEAN_HEADINGS,
        rows,
        size="tall",
        note=NOTE,
        totals={len(HEADINGS if is_one else MEAN_HEADINGS) - 1: change.total},
    )


def _steps(change: Change, moved: tuple[ChangeLine, ...]) -> list[tuple[Decimal, Decimal]]:
    """Bottom and height of each bar, from the figures as shown; they end exactly at the later score."""
    steps, at = [(Decimal(0), change.before)], change.before
    for one in moved:
        steps.append((min(at, at + one.shown), abs(one.shown)))
        at += one.shown
    return [*steps, (Decimal(0), change.after)]


def _bars(change: Change, moved: tuple[ChangeLine, ...], steps: list[tuple[Decimal, Decimal]]) -> list[dict[str, Any]]:
    ends = {"color": "var(--chart-2)"}
    bars = [_bar(change.before, str(change.before), ends)]
    for one, (_, height) in zip(moved, steps[1:-1], strict=True):
        colour = {"color": "var(--green-line)" if one.shown >= 0 else "var(--crimson-line)"}
        bars.append(_bar(height, f"{one.shown:+.2f}".replace("-", "−"), colour))
    return [*bars, _bar(change.after, str(change.after), ends)]


def _bar(height: Decimal, words: str, style: dict[str, str]) -> dict[str, Any]:
    label = {"show": True, "position": "right", "formatter": words}
    return {"value": float(height), "name": words, "itemStyle": style, "label": label}


def _floor(change: Change, moved: tuple[ChangeLine, ...]) -> int:
    """Where the axis begins: a little below the lowest level; the bars of the two scores are cut there."""
    levels = [change.before]
    for one in moved:
        levels.append(levels[-1] + one.shown)
    margin = max(Decimal(1), (max(levels) - min(levels)) / 4)
    return max(0, int(min(levels) - margin))


def _row(one: ChangeLine, *, is_one: bool) -> tuple[Any, ...]:
    if not is_one:
        return (one.code, one.name, one.shown)
    return (one.code, one.name, _share(one.before), _share(one.after), one.shown)


def _share(share: Share | None) -> str:
    """1.50/2.00 points; a dash where nothing is due, and for bonus and penalty."""
    if share is None or not share.available:
        return "—"
    return f"{share.earned / 1_000_000:.2f}/{share.available / 1_000_000:.2f}"
