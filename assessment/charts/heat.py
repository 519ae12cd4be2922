"""The heat map: branches × items, coloured by the rate of each cell, each leading to its statement."""

from __future__ import annotations

from django.urls import reverse

from assessment.charts.basic import Chart
from assessment.rules.terms import divided
from assessment.selectors.figures import Share
from assessment.selectors.scoreboard import Scoreboard
from assessment.selectors.table import HEAT_FLOORS, OverviewTable

MANY = 12  # more branches than this need a taller drawing
DASH = "—"


def heat_chart(board: Scoreboard, table: OverviewTable, which: str) -> Chart | None:
    """The rate in percent of every item of every branch shown; None where nothing is due anywhere."""
    items, rows = board.frame.items, table.rows
    rates = [[_rate(one.row.figures(which).items[item.code]) for item in items] for one in rows]
    if not any(rate is not None for line in rates for rate in line):
        return None
    data = [
        {"value": [x, y, rate], "url": _url(rows[y].row.branch_id, board, items[x].code)}
        for y, line in enumerate(rates)
        for x, rate in enumerate(line)
        if rate is not None
    ]
    option = {
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 48, "containLabel": True},
        "tooltip": {"renderMode": "richText"},
        "xAxis": {"type": "category", "data": [item.code for item in items], "position": "top"},
        "yAxis": {"type": "category", "data": [one.row.name for one in rows], "inverse": True},
        "visualMap": {"type": "piecewise", "orient": "horizontal", "left": "center", "bottom": 0, "pieces": _pieces()},
        "series": [
            {
                "type": "heatmap",
                "name": "得分率%",
                "data": data,
                "label": {"show": True, "fontSize": 10, "color": "var(--heat-ink)"},
                "itemStyle": {"borderWidth": 1, "borderColor": "var(--card)"},
            }
        ],
    }
    lines = tuple(
        (one.row.name, *(DASH if rate is None else rate for rate in line))
        for one, line in zip(rows, rates, strict=True)
    )
    return Chart(
        "chart-heat",
        "各支部各小项得分率（%）",
        option,
        ("党支部", *(item.code for item in items)),
        lines,
        size="heat" if len(rows) > MANY else "tall",
        note="空白（表中“—”）为不适用或未到期；点任一格看得分说明。",
    )


def _rate(share: Share) -> int | None:
    """Whole percent, half up: what the table shows as the rate."""
    return divided(share.earned * 100, share.available) if share.available else None


def _pieces() -> list[dict]:
    """The bands of the heat table, the highest first."""
    pieces: list[dict] = []
    above = None
    for floor, step in HEAT_FLOORS:
        piece = {"gte": floor, "label": f"≥{floor}%", "color": f"var(--heat-{step})"}
        pieces.append(piece if above is None else {**piece, "lt": above})
        above = floor
    return [*pieces, {"lt": above, "label": f"<{above}%", "color": "var(--heat-1)"}]


def _url(branch_id: int, board: Scoreboard, code: str) -> str:
    return f"{reverse('assessment:statement', args=[branch_id, board.month])}#{code}"
