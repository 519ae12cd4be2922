"""The filter bar of the list of records."""

from __future__ import annotations

from django import forms

from activities.models import ActivityState
from activities.rules.catalogue import kind_names
from activities.selectors.records import Filters
from branches.models import Organisation
from core.periods import Month

STATES = [("", "全部"), ("to_confirm", "待本支部确认"), *ActivityState.choices]


class RecordFilter(forms.Form):
    """Search by words, type, state, month, branch, late."""

    q = forms.CharField(label="查找", required=False, max_length=50)
    kind = forms.ChoiceField(label="类型", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    month = forms.CharField(
        label="月份", required=False, widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"})
    )
    branch = forms.TypedChoiceField(label="支部", required=False, coerce=int, empty_value=None)
    late = forms.BooleanField(label="只看补报", required=False)

    def __init__(self, *args, branches: list[Organisation], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部"), *kind_names()]
        self.fields["q"].widget.attrs["placeholder"] = "名称、地点、主持人"
        if len(branches) > 1:
            self.fields["branch"].choices = [("", "全部"), *((row.pk, row.short_name) for row in branches)]
        else:
            del self.fields["branch"]

    def filters(self) -> Filters:
        """What was asked for; a part that makes no sense is left out."""
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            text=data.get("q") or "",
            kind=data.get("kind") or "",
            state=data.get("state") or "",
            month=_month(data.get("month") or ""),
            branch_id=data.get("branch"),
            late=bool(data.get("late")),
        )


def _month(text: str) -> int | None:
    try:
        return Month.parse(text.strip()).key
    except ValueError:
        return None
