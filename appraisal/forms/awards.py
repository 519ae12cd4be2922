"""The conditions of an award as a form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from appraisal.models import AwardRule


class AwardForm(forms.Form):
    """What an officer changes of an award."""

    name = forms.CharField(label="奖项", max_length=60)
    min_grade = forms.ChoiceField(label="最低等次")
    years_in_row = forms.IntegerField(label="连续年数", min_value=1, max_value=5)
    min_total = forms.DecimalField(
        label="最低总分", required=False, min_value=Decimal(0), max_value=Decimal(120), decimal_places=2
    )
    without_veto = forms.BooleanField(label="无一票否决", required=False)
    without_open_items = forms.BooleanField(label="整改都已办结", required=False)
    basis = forms.CharField(label="依据", max_length=200, required=False)
    is_active = forms.BooleanField(label="启用", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, rule: AwardRule, grades: list[tuple[str, str]]) -> None:
        least = None if rule.min_hundredths is None else Decimal(rule.min_hundredths).scaleb(-2)
        names = ("name", "min_grade", "years_in_row", "without_veto", "without_open_items", "basis", "is_active")
        initial = {name: getattr(rule, name) for name in (*names, "version")}
        super().__init__(data, initial={**initial, "min_total": least})
        self.fields["min_grade"].choices = grades

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "min_total")}
        least = self.cleaned_data["min_total"]
        return {**found, "min_hundredths": None if least is None else int(least * 100)}
