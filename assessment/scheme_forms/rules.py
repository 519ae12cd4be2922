"""The form of one rule: its kind decides which fields and which rows it has."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import replace
from typing import Any

from django import forms

from assessment.rules.document import EventPart, LevelPart, RulePart, TierPart
from assessment.rules.terms import RuleKind, thousandths
from assessment.scheme_forms.fields import (
    EventLine,
    LevelLine,
    Lines,
    TierLine,
    lines,
    percent_in,
    percent_out,
    points_field,
    points_in,
    points_out,
    quantity_out,
)
from assessment.scheme_forms.heads import MONTHS, PartForm

PERIODS = [(0, "不按周期，按目标指标"), (1, "每月"), (3, "每季度"), (6, "每半年"), (12, "每年")]
FIELDS = {  # which fields a kind has, besides those that all have
    RuleKind.RATIO_FULL: ("metric", "per_months", "target", "cap_per_period", "need_metric"),
    RuleKind.TIER_RATE: ("metric", "need_metric"),
    RuleKind.DEDUCT: (),
    RuleKind.ADD_CAP: (),
    RuleKind.YES_NO: ("metric", "deadline_month", "deadline_day"),
    RuleKind.REVIEWER: ("review_subject", "review_role"),
}
LINES = {
    RuleKind.TIER_RATE: "tiers",
    RuleKind.DEDUCT: "events",
    RuleKind.ADD_CAP: "events",
    RuleKind.REVIEWER: "levels",
}
SHARED = ("digest", "code", "kind", "points", "from_month", "na_if")
WORDS = {
    RuleKind.RATIO_FULL: "做了多少按比例给分，做满得满分",
    RuleKind.TIER_RATE: "按比率落在哪一档给分",
    RuleKind.DEDUCT: "从满分起扣，扣完为止",
    RuleKind.ADD_CAP: "做一次加一次，加到分值为止",
    RuleKind.YES_NO: "截止日前做了就得满分",
    RuleKind.REVIEWER: "由人评档次或打分",
}


class RuleForm(PartForm):
    """One rule."""

    code = forms.CharField(label="编号", max_length=10)
    kind = forms.ChoiceField(label="计分方式", choices=[(one.value, f"{one.label}：{WORDS[one]}") for one in RuleKind])
    points = points_field("分值")
    metric = forms.ChoiceField(label="指标", required=False)
    need_metric = forms.ChoiceField(label="目标指标", required=False)
    per_months = forms.TypedChoiceField(label="周期", choices=PERIODS, coerce=int, required=False)
    target = forms.DecimalField(
        label="每期目标",
        min_value=0,
        max_value=1000,
        decimal_places=3,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    cap_per_period = forms.BooleanField(label="每期各算各的（多做的不补别的期）", required=False)
    deadline_month = forms.TypedChoiceField(label="截止月", choices=MONTHS, coerce=int, required=False)
    deadline_day = forms.IntegerField(label="截止日", min_value=1, max_value=31, required=False)
    review_subject = forms.CharField(label="评价内容", max_length=60, required=False)
    review_role = forms.ChoiceField(label="评价主体", required=False)
    from_month = forms.TypedChoiceField(
        label="从几月起计", choices=MONTHS, coerce=int, help_text="之前不计分；提前做满的照计。"
    )
    na_if = forms.ChoiceField(label="不适用条件", required=False)
    line_names = ("events", "tiers", "levels")

    def __init__(self, data: Any, *, part: RulePart, **options: Any) -> None:
        asked = data.get("kind", part.kind) if data is not None else part.kind
        self.rule_kind = RuleKind(asked) if asked in list(RuleKind) else RuleKind.RATIO_FULL
        super().__init__(data, part=part, **options)

    def shown(self, part: RulePart) -> dict[str, Any]:
        month, day = part.deadline or (12, 31)
        return {
            **super().shown(part),
            "points": points_out(part.points),
            "target": quantity_out(part.target) if part.target else None,
            "deadline_month": month,
            "deadline_day": day,
        }

    def make_lines(self, data: Any) -> dict[str, Lines]:
        name = LINES.get(self.rule_kind)
        if name is None:
            return {}
        known = data if data is not None and f"{name}-TOTAL_FORMS" in data else None
        rows = getattr(self, f"_{name}_rows")()
        line = {"events": EventLine, "tiers": TierLine, "levels": LevelLine}[name]
        options = {"metrics": self._metrics()} if name == "events" else {}
        return {name: lines(line, name, known, rows, blank=0 if rows else 1, **options)}

    def _events_rows(self) -> list[dict[str, Any]]:
        return [
            {"metric": one.metric, "points": points_out(one.points), "once": one.once, "most": points_out(one.most)}
            for one in self.old.events
        ]

    def _tiers_rows(self) -> list[dict[str, Any]]:
        return [{"threshold": percent_out(one.threshold), "score": points_out(one.score)} for one in self.old.tiers]

    def _levels_rows(self) -> list[dict[str, Any]]:
        return [{"code": one.code, "name": one.name, "factor": percent_out(one.factor)} for one in self.old.levels]

    def prepare(self) -> None:
        kept = {*SHARED, *FIELDS[self.rule_kind]}
        for name in [name for name in self.fields if name not in kept]:
            del self.fields[name]
        for name in ("metric", "need_metric"):
            if name in self.fields:
                self.fields[name].choices = [("", "未选"), *self._metrics()]
        if self.rule_kind == RuleKind.TIER_RATE:
            self.fields["metric"].label, self.fields["need_metric"].label = "分子（做到的）", "分母（应做的）"
        if "review_role" in self.fields:
            self.fields["review_role"].choices = [("", "未选"), *self.context.roles.items()]
        self.fields["na_if"].choices = self.conditions()

    def _metrics(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Metrics that somebody reports, grouped by who; the rule's own, whatever they are."""
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        own = {self.old.metric, self.old.need_metric, *(event.metric for event in self.old.events)}
        for code, metric in self.doc.metrics.items():
            if metric.is_extra or (code not in self.context.reporters and code not in own):
                continue
            groups[self.context.reporters.get(code, "没有来源")].append((code, f"{metric.name}（{metric.unit}）"))
        return [(who, sorted(rows, key=lambda row: row[0])) for who, rows in sorted(groups.items())]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        month, day = typed.get("deadline_month"), typed.get("deadline_day")
        if month and day and day > calendar.monthrange(2024, month)[1]:
            self.add_error("deadline_day", f"{month}月没有{day}日。")
        return typed

    def part(self) -> RulePart:
        typed = self.cleaned_data
        month, day = typed.get("deadline_month"), typed.get("deadline_day")
        return replace(
            self.old,
            code=typed["code"],
            kind=self.rule_kind.value,
            points=points_in(typed["points"]),
            metric=typed.get("metric", ""),
            need_metric="" if typed.get("per_months") else typed.get("need_metric", ""),
            per_months=typed.get("per_months") or 0,
            target=thousandths(typed.get("target") or 0) if typed.get("per_months") else 0,
            cap_per_period=bool(typed.get("cap_per_period")) and bool(typed.get("per_months")),
            deadline=(month, day) if month and day else None,
            from_month=typed["from_month"],
            na_if=typed["na_if"],
            review_subject=typed.get("review_subject", ""),
            review_role=typed.get("review_role", ""),
            levels=self._levels(),
            events=self._events(),
            tiers=self._tiers(),
        )

    def _events(self) -> tuple[EventPart, ...]:
        return tuple(
            EventPart(row["metric"], points_in(row["points"]), row["once"], points_in(row["most"]))
            for row in self._rows("events")
        )

    def _tiers(self) -> tuple[TierPart, ...]:
        made = [TierPart(percent_in(row["threshold"]), points_in(row["score"])) for row in self._rows("tiers")]
        return tuple(sorted(made, key=lambda tier: -tier.threshold))

    def _levels(self) -> tuple[LevelPart, ...]:
        return tuple(
            LevelPart(row["code"] or f"level{n}", row["name"], percent_in(row["factor"]))
            for n, row in enumerate(self._rows("levels"), start=1)
        )

    def _rows(self, name: str) -> list[dict[str, Any]]:
        return self.lines[name].rows() if name in self.lines else []
