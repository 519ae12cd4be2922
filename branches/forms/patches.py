"""Forms of 包片: a visit with what was promised, what became of a promise, and whose care a branch is in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from branches.forms.fields import day_field
from branches.models import User
from branches.services.visits import PromiseInput

PROMISES = 3


class VisitForm(forms.Form):
    """What was seen, and up to three promises with a day."""

    visited_on = day_field("走访日期")
    seen = forms.CharField(
        label="了解到的情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), help_text="一两句即可"
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visited_on"].widget.attrs["max"] = today.isoformat()
        for number in range(1, PROMISES + 1):
            self.fields[f"words{number}"] = forms.CharField(label=f"答应的事{number}", max_length=200, required=False)
            self.fields[f"due{number}"] = day_field(f"期限{number}", required=False)

    @property
    def promises(self) -> list[PromiseInput]:
        data = self.cleaned_data
        return [PromiseInput(data[f"words{n}"], data[f"due{n}"]) for n in range(1, PROMISES + 1)]


class SettleForm(forms.Form):
    """What became of one promise."""

    outcome = forms.CharField(label="办理结果", max_length=200)
    on = day_field("办结日期")


class HandOverForm(forms.Form):
    """Which leader has the branch in care from which day."""

    leader = forms.ModelChoiceField(User.objects.none(), label="包片领导", required=False, empty_label="（暂无）")
    on = day_field("自", help_text="从这一天起；以前的包片记录保留")

    def __init__(self, *args: Any, leaders: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].queryset = leaders  # type: ignore[attr-defined] -- a choice of rows has one


class VisitFilter(forms.Form):
    """Which visits are listed."""

    branch = forms.ChoiceField(label="党支部", required=False)
    leader = forms.ChoiceField(label="领导", required=False)
    first = day_field("自", required=False)
    last = day_field("至", required=False)
    open = forms.BooleanField(label="有未办结的", required=False)

    def __init__(self, *args: Any, branches: Any, leaders: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [("", "全部"), *((one.pk, one.short_name) for one in branches)]
        self.fields["leader"].choices = [("", "全部"), *leaders]
