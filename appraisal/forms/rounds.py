"""The forms of rounds: making one, registering a finding, reading the grids of looks as they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from appraisal.models import Inspection, RoundKind, Severity
from appraisal.services import FindingInput, Look, RoundInput
from branches.models import User
from core.http import whole
from core.periods import Month

DAYS_TO_MEND = 15


class MonthField(forms.CharField):
    """A month typed as 2026-06, as a Month."""

    widget = forms.TextInput(attrs={"type": "month"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return Month.parse(text)
        except ValueError:
            raise forms.ValidationError("请填写月份，如2026-06。") from None


class RoundForm(forms.Form):
    """One round: what, over which months, who inspects, how much is drawn."""

    kind = forms.ChoiceField(label="类别", choices=RoundKind.choices)
    title = forms.CharField(label="名称", max_length=60)
    first = MonthField(label="起始月份", max_length=7)
    last = MonthField(label="截止月份", max_length=7, help_text="半年检查到6月，年终考核检查到12月")
    cut_off = forms.DateField(
        label="数据截止日",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="只抽截止日当天及以前报送的记录",
    )
    record_size = forms.IntegerField(label="每个支部抽查记录（条）", min_value=0, max_value=50, initial=5)
    branch_size = forms.IntegerField(
        label="抽取支部（个）", min_value=1, required=False, help_text="不填就检查全部支部"
    )
    seed = forms.CharField(
        label="抽取种子",
        max_length=40,
        required=False,
        help_text="现场摇出的号码等；不填由系统生成。同一种子总是抽中同样的支部和记录，任何人都能重抽核对",
    )
    inspectors = forms.MultipleChoiceField(label="检查人", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: Sequence[tuple[User, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.refused_step = "开始检查"
        self.fields["inspectors"].choices = [(str(user.pk), f"{user.display_name}（{role}）") for user, role in people]

    @property
    def round_input(self) -> RoundInput:
        """What was typed, for the service."""
        data = self.cleaned_data
        return RoundInput(
            kind=data["kind"],
            title=data["title"],
            first=data["first"],
            last=data["last"],
            cut_off=data["cut_off"],
            inspectors=[int(pk) for pk in data["inspectors"]],
            record_size=data["record_size"],
            branch_size=data["branch_size"],
            seed=data["seed"],
        )


class FindingForm(forms.Form):
    """One fault with one item, and what is to be done by when."""

    item_code = forms.ChoiceField(label="小项")
    severity = forms.ChoiceField(label="程度", choices=Severity.choices)
    text = forms.CharField(label="问题", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    demand = forms.CharField(label="整改要求", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    due_on = forms.DateField(label="整改期限", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    record = forms.ChoiceField(label="对应的抽查记录", required=False)

    def __init__(self, *args: Any, inspection: Inspection, items: Sequence[Any], records: Sequence[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.refused_step = "登记"
        self.fields["item_code"].choices = [(item.code, f"{item.code} {item.name}") for item in items]
        words = [(str(row.pk), f"{row.happened_on:%m-%d} {row.label}"[:60]) for row in records]
        self.fields["record"].choices = [("", "不对应某一条记录"), *words]

    @property
    def finding_input(self) -> FindingInput:
        """What was typed, for the service."""
        data = self.cleaned_data
        return FindingInput(
            item_code=data["item_code"],
            severity=data["severity"],
            text=data["text"],
            demand=data["demand"],
            due_on=data["due_on"],
            record_id=int(data["record"]) if data["record"] else None,
        )


def item_looks(data: QueryDict) -> dict[str, Look]:
    """`item-A1` and `item_note-A1` of the grid."""
    return {
        name.removeprefix("item-"): Look(str(value), data.get(f"item_note-{name.removeprefix('item-')}", ""))
        for name, value in data.items()
        if name.startswith("item-")
    }


def record_looks(data: QueryDict) -> dict[int, Look]:
    """`record-7` and `record_note-7` of the grid."""
    found: dict[int, Look] = {}
    for name, value in data.items():
        pk = whole(name.removeprefix("record-")) if name.startswith("record-") else None
        if pk is not None:
            found[pk] = Look(str(value), data.get(f"record_note-{pk}", ""))
    return found


def day_of(text: str) -> date | None:
    """A day as typed; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
