"""Forms about members: filter, data, transfer, standing, offices, 不计入应到."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.forms.fields import LabelledChoice, NarrowedSelect, ask_to_choose, day_field
from branches.models import COUNTED_STATUSES, Member, MemberStatus, Organisation, Post, Tier
from branches.permissions import Viewer, can, visible, visible_branches
from branches.rules import Role
from core.http import whole
from core.identity import mask_id_number, mask_phone

ANY = [("", "全部")]


class MemberFilter(forms.Form):
    """The filter bar above the list of members."""

    q = forms.CharField(label="姓名或编号", required=False, max_length=20)
    branch = LabelledChoice(Organisation.objects.none(), label="党支部", required=False, empty_label="全部")
    group = LabelledChoice(Organisation.objects.none(), label="党小组", required=False, empty_label="全部")
    status = forms.ChoiceField(
        label="身份", required=False, choices=[("", "党员"), ("all", "全部人员"), *MemberStatus.choices]
    )
    mark = forms.ChoiceField(
        label="标记",
        required=False,
        choices=[*ANY, ("is_mobile", "流动党员"), ("in_hardship", "困难党员"), ("is_retired", "离退休")],
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = visible_branches(viewer, "member").order_by("sort_key", "code")
        self.fields["branch"].queryset = branches
        chosen = self.data.get("branch") or (viewer.home_branch_id if not viewer.is_a(*WIDE) else None)
        groups = visible(Organisation.objects.filter(tier=Tier.GROUP, dissolved_on=None), viewer)
        if whole(chosen) is not None:
            self.fields["group"].queryset = groups.filter(parent=chosen)
        else:
            del self.fields["group"]
        if not viewer.is_a(*WIDE):
            del self.fields["branch"]


WIDE = (Role.OFFICER, Role.LEADER)


class MemberForm(forms.ModelForm):
    """A person's data. ID number and phone are never shown again in full: left empty, they stay as they are."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Member
        fields = (
            "branch",
            "group",
            "status",
            "name",
            "sex",
            "ethnicity",
            "id_number",
            "born_on",
            "phone",
            "education",
            "work_started_on",
            "joined_on",
            "confirmed_on",
            "job_title",
            "is_mobile",
            "in_hardship",
            "is_retired",
            "external_code",
            "note",
        )

    def __init__(self, *args: Any, viewer: Viewer, branch: Organisation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._set_days()
        ask_to_choose(self)
        self.fields["id_number"] = forms.CharField(label="身份证号", max_length=20, required=False)
        self.fields["phone"] = forms.CharField(label="联系电话", max_length=20, required=False)
        self.fields["note"].widget.attrs["maxlength"] = 200
        if self.instance.pk:
            self._for_change()
        else:
            self._for_new(viewer, branch)

    def _set_days(self) -> None:
        self.fields["born_on"] = day_field("出生日期", required=False, help_text="填了身份证号的可不填。")
        self.fields["work_started_on"] = day_field("参加工作时间", required=False)
        self.fields["joined_on"] = day_field("入党时间", required=False, help_text="支部大会通过接收的日期。")
        self.fields["confirmed_on"] = day_field("转正时间", required=False)

    def _for_change(self) -> None:
        for name in ("branch", "group", "status"):
            del self.fields[name]
        self.initial = {**self.initial, "version": self.instance.version, "id_number": "", "phone": ""}
        for name, mask in (("id_number", mask_id_number), ("phone", mask_phone)):
            if known := getattr(self.instance, name):
                self.fields[name].help_text = f"已登记 {mask(known)}；不改请留空。"

    def _for_new(self, viewer: Viewer, branch: Organisation | None) -> None:
        del self.fields["version"]
        branches = visible_branches(viewer, "member").filter(dissolved_on=None).order_by("sort_key", "code")
        mine = [item.pk for item in branches if can(viewer, "member.edit", item)]
        self.fields["branch"] = LabelledChoice(
            branches.filter(pk__in=mine), label="所在党支部", empty_label=None if len(mine) == 1 else "请选择"
        )
        groups = Organisation.objects.filter(tier=Tier.GROUP, dissolved_on=None, parent__in=mine)
        groups = groups.order_by("parent__sort_key", "parent__code", "sort_key", "code")
        if branch is not None:
            groups = groups.filter(parent=branch)
        words = str if branch else lambda item: f"{item.parent.short_name} · {item.short_name}"
        self.fields["group"] = LabelledChoice(
            groups.select_related("parent"), words=words, label="所在党小组", required=False, empty_label="不编入"
        )
        self.fields["group"].widget = NarrowedSelect("id_branch")
        self.fields["group"].widget.choices = self.fields["group"].choices
        if branch is not None:
            self.initial["branch"] = branch.pk
        self.fields["status"].choices = [(value, word) for value, word in MemberStatus.choices if value in ADMITTED]

    def changes(self) -> dict[str, Any]:
        """What the service is to write: everything shown, but not the empty personal numbers."""
        left = {"version", "branch", "group", "status"}
        kept = {name: value for name, value in self.cleaned_data.items() if name not in left}
        if self.instance.pk:
            for name in ("id_number", "phone"):
                if not kept[name]:
                    del kept[name]
        return kept

    def _post_clean(self) -> None:
        """The service validates and writes; the instance stays as it is in the database."""


ADMITTED = (
    MemberStatus.FULL,
    MemberStatus.PROBATIONARY,
    MemberStatus.CANDIDATE,
    MemberStatus.ACTIVIST,
    MemberStatus.APPLICANT,
)


class TransferForm(forms.Form):
    """Another branch from a day on (组织关系转接 inside the committee)."""

    branch = LabelledChoice(Organisation.objects.none(), label="转入党支部", empty_label="请选择")
    on = day_field("自", help_text="从这一天起算作新支部的党员。")
    document = forms.CharField(label="介绍信编号", max_length=100, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Viewer, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = visible_branches(viewer, "member").filter(dissolved_on=None, root_id=member.root_id)
        self.fields["branch"].queryset = branches.exclude(pk=member.branch_id).order_by("sort_key", "code")
        self.initial = {**self.initial, "version": member.version, "on": viewer.today}


class RegroupForm(forms.Form):
    """Another 党小组 of the branch, or none."""

    group = LabelledChoice(Organisation.objects.none(), label="编入党小组", required=False, empty_label="不编入")
    on = day_field("自")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Viewer, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = Organisation.objects.filter(parent=member.branch_id, tier=Tier.GROUP, dissolved_on=None)
        self.fields["group"].queryset = groups
        self.initial = {**self.initial, "version": member.version, "on": viewer.today, "group": member.group_id}


class StatusForm(forms.Form):
    """Another standing from a day on."""

    status = forms.ChoiceField(label="新的身份")
    on = day_field("自")
    document = forms.CharField(label="依据", max_length=100, required=False, help_text="支部大会决议、上级批复文号。")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: Viewer, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_end = can(viewer, "member.transfer", member.branch)
        self.fields["status"].choices = [
            (value, word)
            for value, word in MemberStatus.choices
            if value != member.status and (may_end or value in COUNTED_STATUSES)
        ]
        self.initial = {**self.initial, "version": member.version, "on": viewer.today}


class AppointmentForm(forms.Form):
    """An office for a member of the organisation."""

    member = LabelledChoice(Member.objects.none(), label="人员", empty_label="请选择")
    post = forms.ChoiceField(label="职务")
    is_acting = forms.BooleanField(
        label="代理", required=False, help_text="代理书记在期限内有书记的权限，到期自动收回。"
    )
    from_on = day_field("任职自")
    to_on = day_field("至", required=False, help_text="代理必须填写；其他可不填，离任时再登记。")
    document = forms.CharField(label="任职文件", max_length=100, required=False)

    def __init__(self, *args: Any, viewer: Viewer, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_group = organisation.tier == Tier.GROUP
        posts = [post for post in Post if (post == Post.GROUP_LEADER) == is_group]
        self.fields["post"].choices = [(post.value, post.label) for post in posts]
        people = visible(Member.objects.filter(status=MemberStatus.FULL), viewer).order_by("member_no")
        if is_group:
            people = people.filter(group=organisation)
        else:
            people = people.filter(branch__path__startswith=organisation.path)
        self.fields["member"].queryset = people
        self.initial["from_on"] = viewer.today


class EndForm(forms.Form):
    """The last day of something."""

    on = day_field("最后一天")
    document = forms.CharField(label="依据", max_length=100, required=False)


class ExclusionForm(forms.Form):
    """A member who is not counted as expected."""

    reason = forms.ChoiceField(
        label="原因",
        choices=[
            (word, word)
            for word in ("年老体弱", "长期卧病", "流动外出", "离退休异地居住", "出国（境）六个月以上", "其他")
        ],
    )
    approved_by = forms.CharField(
        label="批准依据", max_length=100, help_text="支部大会决议的日期和上级同意的文号，如“机关党委〔2026〕3号”。"
    )
    from_on = day_field("自")
    to_on = day_field("至", required=False, help_text="不填为长期，恢复时再办理结束。")
