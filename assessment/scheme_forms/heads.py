"""Forms of what stands around the rules: head, categories, items, extras, vetoes, grades."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms

from assessment.models import Scheme
from assessment.reporters import lint_context
from assessment.rules.document import SchemeDoc, WeightPart, part_digest
from assessment.scheme_forms.fields import (
    Lines,
    TiesField,
    WeightLine,
    WordsField,
    grown,
    lines,
    percent_field,
    percent_in,
    percent_out,
    points_field,
    points_in,
    points_out,
)

TAGS = ("党风廉政", "安全生产", "工程质量", "目标考核")  # 四大保障体系
MONTHS = [(n, f"{n}月") for n in range(1, 13)]


class PartForm(forms.Form):
    """One part of a draft; `digest` says which state of it was opened."""

    digest = forms.CharField(widget=forms.HiddenInput, required=False)
    line_names: tuple[str, ...] = ()

    def __init__(self, data: Any, *, part: Any, scheme: Scheme, doc: SchemeDoc, more: str = "") -> None:
        self.old, self.scheme, self.doc = part, scheme, doc
        self.context = lint_context(scheme.subject)
        if data is not None and more in self.line_names:
            data = grown(data, more)
        super().__init__(data, initial={"digest": part_digest(part), **self.shown(part)})
        self.lines: dict[str, Lines] = self.make_lines(data)
        self.prepare()

    def shown(self, part: Any) -> dict[str, Any]:
        """The part as the fields show it."""
        return {name: getattr(part, name, None) for name in self.base_fields if name != "digest"}

    def make_lines(self, data: Any) -> dict[str, Lines]:
        return {}

    def prepare(self) -> None:
        """Choices that hang on the scheme."""

    def is_valid(self) -> bool:
        """The fields and every row; rows that were not sent (another kind was chosen last) are still to be filled."""
        if not super().is_valid():
            return False
        if self.lines and not all(one.is_bound for one in self.lines.values()):
            self.add_error(None, "换了计分方式，请填写下面的各行。")
            return False
        return all(one.is_valid() for one in self.lines.values())

    def part(self) -> Any:
        """The part as it was typed; only after is_valid."""
        raise NotImplementedError

    def conditions(self) -> list[tuple[str, str]]:
        return [("", "都适用"), *((code, f"{words}不计") for code, words in self.context.conditions.items())]


class HeadForm(PartForm):
    """What stands over the whole scheme."""

    name = forms.CharField(label="方案名称", max_length=100)
    valid_month = forms.TypedChoiceField(label="自几月起生效", choices=MONTHS, coerce=int)
    score_floor = points_field("最低分")
    display_cap = points_field("最高分", help_text="基础分100加上加分封顶。")
    bonus_cap = points_field("加分合计封顶")
    penalty_cap = points_field("扣分合计封顶")
    rank_min_months = forms.IntegerField(label="计量满几个月才排名", min_value=0, max_value=12)
    half_weight = percent_field("半年得分的权重（%）", required=False)
    year_weight = percent_field("全年得分的权重（%）", required=False)
    tie_break = TiesField(label="同分先后", help_text="先比的写在前，如 大类E、大类D。")
    rank_groups = WordsField(label="排名分组", help_text="如 机关、执法、养护；不填即全部一组。")
    line_names = ("weights",)

    def shown(self, part: Any) -> dict[str, Any]:
        points = ("score_floor", "display_cap", "bonus_cap", "penalty_cap")
        shares = ("half_weight", "year_weight")
        return {
            **super().shown(part),
            **{name: points_out(getattr(part, name)) for name in points},
            **{name: percent_out(getattr(part, name)) for name in shares},
        }

    def make_lines(self, data: Any) -> dict[str, Lines]:
        rows = [
            {
                "code": one.code,
                "name": one.name,
                "weight": percent_out(one.weight),
                "min_response": percent_out(one.min_response),
            }
            for one in self.old.weights
        ]
        return {"weights": lines(WeightLine, "weights", data, rows, blank=0)} if self.old.is_composed else {}

    def prepare(self) -> None:
        if not self.old.is_composed:
            del self.fields["half_weight"], self.fields["year_weight"]

    def part(self) -> Any:
        typed = self.cleaned_data
        return replace(
            self.old,
            name=typed["name"],
            valid_month=typed["valid_month"],
            score_floor=points_in(typed["score_floor"]),
            display_cap=points_in(typed["display_cap"]),
            bonus_cap=points_in(typed["bonus_cap"]),
            penalty_cap=points_in(typed["penalty_cap"]),
            rank_min_months=typed["rank_min_months"],
            half_weight=percent_in(typed.get("half_weight")) if self.old.is_composed else self.old.half_weight,
            year_weight=percent_in(typed.get("year_weight")) if self.old.is_composed else self.old.year_weight,
            weights=self._weights(),
            tie_break=typed["tie_break"],
            rank_groups=typed["rank_groups"],
        )

    def _weights(self) -> tuple[WeightPart, ...]:
        if "weights" not in self.lines:
            return self.old.weights
        return tuple(
            WeightPart(
                row["code"] or f"part{n}", row["name"], percent_in(row["weight"]), percent_in(row["min_response"])
            )
            for n, row in enumerate(self.lines["weights"].rows(), start=1)
        )


class CategoryForm(PartForm):
    """One 大类."""

    code = forms.CharField(label="编号", max_length=10)
    name = forms.CharField(label="大类", max_length=60)
    points = points_field("分值")

    def shown(self, part: Any) -> dict[str, Any]:
        return {**super().shown(part), "points": points_out(part.points)}

    def part(self) -> Any:
        typed = self.cleaned_data
        return replace(self.old, code=typed["code"], name=typed["name"], points=points_in(typed["points"]))


class ItemForm(PartForm):
    """One 小项."""

    code = forms.CharField(label="编号", max_length=10)
    name = forms.CharField(label="小项", max_length=60)
    points = points_field("分值")
    na_if = forms.ChoiceField(label="不适用条件", required=False)
    counts = forms.CharField(label="计量内容", max_length=200, required=False, widget=forms.Textarea({"rows": 2}))
    evidence = WordsField(label="佐证材料", help_text="用顿号隔开。")
    note = forms.CharField(label="说明", max_length=200, required=False)
    tags = forms.MultipleChoiceField(
        label="所属保障体系",
        choices=[(tag, tag) for tag in TAGS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def shown(self, part: Any) -> dict[str, Any]:
        return {**super().shown(part), "points": points_out(part.points), "tags": list(part.tags)}

    def prepare(self) -> None:
        self.fields["na_if"].choices = self.conditions()

    def part(self) -> Any:
        typed = self.cleaned_data
        return replace(
            self.old,
            code=typed["code"],
            name=typed["name"],
            points=points_in(typed["points"]),
            na_if=typed["na_if"],
            counts=typed["counts"],
            evidence=typed["evidence"],
            note=typed["note"],
            tags=tuple(typed["tags"]),
        )


class ExtraForm(PartForm):
    """One bonus or penalty item; the metric that is claimed for it goes with it."""

    code = forms.CharField(label="编号", max_length=10)
    name = forms.CharField(label="事项", max_length=100)
    points = points_field("每次分值")
    most = points_field("封顶", required=False, help_text="不填即不单独封顶。")
    occurrence_group = forms.CharField(
        label="同一事项取最高的组", max_length=20, required=False, help_text="同组里一件事只取最高一级，如 honour。"
    )
    unit = forms.CharField(label="单位", max_length=10, required=False)
    evidence = forms.CharField(label="佐证", max_length=60, required=False)

    def shown(self, part: Any) -> dict[str, Any]:
        return {**super().shown(part), "points": points_out(part.points), "most": points_out(part.most)}

    def part(self) -> Any:
        typed = self.cleaned_data
        return replace(
            self.old,
            code=typed["code"],
            name=typed["name"],
            points=points_in(typed["points"]),
            most=points_in(typed["most"]),
            occurrence_group=typed["occurrence_group"],
            unit=typed["unit"],
            evidence=typed["evidence"],
        )


class VetoForm(PartForm):
    """One 一票否决 item."""

    code = forms.CharField(label="编号", max_length=10)
    name = forms.CharField(label="事项", max_length=100)
    grade_cap = forms.ChoiceField(label="认定后最高等次", required=False)
    decided_by = forms.ChoiceField(label="认定主体", required=False)
    proposed_by = forms.ChoiceField(
        label="由谁提出", required=False, choices=[("", "机关党委提出"), ("system", "系统提出")]
    )

    def prepare(self) -> None:
        grades = [(grade.code, grade.name) for grade in self.doc.grades]
        bodies = {**self.context.bodies, **({self.old.decided_by: self.old.decided_by} if self.old.decided_by else {})}
        bodies |= self.context.bodies
        self.fields["grade_cap"].choices = [("", "不限等次"), *grades]
        self.fields["decided_by"].choices = [("", "未定"), *bodies.items()]

    def part(self) -> Any:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "digest"}
        return replace(self.old, **typed)


class GradeForm(PartForm):
    """One grade."""

    code = forms.SlugField(label="代号", max_length=20, help_text="小写字母；否决项按它限定等次。")
    name = forms.CharField(label="等次", max_length=20)
    threshold = points_field("分数线（不低于）")
    quota = percent_field("名额比例（%）", required=False, help_text="占参加排名的百分之几；不填即不限名额。")

    def shown(self, part: Any) -> dict[str, Any]:
        shown = {"threshold": points_out(part.threshold), "quota": percent_out(part.quota)}
        return {**super().shown(part), **shown}

    def part(self) -> Any:
        typed = self.cleaned_data
        return replace(
            self.old,
            code=typed["code"],
            name=typed["name"],
            threshold=points_in(typed["threshold"]),
            quota=percent_in(typed["quota"]),
        )
