"""ECharts options of scores, each with the table that says the same; page and sheet read the same rows."""

from .basic import Chart, band_chart, distribution_chart, overview_charts, radar_chart, trend_chart
from .change import waterfall_chart
from .heat import heat_chart

__all__ = [
    "Chart",
    "band_chart",
    "distribution_chart",
    "heat_chart",
    "overview_charts",
    "radar_chart",
    "trend_chart",
    "waterfall_chart",
]
