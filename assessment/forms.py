"""Filters and small forms of the scoring pages."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from assessment.selectors.scoreboard import VIEWS, BranchRow
from core.periods import Month


class OverviewForm(forms.Form):
    """What of the overview to show."""

    q = forms.CharField(label="支部", required=False, max_length=40)
    group = forms.ChoiceField(label="分组", required=False)
    leader = forms.ChoiceField(label="包片领导", required=False)
    view = forms.ChoiceField(label="周期", required=False, choices=list(VIEWS.items()))
    show = forms.ChoiceField(label="显示", required=False, choices=[("score", "得分"), ("rate", "得分率")])
    which = forms.ChoiceField(
        label="口径", required=False, choices=[("confirmed", "已审核"), ("provisional", "含待审")]
    )

    def __init__(self, data=None, *, rows: Iterable[BranchRow], leaders: dict[int, str]) -> None:
        super().__init__(data)
        groups = sorted({row.rank_group for row in rows if row.rank_group})
        self.fields["group"].choices = [("", "全部"), *((name, name) for name in groups)]
        self.fields["leader"].choices = [("", "全部"), *leaders.items()]
        if not leaders:
            del self.fields["leader"]
        if not groups:
            del self.fields["group"]


class FactFilter(forms.Form):
    """Which facts to list."""

    branch = forms.ChoiceField(label="支部", required=False)
    metric = forms.ChoiceField(label="指标", required=False)
    month = forms.CharField(label="月份", required=False, widget=forms.TextInput(attrs={"type": "month"}))
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("confirmed", "已审核"), ("pending", "待审"), ("late", "补报"), ("reversed", "已冲销")],
    )

    def __init__(self, data, *, branches: list[tuple[int, str]], metrics: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["branch"].choices = [("", "全部"), *branches]
        self.fields["metric"].choices = [("", "全部"), *metrics]


class RestatementFilter(forms.Form):
    """Which restatements to list."""

    branch = forms.ChoiceField(label="支部", required=False)
    year = forms.CharField(
        label="年度", required=False, max_length=4, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    def __init__(self, data, *, branches: list[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["branch"].choices = [("", "全部"), *branches]


class SinceForm(forms.Form):
    """Against which earlier month of the year a change is taken."""

    since = forms.ChoiceField(label="与哪个月比", required=False)

    def __init__(self, data, *, months: Iterable[Month]) -> None:
        super().__init__(data)
        self.fields["since"].choices = [(str(month), month.label) for month in months]
