"""Fields that are counted: records by type, quantities of metrics, and the gatherings themselves as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.urls import reverse

from activities.models import ActivityType, Participation
from activities.rules.claimable import short_name
from assessment.models import Metric, MetricKind
from branches.models import Organisation
from officeforms.selectors.fields.base import BRANCH, COPY, RECORD, Field, Figure
from officeforms.selectors.fields.reading import Reading

WINDOWS = ((False, "month", "本月"), (True, "year", "本年累计"))


def record_fields(kinds: Iterable[ActivityType]) -> Iterator[Field]:
    """How often each type of record was held, in the month and in the year to date, for a branch and for all."""
    for kind in kinds:
        for of_year, window, words in WINDOWS:
            names = (kind.name, f"{kind.name}次数") if not of_year else (f"{kind.name}累计次数",)
            name = f"{kind.name}次数（{words}）"
            code = f"records.{kind.code}.{window}"
            yield Field(code, name, "组织生活", BRANCH, _count(kind, of_year), "组织生活、三会一课台账", names)
            yield Field(f"copy.{code}", f"{name}合计", "合计", COPY, _count(kind, of_year), "组织生活")


def _count(kind: ActivityType, of_year: bool) -> Callable[[Reading, Any], Figure]:
    def read(reading: Reading, branch: Organisation | None) -> Figure:
        ids = [branch.pk] if branch else reading.branch_ids
        query = f"?kind={kind.code}" + (f"&branch={branch.pk}" if branch else "")
        value = reading.record_count(ids, kind.code, of_year=of_year)
        return Figure(value, f"组织生活：{kind.name}", reverse("activities:list") + query)

    return read


def metric_fields(metrics: Iterable[Metric]) -> Iterator[Field]:
    """The confirmed quantity of each metric, in the month and in the year to date, for a branch and for all."""
    for metric in metrics:
        name = metric.name.removeprefix("其中").split("（最低")[0]
        for of_year, window, words in WINDOWS:
            if of_year and metric.kind == MetricKind.LEVEL:
                continue
            code = f"fact.{metric.code}.{window}"
            names = (short_name(metric.name),) if not of_year else ()
            label = f"{name}（{words}，{metric.unit}）"
            yield Field(code, label, "指标", BRANCH, _quantity(metric, of_year), "计分依据", names)
            yield Field(f"copy.{code}", f"{label}合计", "合计", COPY, _quantity(metric, of_year), "计分依据")


def _quantity(metric: Metric, of_year: bool) -> Callable[[Reading, Any], Figure]:
    def read(reading: Reading, branch: Organisation | None) -> Figure:
        ids = [branch.pk] if branch else reading.branch_ids
        milli = reading.quantity(ids, metric.code, metric.kind, of_year=of_year)
        query = f"?metric={metric.code}&year={reading.month.year}&until={reading.month.number}"
        query += f"&branch={branch.pk}" if branch else ""
        return Figure(_whole(milli), f"计分依据：{short_name(metric.name)}", reverse("assessment:facts") + query)

    return read


def _whole(milli: int) -> int | Decimal:
    return milli // 1000 if milli % 1000 == 0 else Decimal(milli) / 1000


def _record(code: str, name: str, value: Callable[[Reading, Participation], Any], *words: str) -> Field:
    def read(reading: Reading, share: Participation) -> Figure:
        url = reverse("activities:detail", args=[share.activity_id])
        return Figure(value(reading, share), f"记录：{share.activity.title}", url)

    return Field(f"record.{code}", name, "组织生活记录", RECORD, read, "三会一课台账", words)


def _text(share: Participation, name: str) -> str:
    text = getattr(share.activity, "text", None)
    return getattr(text, name, "") if text else ""


def _rate(share: Participation) -> str:
    return f"{share.present * 1000 // share.expected / 10:.1f}%" if share.expected else ""


RECORD_FIELDS = [
    _record("held_on", "日期", lambda _r, s: s.held_on, "时间", "活动时间", "召开日期", "会议时间"),
    _record("kind", "类型", lambda _r, s: s.activity.kind.name, "会议类型", "活动类型"),
    _record("title", "主题", lambda _r, s: s.activity.title, "名称", "会议名称", "活动主题"),
    _record("branch", "党支部", lambda _r, s: s.branch.short_name, "支部", "支部名称"),
    _record("place", "地点", lambda _r, s: s.activity.place, "活动地点", "会议地点"),
    _record("host", "主持人", lambda _r, s: s.activity.host),
    _record("recorder", "记录人", lambda _r, s: s.activity.recorder),
    _record("expected", "应到人数", lambda _r, s: s.expected, "应到", "应到会人数"),
    _record("present", "实到人数", lambda _r, s: s.present, "实到", "到会人数"),
    _record("rate", "到会率", lambda _r, s: _rate(s), "出席率"),
    _record("absent", "缺席及原因", lambda r, s: r.absences.get(s.pk, ""), "缺席人员", "请假人员"),
    _record("agenda", "议题", lambda _r, s: _text(s, "agenda"), "内容", "议题内容", "会议内容", "活动内容"),
    _record("resolution", "决议或结论", lambda _r, s: _text(s, "resolution"), "决议", "会议决议"),
    _record("state", "审核情况", lambda _r, s: s.activity.get_state_display(), "审核"),
]
