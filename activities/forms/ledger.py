"""The filter of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from activities.models import ActivityState
from activities.selectors.ledger import SHOWN
from branches.selectors import BranchChoice


class LedgerForm(forms.Form):
    """Words, branch, type, state and days."""

    q = forms.CharField(label="查找", required=False, max_length=50)
    branch = forms.ChoiceField(label="支部", required=False)
    kind = forms.ChoiceField(label="类型", required=False)
    state = forms.ChoiceField(label="审核", required=False)
    first = forms.DateField(
        label="自", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label="至", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, branches: Sequence[BranchChoice], kinds: Sequence[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [("", "全部"), *((str(b.pk), b.short_name) for b in branches)]
        self.fields["kind"].choices = [("", "三会一课和主题党日"), *kinds]
        self.fields["state"].choices = [("", "全部"), *((s.value, s.label) for s in map(ActivityState, SHOWN))]
        if len(branches) < 2:
            del self.fields["branch"]
