"""The filter form of the risk register."""

from __future__ import annotations

from django import forms

from integrity.models import Grade, UnitType


class RegisterFilter(forms.Form):
    """Grade, field of work and words; an unknown value is as good as none."""

    q = forms.CharField(label="岗位或风险点", required=False)
    grade = forms.ChoiceField(label="风险等级", required=False, choices=[("", "全部"), *Grade.choices])
    unit_type = forms.ChoiceField(label="业务类别", required=False, choices=[("", "全部"), *UnitType.choices])

    def chosen(self) -> dict[str, str]:
        """The keyword arguments of `selectors.risk_points`."""
        self.is_valid()
        data = self.cleaned_data
        return {
            "text": data.get("q", "").strip(),
            "grade": data.get("grade", ""),
            "unit_type": data.get("unit_type", ""),
        }
