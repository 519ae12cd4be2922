"""Forms about accounts: opening, roles, the patch of a leader, the upload of a roster."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.forms.fields import LabelledChoice, day_field
from branches.forms.organisations import words_of
from branches.models import ImportKind, Organisation, Tier, User
from branches.permissions import Viewer, can, visible
from branches.rules import GRANTABLE


class AccountFilter(forms.Form):
    """The filter bar above the list of accounts."""

    q = forms.CharField(label="用户名或姓名", required=False, max_length=40)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), ("active", "启用"), ("disabled", "停用")]
    )


class AccountForm(forms.Form):
    """A new account; for a member by their number, else by name."""

    username = forms.CharField(label="用户名", max_length=50, help_text="3 至 50 位小写字母、数字、点、横线或下划线。")
    member_no = forms.CharField(
        label="党员编号",
        max_length=50,
        required=False,
        help_text="书记、委员和党员的账号须填；机关党委、领导和管理员的账号留空。",
    )
    display_name = forms.CharField(label="姓名", max_length=50, required=False, help_text="填了党员编号的可不填。")


class ReasonForm(forms.Form):
    """Why an account is closed."""

    reason = forms.CharField(label="原因", max_length=100)


class GrantForm(forms.Form):
    """One role over one organisation."""

    role = forms.ChoiceField(label="角色", choices=[(role.value, role.label) for role in GRANTABLE])
    organisation = LabelledChoice(Organisation.objects.none(), words=words_of, label="范围", empty_label=None)
    from_on = day_field("自")
    to_on = day_field("至", required=False, help_text="不填为长期。")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = (Tier.COMMITTEE, Tier.GENERAL_BRANCH)
        places = visible(Organisation.objects.filter(tier__in=tiers, dissolved_on=None), viewer).order_by("path")
        self.fields["organisation"].queryset = places
        self.initial["from_on"] = viewer.today


class PatchForm(forms.Form):
    """The branches in one leader's care."""

    branches = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label="联系的党支部", required=False, widget=forms.CheckboxSelectMultiple
    )
    on = day_field("自")

    def __init__(self, *args: Any, viewer: Viewer, leader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = visible(Organisation.objects.filter(tier=Tier.BRANCH, dissolved_on=None), viewer)
        self.fields["branches"].queryset = branches.order_by("sort_key", "code")
        held = leader.patch.filter(to_on=None).values_list("branch_id", flat=True)
        self.initial = {**self.initial, "branches": list(held), "on": viewer.today}


class UploadForm(forms.Form):
    """One roster to be looked at."""

    kind = forms.ChoiceField(label="导入内容")
    file = forms.FileField(
        label="Excel 文件",
        help_text="*.xlsx，20 MB 以内。可用模板，也可直接上传本单位现有的名册。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(ImportKind.MEMBERS.value, "党员名册")]
        if can(viewer, "branch.import"):
            kinds.append((ImportKind.BRANCHES.value, "党组织名册"))
        self.fields["kind"].choices = kinds
