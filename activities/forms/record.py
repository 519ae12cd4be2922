"""The form on which a gathering, a talk or a paper is logged; which fields it has is its type's data."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from activities.models import ActivityType, Attendees, RecordShape
from activities.rules.catalogue import tag_table
from branches.models import Organisation, Tier
from core.http import whole

TEXT_LABELS = {
    "agenda": ("议题（内容）", "一行一项"),
    "first_agenda": ("第一议题学习内容", "学了什么，一两句"),
    "speeches": ("发言要点", "写清谁说了什么，包括不同意见"),
    "resolution": ("决议或结论", ""),
    "observers": ("列席人员", "姓名、单位"),
    "follow_ups": ("责任人、完成时限", ""),
}
SHORT_TEXTS = ("observers", "follow_ups")
TIME = forms.TimeInput(attrs={"type": "time", "step": "60"}, format="%H:%M")


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files; cleaned to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(item, initial) for item in files if item]


class RecordForm(forms.Form):
    """One record of one type and organiser. Only the day is demanded here; the rest is checked on sending."""

    held_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请选择日期。", "invalid": "日期写成 2026-11-12 的样子。"},
    )
    group = forms.TypedChoiceField(label="党小组", coerce=int, empty_value=None, required=False)
    starts_at = forms.TimeField(label="开始时间", required=False, widget=TIME)
    ends_at = forms.TimeField(
        label="结束时间", required=False, widget=TIME, help_text="过了零点结束的，照填结束时间，按开始那天计"
    )
    title = forms.CharField(label="名称", max_length=100, required=False)
    place = forms.CharField(label="地点", max_length=100, required=False)
    host = forms.CharField(label="主持人", max_length=50, required=False)
    recorder = forms.CharField(label="记录人", max_length=50, required=False)
    for_year = forms.IntegerField(label="所属年度", min_value=2000, max_value=2100, required=False)
    tags = forms.MultipleChoiceField(label="同时还是", required=False, widget=forms.CheckboxSelectMultiple)
    agenda = forms.CharField(required=False, widget=forms.Textarea)
    first_agenda = forms.CharField(required=False, widget=forms.Textarea)
    speeches = forms.CharField(required=False, widget=forms.Textarea)
    resolution = forms.CharField(required=False, widget=forms.Textarea)
    observers = forms.CharField(required=False)
    follow_ups = forms.CharField(required=False)
    invited = forms.TypedMultipleChoiceField(label="邀请支部", coerce=int, required=False)
    files = ManyFilesField(label="材料、照片", required=False)  # pyright: ignore[reportAssignmentType] -- a field, not the form's own files

    def __init__(
        self,
        *args: Any,
        kind: ActivityType,
        branch: Organisation,
        groups: list[Organisation],
        beside: list[Organisation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.branch = kind, branch
        self.part_faults: dict[str, list[str]] = {}
        self.refused_step, self.kept_words = "保存", ""  # what the list of faults says was not done, and what was
        self.fields["group"].choices = [("", "请选择"), *((group.pk, group.short_name) for group in groups)]
        self.fields["invited"].choices = [(branch.pk, branch.short_name) for branch in beside]
        self.fields["tags"].choices = [(code, tag_table()[code]["name"]) for code in kind.tags]
        self._keep_what_the_type_has()
        self._set_texts()
        for number, label in enumerate(kind.extras):
            self.fields[f"extra_{number}"] = forms.CharField(label=f"{label}（选填）", max_length=200, required=False)
        for name in ("host", "recorder"):
            if name in self.fields:
                self.fields[name].widget.attrs.update({"list": "people-names", "autocomplete": "off"})

    def _keep_what_the_type_has(self) -> None:
        is_gathering = self.kind.shape == RecordShape.GATHERING
        keep = {
            "group": self.kind.attendees == Attendees.GROUP,
            "for_year": self.kind.has_for_year,
            "tags": bool(self.kind.tags),
            "invited": is_gathering and self.kind.attendees != Attendees.GROUP,
            "held_on": not (self.kind.shape == RecordShape.PAPER and self.kind.has_for_year),
        }
        keep |= dict.fromkeys(("starts_at", "ends_at", "place", "host", "recorder"), is_gathering)
        keep |= {name: name in self.kind.texts for name in TEXT_LABELS}
        for name, wanted in keep.items():
            if not wanted:
                del self.fields[name]
        if "invited" in self.fields and self.branch.tier != Tier.BRANCH:
            self.fields["invited"].label = "到会支部"

    def _set_texts(self) -> None:
        for name, (label, hint) in TEXT_LABELS.items():
            if name not in self.fields:
                continue
            if name == "agenda" and self.kind.shape != RecordShape.GATHERING:
                label, hint = "内容要点", ""
            field = self.fields[name]
            field.label, field.help_text = label if self.kind.texts[name] else f"{label}（选填）", hint
            if name not in SHORT_TEXTS:
                field.widget.attrs.update({"rows": 2 if name == "first_agenda" else 4})

    @property
    def is_by_branch(self) -> bool:
        """Whether the committee organises: no roll call, branches take part as such."""
        return self.branch.tier != Tier.BRANCH

    @property
    def text_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in TEXT_LABELS if name in self.fields]

    @property
    def extra_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("extra_")]

    @property
    def invited_ids(self) -> set[int]:
        """The branches ticked, as ids."""
        return {pk for pk in map(whole, self["invited"].value() or []) if pk}

    @property
    def votes_faults(self) -> list[str]:
        return self.part_faults.get("votes", [])

    def day(self, fallback: date) -> date:
        """The day as typed, or the fallback where it is missing or no date."""
        if "held_on" not in self.fields:
            return fallback
        try:
            return self.fields["held_on"].clean(self["held_on"].value()) or fallback
        except forms.ValidationError:
            return fallback

    def group_id(self) -> int | None:
        value = self["group"].value() if "group" in self.fields else None
        return whole(value)

    def add_faults(self, faults: dict[str, list[str]]) -> None:
        """Show what a service found wrong at its field; what has no field stands on top."""
        self.part_faults = faults
        for name, texts in faults.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)
