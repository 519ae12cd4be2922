"""Forms of the year plan: the filter of the matrix, and one line's day, owner and (the committee's) tick."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from activities.rules.yearplan import PlanLine
from branches.forms.fields import day_field
from branches.models import Member


class BranchLineForm(forms.Form):
    """When a branch means to do it and who sees to it."""

    refused_step = "保存"
    planned_on = day_field("计划日期", required=False, help_text="不填按应办期限；日历订阅按这一天提示")
    owner = forms.ModelChoiceField(Member.objects.none(), label="责任人", required=False, empty_label="支部书记")
    note = forms.CharField(label="说明", max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, line: PlanLine, members: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Member.objects.filter(pk__in=members).order_by("member_no")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined] -- a choice of rows has one
        if line.group:
            self.fields["owner"].empty_label = "党小组组长"  # type: ignore[attr-defined] -- as above
        _limit(self, line)


class CommitteeLineForm(forms.Form):
    """When the committee means to do it, who sees to it, and that it is done."""

    refused_step = "保存"
    planned_on = day_field("计划日期", required=False)
    owner_name = forms.CharField(label="责任人", max_length=50, required=False, help_text="不填为机关党委")
    done_on = day_field("完成日期", required=False, help_text="没有完成的不填")
    evidence = forms.CharField(
        label="佐证", max_length=200, required=False, help_text="完成的写文号、会议或材料名称及存放处"
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, line: PlanLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _limit(self, line)


def _limit(form: forms.Form, line: PlanLine) -> None:
    form.fields["planned_on"].widget.attrs |= {"min": f"{line.year}-01-01", "max": line.due_on.isoformat()}
