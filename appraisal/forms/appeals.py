"""The forms of appeals: filing one, and the filter of the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from appraisal.models import AppealState
from appraisal.selectors.appeals import AppealFilter
from branches.models import Organisation


class AppealForm(forms.Form):
    """What is objected to, why, and what is asked."""

    about = forms.ChoiceField(label="申诉事项")
    ground = forms.CharField(
        label="理由",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明事实和依据：哪条记录没有计入、哪次扣分不对、文件怎么规定",
    )
    wanted = forms.CharField(label="请求", max_length=200, help_text="如：计入10月主题党日，B2恢复0.3分")

    def __init__(self, *args: Any, subjects: Sequence[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.refused_step = "提出申诉"
        self.fields["about"].choices = list(subjects)

    @property
    def chosen(self) -> tuple[str, str]:
        """Subject and code of what was chosen: `item:B2`."""
        subject, _, code = self.cleaned_data["about"].partition(":")
        return subject, code


class AppealFilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="查找", required=False, max_length=50)
    branch = forms.ChoiceField(label="支部", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *AppealState.choices, ("unmended", "已支持、待更正")]
    )
    year = forms.ChoiceField(label="年度", required=False)

    def __init__(self, *args: Any, branches: Sequence[Organisation], years: Sequence[int], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [("", "全部"), *((str(one.pk), one.short_name) for one in branches)]
        self.fields["year"].choices = [("", "全部"), *((str(year), f"{year}年") for year in years)]
        if len(branches) < 2:
            del self.fields["branch"]

    def chosen(self) -> AppealFilter:
        """The filter of the selector; an unknown value is as good as none."""
        self.is_valid()
        data = self.cleaned_data if self.is_bound else {}
        return AppealFilter(
            branch_id=int(data["branch"]) if data.get("branch") else None,
            state=data.get("state", ""),
            year=int(data["year"]) if data.get("year") else None,
            q=data.get("q", "").strip(),
        )
