"""What is typed on the pages of official forms and collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from core.http import whole
from core.periods import Month
from officeforms.models import FieldKind, Subject


class NewForm(forms.Form):
    """A workbook to become a form."""

    name = forms.CharField(label="表格名称", max_length=60)
    subject = forms.ChoiceField(label="填报对象", choices=Subject.choices)
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="如：哪个部门要的、什么时候报")
    file = forms.FileField(
        label="空表（.xlsx）", help_text="本单位正在用的表，不超过 5 MB；边框、合并、图片、图表、打印设置都会原样保留"
    )


class KindForm(forms.Form):
    """One thing more that branches may claim."""

    name = forms.CharField(label="申报事项", max_length=60, help_text="如：志愿服务时长")
    unit = forms.CharField(label="单位", max_length=10, help_text="如：次、人、小时")
    evidence = forms.CharField(label="要附的佐证", max_length=100, required=False)
    reason = forms.CharField(label="依据和用途", max_length=200)
    from_month = forms.CharField(label="自", max_length=7, widget=forms.DateInput(attrs={"type": "month"}))

    def clean_from_month(self) -> Month:
        try:
            return Month.parse(self.cleaned_data["from_month"])
        except ValueError as error:
            raise forms.ValidationError("请写成 2026-11 这样的月份。") from error


class CollectionForm(forms.Form):
    """A collection to be begun."""

    name = forms.CharField(label="收集表名称", max_length=60)
    reason = forms.CharField(label="依据和用途", max_length=200)
    due_on = forms.DateField(label="截止日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class FieldForm(forms.Form):
    """One field of a collection."""

    name = forms.CharField(label="字段", max_length=40)
    kind = forms.ChoiceField(label="填写", choices=FieldKind.choices)


def chosen_month(data: Mapping[str, Any], otherwise: Month) -> Month:
    """The month asked for by `month`; `otherwise` for none or nonsense."""
    try:
        return Month.parse(str(data.get("month", "")))
    except ValueError:
        return otherwise


def chosen_number(data: Mapping[str, Any], name: str) -> int | None:
    """A whole number of the request; None for anything else."""
    return whole(data.get(name, ""))
