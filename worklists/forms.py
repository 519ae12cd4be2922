"""The forms of items: a new task, and what each step asks for; the filter of the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from branches.models import Organisation
from worklists.rules import KINDS
from worklists.selectors import ItemFilter


class TaskForm(forms.Form):
    """One task given by hand to one branch."""

    branch = forms.ChoiceField(label="支部")
    due_on = forms.DateField(label="办理期限", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    title = forms.CharField(label="事项", max_length=100)
    demand = forms.CharField(
        label="要求", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text="写明做到什么算办结"
    )
    with_callback = forms.BooleanField(label="核验后还要回访，回访满意才销号", required=False)

    def __init__(self, *args: Any, branches: Sequence[Organisation], today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.branches = {str(branch.pk): branch for branch in branches}
        self.fields["branch"].choices = [(key, branch.short_name) for key, branch in self.branches.items()]
        if len(branches) == 1:
            self.fields["branch"].widget = forms.HiddenInput()
            self.fields["branch"].initial = str(branches[0].pk)
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()

    @property
    def chosen_branch(self) -> Organisation:
        return self.branches[self.cleaned_data["branch"]]


class ItemFilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="查找", required=False, max_length=50)
    branch = forms.ChoiceField(label="支部", required=False)
    kind = forms.ChoiceField(label="清单", required=False, choices=[("", "全部"), *KINDS.items()])
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "未销号"),
            ("all", "全部"),
            ("overdue", "逾期"),
            ("open", "办理中"),
            ("done", "待核验"),
            ("verified", "待回访"),
            ("closed", "已销号"),
            ("cancelled", "已撤销"),
        ],
    )
    mine = forms.BooleanField(label="我负责的", required=False)

    def __init__(self, *args: Any, branches: Sequence[Organisation], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [("", "全部"), *((str(one.pk), one.short_name) for one in branches)]
        if len(branches) < 2:
            del self.fields["branch"]

    def chosen(self) -> ItemFilter:
        """The filter of the selector; an unknown value is as good as none."""
        self.is_valid()
        data = self.cleaned_data if self.is_bound else {}
        return ItemFilter(
            branch_id=int(data["branch"]) if data.get("branch") else None,
            kind=data.get("kind", ""),
            state=data.get("state", "") or "unfinished",
            mine=bool(data.get("mine")),
            q=data.get("q", "").strip(),
        )
