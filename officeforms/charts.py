"""The chart of the burden meter, with the table that says the same."""

from __future__ import annotations

from decimal import Decimal

from assessment.charts import Chart
from officeforms.selectors.burden import Meter


def burden_chart(found: Meter) -> Chart:
    """The mean minutes of a branch in each of twelve months."""
    names = [f"{month.year % 100}年{month.number}月" for month, _, _ in found.trend]
    means = [tenths / 10 for _, _, tenths in found.trend]
    option = {
        "grid": {"left": 44, "right": 16, "top": 28, "bottom": 28},
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "name": "分钟", "min": 0},
        "series": [{"type": "line", "name": "每支部平均", "data": means, "label": {"show": True, "position": "top"}}],
    }
    rows = tuple(
        (month.label, load.fields, load.files, load.reminders, load.minutes, Decimal(tenths) / 10)
        for month, load, tenths in found.trend
    )
    headings = ("月份", "录入字段", "附件", "提醒", "分钟合计", "每支部平均分钟")
    return Chart("chart-burden", "每支部平均用时（估算，分钟）", option, headings, rows)
