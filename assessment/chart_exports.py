"""The tables of charts as sheets: the rows and sums the page shows under each drawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from assessment.charts import Chart
from assessment.exports import unit_line
from core.xlsx.write import Column, Sheet

NARROW = 8  # with more columns than this they are narrow


def chart_sheets(charts: Sequence[Chart], *, title: str, on: date) -> list[Sheet]:
    """One sheet for each chart."""
    return [_sheet(chart, title, on) for chart in charts]


def _sheet(chart: Chart, title: str, on: date) -> Sheet:
    width = 8 if len(chart.headings) > NARROW else 18
    columns = tuple(
        Column(f"c{place}", heading, 26 if place == 0 else width, _kind(chart, place))
        for place, heading in enumerate(chart.headings)
    )
    return Sheet(
        title=f"{title}{chart.label}",
        name=chart.label,
        unit_line=unit_line(title, on),
        columns=columns,
        rows=[tuple(row) for row in chart.rows],
        totals={f"c{place}": value for place, value in chart.totals.items()} or None,
        notes=[chart.note] if chart.note else [],
        freeze_columns=1,
    )


def _kind(chart: Chart, place: int) -> str:
    """Figures as figures; text as text."""
    numbers = (int, float, Decimal)
    return "number" if any(isinstance(row[place], numbers) for row in chart.rows) else "text"
