"""The forms of claims: one small form per thing that can be claimed, and the filter of the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from activities.models import Claim, ClaimState
from activities.rules.claimable import ClaimKind, claim_words, quantity_fault, short_name
from activities.services.claims import ClaimInput
from branches.models import Organisation

FILE_HINT = "每个不超过20 MB：图片、pdf、docx、xlsx、pptx、txt、录音录像"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files in one field."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, (list, tuple)) else ([data] if data else [])
        return [super(ManyFilesField, self).clean(item, initial) for item in files]


class ClaimForm(forms.Form):
    """One claim of a known kind: its numbers under their own names, its day, its evidence."""

    branch = forms.ChoiceField(label="支部")
    happened_on = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    base = forms.DecimalField(label="应办数", min_value=0, max_digits=9, decimal_places=3)
    quantity = forms.DecimalField(label="数量", min_value=0, max_digits=9, decimal_places=3, initial=1)
    occurrence = forms.CharField(label="事项名称或文号", max_length=60, required=False)
    note = forms.CharField(
        label="说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明依据：文件名、文号、名单存放处等",
    )
    # The form class takes its fields out, so this hides no attribute.
    evidence = ManyFilesField(  # pyright: ignore[reportAssignmentType] -- taken out by the form class
        label="佐证材料", required=False, widget=ManyFilesInput, help_text=FILE_HINT
    )

    def __init__(self, *args: Any, kind: ClaimKind, branches: Sequence[Organisation], today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.refused_step = "保存"  # what the list of faults says was not done
        self.kind, self.branches = kind, {str(branch.pk): branch for branch in branches}
        self.fields["branch"].choices = [(key, branch.short_name) for key, branch in self.branches.items()]
        if len(branches) == 1:
            self.fields["branch"].widget = forms.HiddenInput()
            self.fields["branch"].initial = str(branches[0].pk)
        self.fields["happened_on"].widget.attrs["max"] = today.isoformat()
        self._name_numbers(kind)
        if not kind.needs_occurrence:
            del self.fields["occurrence"]
        else:
            self.fields["occurrence"].required = True
            self.fields["occurrence"].help_text = "同一事项在几个层级获得的，填同一个名称，只计最高一次"
        if kind.evidence:
            self.fields["evidence"].help_text = f"如：{kind.evidence}。{FILE_HINT}"

    def _name_numbers(self, kind: ClaimKind) -> None:
        unit = f"（{kind.unit}）" if kind.unit else ""
        self.fields["quantity"].label = f"{short_name(kind.name) if kind.base_metric else '数量'}{unit}"
        if kind.base_metric:
            self.fields["base"].label = f"{short_name(kind.base_name)}{unit}"
            self.fields["quantity"].initial = None
            self.fields["happened_on"].help_text = "本月合计填当月的任一天；跨月的分月填"
        else:
            del self.fields["base"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        quantity, base = data.get("quantity"), data.get("base")
        if quantity is None or (self.kind.base_metric and base is None):
            return data
        if fault := quantity_fault(self.kind, _milli(quantity), _milli(base or 0)):
            self.add_error("quantity", fault)
        return data

    @property
    def chosen_branch(self) -> Organisation:
        return self.branches[self.cleaned_data["branch"]]

    @property
    def claim_input(self) -> ClaimInput:
        """What was typed, for the service."""
        data = self.cleaned_data
        return ClaimInput(
            metric=self.kind.metric,
            happened_on=data["happened_on"],
            quantity_milli=_milli(data["quantity"]),
            base_milli=_milli(data.get("base") or 0),
            occurrence=data.get("occurrence", ""),
            note=data.get("note", ""),
        )


class ClaimFilterForm(forms.Form):
    """What the list of claims is narrowed to."""

    q = forms.CharField(label="查找", required=False, max_length=50)
    branch = forms.ChoiceField(label="支部", required=False)
    metric = forms.ChoiceField(label="事项", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *ClaimState.choices])
    year = forms.ChoiceField(label="年度", required=False)

    def __init__(
        self,
        *args: Any,
        branches: Sequence[Organisation],
        kinds: Sequence[ClaimKind],
        years: Sequence[int],
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [("", "全部"), *((str(b.pk), b.short_name) for b in branches)]
        names = {k.metric: k.name for k in kinds} | {k.base_metric: k.base_name for k in kinds}
        words = ((k.metric, claim_words(k.metric, k.base_metric, names)) for k in kinds)
        self.fields["metric"].choices = [("", "全部"), *words]
        self.fields["year"].choices = [("", "全部"), *((str(y), f"{y}年") for y in years)]
        if len(branches) < 2:
            del self.fields["branch"]


def initial_of(claim: Claim) -> dict[str, Any]:
    """A claim as its form shows it again."""
    return {
        "branch": str(claim.branch_id),
        "happened_on": claim.happened_on,
        "quantity": Decimal(claim.quantity_milli).scaleb(-3).normalize(),
        "base": Decimal(claim.base_milli).scaleb(-3).normalize(),
        "occurrence": claim.occurrence,
        "note": claim.note,
    }


def _milli(value: Decimal | int) -> int:
    return int(Decimal(value) * 1000)
